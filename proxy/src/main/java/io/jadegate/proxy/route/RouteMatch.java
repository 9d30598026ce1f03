package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import org.jspecify.annotations.Nullable;

/// A route and how it matches. Immutable and made with the table: whatever depends on the request
/// is worked out for whoever asks, from the head that was matched.
public abstract sealed class RouteMatch<R> permits Candidate {
    /// The whole path, however long it is.
    private static final int WHOLE = -1;

    private final R route;
    private final int prefixLength;
    private final @Nullable PathTemplate template;

    RouteMatch(R route, PathPattern path) {
        this.route = route;
        this.prefixLength =
                switch (path) {
                    case PathPattern.Any _ -> 0;
                    case PathPattern.Exact _, PathPattern.Regex _, PathTemplate _ -> WHOLE;
                    case PathPattern.Prefix(String text) -> text.length();
                    case PathPattern.TextPrefix(String text) -> text.length();
                };
        this.template = path instanceof PathTemplate captures ? captures : null;
    }

    public R route() {
        return route;
    }

    /// How many octets at the start of the path the route's prefix matched, without a trailing
    /// slash; the whole path where the route names an exact path, a template or a regular
    /// expression; 0 when it takes any path.
    public int matchedLength(RequestHead head) {
        return prefixLength == WHOLE ? head.pathEnd() - head.pathStart() : prefixLength;
    }

    /// What the path template captured under that name, as it stands in the path; or null.
    public @Nullable String capture(RequestHead head, String name) {
        return template == null
                ? null
                : template.capture(name, head.fields().bytes(), head.pathStart(), head.pathEnd());
    }

    @Override
    public String toString() {
        return route + " by " + (template == null ? prefixLength : template);
    }
}
