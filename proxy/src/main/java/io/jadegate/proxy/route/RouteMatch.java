package io.jadegate.proxy.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A route and how it matched. Immutable; may outlive the head it was found for.
public final class RouteMatch<R> {
    private final R route;
    private final int matchedLength;
    private final List<String> captures;

    /// @param captures names and values alternately
    RouteMatch(R route, int matchedLength, List<String> captures) {
        this.route = route;
        this.matchedLength = matchedLength;
        this.captures = captures;
    }

    public R route() {
        return route;
    }

    /// How many octets at the start of the path the route's prefix matched, without a trailing
    /// slash; the whole path where the route names an exact path, a template or a regular
    /// expression; 0 when it takes any path.
    public int matchedLength() {
        return matchedLength;
    }

    /// What the path template captured under that name, as it stands in the path; or null.
    public @Nullable String capture(String name) {
        for (int i = 0; i < captures.size(); i += 2) {
            if (captures.get(i).equals(name)) {
                return captures.get(i + 1);
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return route + " over " + matchedLength + " octets " + captures;
    }
}
