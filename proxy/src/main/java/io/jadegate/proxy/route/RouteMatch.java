package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import org.jspecify.annotations.Nullable;

/// A route and how it matches. Immutable and made with the table: whatever depends on the request
/// is worked out for whoever asks, from the head that was matched.
public final class RouteMatch<R> {
    /// The whole path, however long it is.
    private static final int WHOLE = -1;

    private final R route;
    private final int prefixLength;
    private final @Nullable PathTemplate template;

    private RouteMatch(R route, int prefixLength, @Nullable PathTemplate template) {
        this.route = route;
        this.prefixLength = prefixLength;
        this.template = template;
    }

    static <R> RouteMatch<R> of(R route, PathPattern path) {
        return switch (path) {
            case PathPattern.Any _ -> new RouteMatch<>(route, 0, null);
            case PathPattern.Exact _, PathPattern.Regex _ -> new RouteMatch<>(route, WHOLE, null);
            case PathPattern.Prefix(String text) -> new RouteMatch<>(route, text.length(), null);
            case PathPattern.TextPrefix(String text) ->
                    new RouteMatch<>(route, text.length(), null);
            case PathTemplate template -> new RouteMatch<>(route, WHOLE, template);
        };
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
