package io.jadegate.control.admin;

/// What can be asked of the metrics address: `/metrics`, and nothing else. Safe for all threads.
final class MetricsApi {
    private final Guard guard;
    private final Exposition exposition;

    MetricsApi(AdminPorts ports, Guard guard) {
        this.guard = guard;
        this.exposition = new Exposition(ports.telemetry());
    }

    Answer answer(AdminRequest request) {
        Answer refusal = guard.refusal(request, /* open= */ false);
        if (refusal != null) {
            return refusal;
        }
        if (!request.path().equals("/metrics")) {
            return Answer.problem(404, "Not Found", "Only /metrics is here.");
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return Answer.problem(405, "Method Not Allowed", "Allowed: GET, HEAD.")
                    .with("Allow", "GET, HEAD");
        }
        return exposition.answer(request.accept());
    }
}
