package io.jadegate.filters.path;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Template;
import io.jadegate.api.http.RequestHead;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Makes a new path out of an exchange. The result is raw: whoever uses it makes it canonical.
sealed interface Rewrite permits Rewrite.Replacement, Rewrite.Prefixes, RegexRewrite {

    /// The octets of the new path, or null when the path stays.
    byte @Nullable [] path(HttpExchange exchange);

    /// Another path altogether.
    record Replacement(Template<HttpExchange> template) implements Rewrite {
        @Override
        public byte[] path(HttpExchange exchange) {
            return template.render(exchange);
        }
    }

    /// The path without the prefix that the route matched, behind another one.
    record Prefixes(boolean strip, @Nullable Template<HttpExchange> added) implements Rewrite {
        @Override
        public byte @Nullable [] path(HttpExchange exchange) {
            RequestHead request = exchange.request();
            int stripped = strip ? strippable(exchange) : 0;
            if (stripped == 0 && added == null) {
                return null;
            }
            byte[] prefix = added == null ? new byte[0] : added.render(exchange);
            byte[] bytes = request.fields().bytes();
            int from = request.pathStart() + stripped;
            boolean slash = from < request.pathEnd() && bytes[from] == '/';
            // Room for the slash that what is left may lack; canonical form merges two of them.
            int rest = request.pathEnd() - from;
            byte[] path = Arrays.copyOf(prefix, prefix.length + rest + (slash ? 0 : 1));
            int at = prefix.length;
            if (!slash) {
                path[at++] = '/';
            }
            System.arraycopy(bytes, from, path, at, rest);
            return path;
        }

        /// The length of the matched prefix, or 0 when a filter before this one has replaced it.
        private static int strippable(HttpExchange exchange) {
            RequestHead received = exchange.received();
            RequestHead request = exchange.request();
            int length = exchange.matchedLength();
            boolean there =
                    request.pathEnd() - request.pathStart() >= length
                            && Arrays.equals(
                                    received.fields().bytes(),
                                    received.pathStart(),
                                    received.pathStart() + length,
                                    request.fields().bytes(),
                                    request.pathStart(),
                                    request.pathStart() + length);
            return there ? length : 0;
        }
    }

    /// Octets of text that came out of a head.
    static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
