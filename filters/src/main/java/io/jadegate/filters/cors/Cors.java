package io.jadegate.filters.cors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.config.CorsConfig;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.LocalResponse.Field;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The CORS protocol of the Fetch Standard, spoken by the gateway.
///
/// A preflight request is answered here. An origin that may not call gets an answer without any
/// permission in it, which is how the protocol says no; the browser does the refusing. Every other
/// response carries the permissions of this route instead of those the upstream may have sent, also
/// a response that the gateway made itself, so that a page can read why it failed.
final class Cors implements HttpFilter {
    private static final FieldName ALLOW_CREDENTIALS =
            FieldName.of("Access-Control-Allow-Credentials");
    private static final FieldName ALLOW_METHODS = FieldName.of("Access-Control-Allow-Methods");
    private static final FieldName ALLOW_HEADERS = FieldName.of("Access-Control-Allow-Headers");
    private static final FieldName EXPOSE_HEADERS = FieldName.of("Access-Control-Expose-Headers");
    private static final FieldName MAX_AGE = FieldName.of("Access-Control-Max-Age");

    /// What an upstream may have said about the same.
    private static final List<FieldName> REPLACED =
            List.of(
                    FieldName.ACCESS_CONTROL_ALLOW_ORIGIN,
                    ALLOW_CREDENTIALS,
                    ALLOW_METHODS,
                    ALLOW_HEADERS,
                    EXPOSE_HEADERS,
                    MAX_AGE);

    private static final byte[] ORIGIN = "origin".getBytes(ISO_8859_1);
    private static final byte[] ANY = "*".getBytes(ISO_8859_1);
    private static final Field PREFLIGHT_VARY =
            new Field(
                    FieldName.VARY,
                    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");

    private final Origins origins;
    private final boolean credentials;
    private final @Nullable String exposed;
    private final List<Field> permissions;

    Cors(Origins origins, CorsConfig config) {
        this.origins = origins;
        this.credentials = config.credentials();
        this.exposed = config.expose().isEmpty() ? null : String.join(", ", config.expose());
        this.permissions = permissions(config);
    }

    /// What an allowed preflight learns whatever it asks.
    private static List<Field> permissions(CorsConfig config) {
        List<Field> fields = new ArrayList<>();
        if (config.credentials()) {
            fields.add(new Field(ALLOW_CREDENTIALS, "true"));
        }
        if (!config.methods().isEmpty()) {
            fields.add(new Field(ALLOW_METHODS, String.join(", ", config.methods())));
        }
        if (!config.headers().isEmpty()) {
            fields.add(new Field(ALLOW_HEADERS, String.join(", ", config.headers())));
        }
        if (config.maxAge() != null) {
            fields.add(new Field(MAX_AGE, Long.toString(config.maxAge().toSeconds())));
        }
        fields.add(PREFLIGHT_VARY);
        return List.copyOf(fields);
    }

    @Override
    public Decision decide(HttpExchange exchange) {
        RequestHead request = exchange.received();
        return isPreflight(request)
                ? Decision.respond(preflight(request.fields()))
                : Decision.proceed();
    }

    private static boolean isPreflight(RequestHead request) {
        return request.method().equals(Method.OPTIONS)
                && request.fields().contains(FieldName.ORIGIN)
                && request.fields().contains(FieldName.ACCESS_CONTROL_REQUEST_METHOD);
    }

    private LocalResponse preflight(HeaderFields request) {
        int origin = origin(request);
        if (origin < 0) {
            return answer("the origin is not allowed", List.of(PREFLIGHT_VARY));
        }
        List<Field> fields = new ArrayList<>(permissions.size() + 1);
        fields.add(
                new Field(
                        FieldName.ACCESS_CONTROL_ALLOW_ORIGIN,
                        origins.any() ? "*" : request.value(origin)));
        fields.addAll(permissions);
        return answer(null, fields);
    }

    private static LocalResponse answer(@Nullable String detail, List<Field> fields) {
        Reason reason = Reason.CORS_PREFLIGHT;
        return new LocalResponse(reason.status(), reason, detail, fields, null);
    }

    /// Where the request names an origin that may call, or -1.
    private int origin(HeaderFields request) {
        int at = request.find(FieldName.ORIGIN);
        boolean allowed =
                at >= 0
                        && request.find(FieldName.ORIGIN, at + 1) < 0
                        && origins.contain(
                                request.bytes(), request.valueStart(at), request.valueEnd(at));
        return allowed ? at : -1;
    }

    @Override
    public void response(HttpExchange exchange, ResponseHead head) {
        // A preflight's answer is complete; a handshake is not subject to CORS.
        if (head.status() == 101 || isPreflight(exchange.received())) {
            return;
        }
        HeaderFields fields = head.fields();
        for (FieldName name : REPLACED) {
            fields.remove(name);
        }
        HeaderFields request = exchange.received().fields();
        if (origins.any()) {
            fields.add(FieldName.ACCESS_CONTROL_ALLOW_ORIGIN, ANY, 0, ANY.length);
        } else {
            varyByOrigin(fields);
            int origin = origin(request);
            if (origin < 0) {
                return;
            }
            fields.add(
                    FieldName.ACCESS_CONTROL_ALLOW_ORIGIN,
                    request.bytes(),
                    request.valueStart(origin),
                    request.valueEnd(origin));
        }
        if (credentials) {
            fields.add(ALLOW_CREDENTIALS, "true");
        }
        if (exposed != null) {
            fields.add(EXPOSE_HEADERS, exposed);
        }
    }

    /// Keeps a cache from giving one origin the answer meant for another; also where the request
    /// names none.
    private static void varyByOrigin(HeaderFields fields) {
        if (!fields.hasToken(FieldName.VARY, ORIGIN) && !fields.hasToken(FieldName.VARY, ANY)) {
            fields.add(FieldName.VARY, "Origin");
        }
    }
}
