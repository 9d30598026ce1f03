package io.jadegate.proxy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds routes by name. Asked for them in their own order it makes no index: that is how two
/// configurations that differ in little are gone through together.
final class RouteCursor {
    private final List<CompiledRoute> routes;
    private int next;
    private @Nullable Map<String, CompiledRoute> byName;

    RouteCursor(List<CompiledRoute> routes) {
        this.routes = routes;
    }

    /// The route of that name, or null.
    @Nullable CompiledRoute find(String name) {
        if (byName == null) {
            // One route more or less than expected moves all that follow by one.
            for (int at = next; at < Math.min(next + 2, routes.size()); at++) {
                if (routes.get(at).name().equals(name)) {
                    next = at + 1;
                    return routes.get(at);
                }
            }
            byName = HashMap.newHashMap(routes.size());
            routes.forEach(route -> byName.put(route.name(), route));
        }
        return byName.get(name);
    }
}
