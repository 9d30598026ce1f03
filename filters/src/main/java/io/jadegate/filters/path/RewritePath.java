package io.jadegate.filters.path;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.Paths;
import io.jadegate.api.http.Paths.PathException;
import io.jadegate.api.http.RequestHead;

/// Gives a request another path; the query stays.
///
/// Parts of the new path may come from the client, so it is made canonical like a received one, and
/// what cannot be is refused: no request smuggles a `?` or a space through a rewrite. Unlike in a
/// received path, `.` and `..` are refused, too: resolved, they would lift what the client wrote
/// out of the place that the configuration gives it.
final class RewritePath implements HttpFilter {
    private static final Decision MALFORMED =
            Decision.respond(
                    LocalResponse.of(
                            Reason.REQUEST_MALFORMED, "The rewritten path is not a legal path."));

    private final Rewrite rewrite;

    RewritePath(Rewrite rewrite) {
        this.rewrite = rewrite;
    }

    @Override
    public Decision decide(HttpExchange exchange) {
        if (isAsterisk(exchange.request())) {
            return Decision.proceed();
        }
        byte[] path = rewrite.path(exchange);
        if (path == null) {
            return Decision.proceed();
        }
        if (path.length == 0 || path[0] != '/' || Paths.hasDotSegment(path, 0, path.length)) {
            return MALFORMED;
        }
        if (!Paths.isCanonical(path, 0, path.length)) {
            try {
                path = Paths.canonical(path, 0, path.length);
            } catch (PathException _) {
                return MALFORMED;
            }
        }
        exchange.edit().path(new String(path, ISO_8859_1));
        return Decision.proceed();
    }

    /// Whether the request is about the server as a whole (`OPTIONS *`), which has no path.
    private static boolean isAsterisk(RequestHead request) {
        return request.pathStart() < request.pathEnd()
                && request.fields().bytes()[request.pathStart()] == '*';
    }
}
