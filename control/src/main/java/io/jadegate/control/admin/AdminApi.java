package io.jadegate.control.admin;

import static java.util.Map.entry;

import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// What can be asked of the admin address, and what comes back. Knows requests and answers but no
/// server. Safe for all threads.
final class AdminApi {
    private static final int MAX_BODY = 64 * 1024;

    /// @param open whether it asks for no token
    private record Endpoint(String method, boolean open, Function<AdminRequest, Answer> answer) {}

    private static final int MAX_HOLDERS = 50;

    private final Map<String, Endpoint> endpoints =
            Map.ofEntries(
                    entry(
                            "/livez",
                            new Endpoint(
                                    "GET", /* open= */ true, _ -> Answer.text(200, "alive\n"))),
                    entry("/readyz", new Endpoint("GET", /* open= */ true, _ -> ready())),
                    entry("/metrics", closed("GET", request -> metrics(request))),
                    entry("/api/v1/version", closed("GET", _ -> version())),
                    entry("/api/v1/status", closed("GET", _ -> status())),
                    entry("/api/v1/stats", closed("GET", _ -> stats())),
                    entry("/api/v1/holders", closed("GET", _ -> holders())),
                    entry("/api/v1/routes", closed("GET", _ -> routes())),
                    entry("/api/v1/explain", closed("POST", this::explain)),
                    entry("/api/v1/explain/connect", closed("POST", this::explainConnect)),
                    entry("/api/v1/explain/tcp", closed("POST", this::explainTcp)),
                    entry("/api/v1/reload", closed("POST", _ -> reload())));

    private final AdminPorts ports;
    private final Guard guard;
    private final Exposition exposition;
    private final AdminJson json = new AdminJson();

    AdminApi(AdminPorts ports, Guard guard) {
        this.ports = ports;
        this.guard = guard;
        this.exposition = new Exposition(ports.telemetry());
    }

    private static Endpoint closed(String method, Function<AdminRequest, Answer> answer) {
        return new Endpoint(method, /* open= */ false, answer);
    }

    Answer answer(AdminRequest request) {
        Endpoint endpoint = endpoints.get(request.path());
        Answer refusal = guard.refusal(request, endpoint != null && endpoint.open());
        if (refusal != null) {
            return refusal;
        }
        if (endpoint == null) {
            return Answer.problem(404, "Not Found", "There is nothing at that path.");
        }
        if (!isAllowed(request.method(), endpoint.method())) {
            String allowed = endpoint.method().equals("GET") ? "GET, HEAD" : endpoint.method();
            return Answer.problem(405, "Method Not Allowed", "Allowed: " + allowed + ".")
                    .with("Allow", allowed);
        }
        return endpoint.answer().apply(request);
    }

    private static boolean isAllowed(String method, String allowed) {
        return method.equals(allowed) || (method.equals("HEAD") && allowed.equals("GET"));
    }

    // ---- endpoints

    private Answer ready() {
        Status status = ports.dataPlane().status();
        return status.state() == Status.State.SERVING && status.revision() > 0
                ? Answer.text(200, "ready, revision " + status.revision() + "\n")
                : Answer.text(503, "not ready, " + AdminJson.word(status.state()) + "\n");
    }

    private Answer metrics(AdminRequest request) {
        return exposition.answer(request.accept());
    }

    private Answer version() {
        return json.answer(
                Map.of("version", ports.version(), "java", Runtime.version().toString()));
    }

    private Answer status() {
        return json.answer(ports.dataPlane().status());
    }

    private Answer stats() {
        return json.answer(ports.dataPlane().stats());
    }

    private Answer holders() {
        return json.answer(ports.dataPlane().holders(MAX_HOLDERS));
    }

    private Answer routes() {
        return json.answer(ports.dataPlane().routes());
    }

    private Answer explain(AdminRequest request) {
        return explain(
                request,
                ExplainQuestion.class,
                question -> ports.dataPlane().explain(question.request()));
    }

    private Answer explainTcp(AdminRequest request) {
        return explain(
                request,
                TcpQuestion.class,
                question -> ports.dataPlane().explainTcp(question.request()));
    }

    private Answer explainConnect(AdminRequest request) {
        return explain(
                request,
                ConnectQuestion.class,
                question -> ports.dataPlane().explainConnect(question.request()));
    }

    private <Q> Answer explain(
            AdminRequest request, Class<Q> type, Function<Q, Object> explanation) {
        byte[] body = body(request);
        if (body == null) {
            return Answer.problem(413, "Content Too Large", "The question is too long.");
        }
        try {
            return json.answer(explanation.apply(json.read(body, type)));
        } catch (JacksonException e) {
            return json.problem(
                    400,
                    "Bad Request",
                    "The question is no JSON of the right form: " + e.getOriginalMessage(),
                    List.of());
        } catch (IllegalArgumentException e) {
            return json.problem(400, "Bad Request", String.valueOf(e.getMessage()), List.of());
        }
    }

    private static byte @Nullable [] body(AdminRequest request) {
        try (InputStream content = request.body().get()) {
            byte[] body = content.readNBytes(MAX_BODY + 1);
            return body.length <= MAX_BODY ? body : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Answer reload() {
        return switch (ports.reloader().reload()) {
            case ApplyResult.Applied applied -> json.answer(applied);
            case ApplyResult.Rejected(List<Problem> problems) ->
                    json.problem(
                            422,
                            "Unprocessable Content",
                            "The configuration has problems; the one before goes on serving.",
                            problems);
        };
    }
}
