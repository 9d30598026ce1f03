package io.jadegate.api.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jadegate.api.filter.Template.Sink;
import io.jadegate.api.filter.Template.Value;
import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The values of a request that templates know: `method`, `scheme`, `host` (lower case, no port),
/// `path`, `query` (no `?`), `uri` (path with `?` and query, if any), `path.NAME`, `query.NAME`,
/// `header.NAME`, `cookie.NAME`, `client.address`, `request.id`, `tenant.id`, `user`, `route`,
/// `upstream`.
///
/// Values stand as they came, undecoded; where a parameter or cookie comes more than once, the
/// first counts, while fields of one name are joined as RFC 9110 §5.3 has it. A query parameter is
/// found by its decoded name, in which `+` is a plus.
public final class RequestValues {
    /// Where the filter that identifies a tenant leaves its name.
    public static final HttpExchange.Key<String> TENANT_ID =
            new HttpExchange.Key<>("tenant.id", String.class);

    /// Where the filter that has found out who the user is leaves the name.
    public static final HttpExchange.Key<String> USER =
            new HttpExchange.Key<>("user", String.class);

    private static final Vocabulary<RequestHead> HEAD = headVocabulary();
    private static final Vocabulary<HttpExchange> CURRENT = vocabulary(HttpExchange::request);
    private static final Vocabulary<HttpExchange> RECEIVED = vocabulary(HttpExchange::received);

    private RequestValues() {}

    /// The request as it stands when the template is rendered, after the filters before it.
    public static Vocabulary<HttpExchange> current() {
        return CURRENT;
    }

    /// The request as the client sent it.
    public static Vocabulary<HttpExchange> received() {
        return RECEIVED;
    }

    /// Those values that stand in the head itself, from `method` to `cookie.NAME`.
    public static Vocabulary<RequestHead> head() {
        return HEAD;
    }

    private static Vocabulary<HttpExchange> vocabulary(
            Function<HttpExchange, RequestHead> request) {
        return Vocabulary.<HttpExchange>builder()
                .include(HEAD, request)
                .text("client.address", HttpExchange::clientAddressText)
                .text("request.id", HttpExchange::requestId)
                .text("tenant.id", exchange -> exchange.get(TENANT_ID))
                .text("user", exchange -> exchange.get(USER))
                .text("route", HttpExchange::route)
                .text("upstream", HttpExchange::upstream)
                .family(
                        "path",
                        name -> Vocabulary.textual(exchange -> exchange.pathParameter(name)))
                .build();
    }

    private static Vocabulary<RequestHead> headVocabulary() {
        return Vocabulary.<RequestHead>builder()
                .text("method", head -> head.method().name())
                .text("scheme", head -> head.scheme().text())
                .word("host", RequestValues::host)
                .word("path", RequestValues::path)
                .word("query", RequestValues::query)
                .word("uri", RequestValues::uri)
                .family("query", RequestValues::parameter)
                .family("header", RequestValues::header)
                .family("cookie", RequestValues::cookie)
                .build();
    }

    private static void host(RequestHead head, Sink sink) {
        sink.value(head.fields().bytes(), head.hostStart(), head.hostEnd());
    }

    private static void path(RequestHead head, Sink sink) {
        sink.value(head.fields().bytes(), head.pathStart(), head.pathEnd());
    }

    private static void query(RequestHead head, Sink sink) {
        if (head.queryStart() >= 0) {
            sink.value(head.fields().bytes(), head.queryStart(), head.queryEnd());
        }
    }

    private static void uri(RequestHead head, Sink sink) {
        path(head, sink);
        if (head.queryStart() >= 0) {
            sink.value("?");
            query(head, sink);
        }
    }

    private static @Nullable Value<RequestHead> header(String name) {
        if (!Ascii.isToken(name)) {
            return null;
        }
        FieldName field = FieldName.of(name);
        if (field.equals(FieldName.HOST)) {
            return (head, sink) ->
                    sink.value(head.fields().bytes(), head.authorityStart(), head.authorityEnd());
        }
        String separator = field.equals(FieldName.COOKIE) ? "; " : ", ";
        return (head, sink) -> joined(head.fields(), field, separator, sink);
    }

    private static void joined(HeaderFields fields, FieldName name, String separator, Sink sink) {
        int first = fields.find(name);
        for (int i = first; i >= 0; i = fields.find(name, i + 1)) {
            if (i != first) {
                sink.value(separator);
            }
            sink.value(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
        }
    }

    private static @Nullable Value<RequestHead> cookie(String name) {
        if (!Ascii.isToken(name)) {
            return null;
        }
        byte[] wanted = name.getBytes(UTF_8);
        return (head, sink) -> {
            HeaderFields fields = head.fields();
            for (int i = fields.find(FieldName.COOKIE);
                    i >= 0;
                    i = fields.find(FieldName.COOKIE, i + 1)) {
                if (pair(
                        fields.bytes(),
                        fields.valueStart(i),
                        fields.valueEnd(i),
                        ';',
                        wanted,
                        sink)) {
                    return;
                }
            }
        };
    }

    private static Value<RequestHead> parameter(String name) {
        byte[] wanted = name.getBytes(UTF_8);
        return (head, sink) -> {
            if (head.queryStart() >= 0) {
                byte[] bytes = head.fields().bytes();
                pair(bytes, head.queryStart(), head.queryEnd(), '&', wanted, sink);
            }
        };
    }

    /// Hands out the value of the first `name=value` of that name in `bytes[start, end)` and says
    /// whether there is one.
    private static boolean pair(
            byte[] bytes, int start, int end, char separator, byte[] wanted, Sink sink) {
        int at = start;
        while (at < end) {
            int next = indexOf(bytes, at, end, separator);
            int from = skipSpace(bytes, at, next);
            int equals = indexOf(bytes, from, next, '=');
            boolean found =
                    separator == '&'
                            ? isDecoded(bytes, from, equals, wanted)
                            : isSame(bytes, from, equals, wanted);
            if (found) {
                sink.value(bytes, Math.min(equals + 1, next), trimSpace(bytes, equals, next));
                return true;
            }
            at = next + 1;
        }
        return false;
    }

    private static int indexOf(byte[] bytes, int from, int to, char wanted) {
        int at = from;
        while (at < to && bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    private static int skipSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int trimSpace(byte[] bytes, int equals, int to) {
        int floor = Math.min(equals + 1, to);
        int at = to;
        while (at > floor && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t')) {
            at--;
        }
        return at;
    }

    private static boolean isSame(byte[] bytes, int from, int to, byte[] wanted) {
        return Arrays.equals(bytes, from, to, wanted, 0, wanted.length);
    }

    /// Whether `bytes[from, to)` is `wanted` once its percent escapes are decoded.
    private static boolean isDecoded(byte[] bytes, int from, int to, byte[] wanted) {
        int at = from;
        for (byte octet : wanted) {
            if (at >= to) {
                return false;
            }
            int read = bytes[at++];
            if (read == '%' && at + 1 < to) {
                int high = Ascii.hex(bytes[at]);
                int low = Ascii.hex(bytes[at + 1]);
                if (high >= 0 && low >= 0) {
                    read = (byte) (high << 4 | low);
                    at += 2;
                }
            }
            if (read != octet) {
                return false;
            }
        }
        return at == to;
    }
}
