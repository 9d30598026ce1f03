package io.jadegate.proxy;

import io.jadegate.api.config.DefaultsConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The names of the routes in which two configurations differ.
///
/// @param kept how many are in both and the same
record RouteChanges(int kept, List<String> added, List<String> replaced, List<String> drained) {

    @SuppressWarnings("ReferenceEquality") // what was carried over is the same object
    static RouteChanges between(@Nullable Compilation before, Compilation next) {
        List<CompiledRoute> old = before == null ? List.of() : before.routes();
        DefaultsConfig defaults = next.config().defaults();
        boolean sameDefaults = before != null && before.config().defaults().equals(defaults);
        RouteCursor cursor = new RouteCursor(old);
        int kept = 0;
        List<String> added = new ArrayList<>();
        List<String> replaced = new ArrayList<>();
        for (CompiledRoute route : next.routes()) {
            CompiledRoute was = cursor.find(route.name());
            if (was == null) {
                added.add(route.name());
            } else if (was == route || (sameDefaults && same(was, route))) {
                kept++;
            } else {
                replaced.add(route.name());
            }
        }
        List<String> drained = new ArrayList<>();
        if (kept + replaced.size() < old.size()) {
            old.stream()
                    .map(CompiledRoute::name)
                    .filter(name -> !next.config().routes().containsKey(name))
                    .forEach(drained::add);
        }
        return new RouteChanges(kept, added, replaced, drained);
    }

    /// A route is what its own settings and those it inherits make of it, and where it leads.
    private static boolean same(CompiledRoute a, CompiledRoute b) {
        return a.config().equals(b.config()) && a.chain().steps().equals(b.chain().steps());
    }
}
