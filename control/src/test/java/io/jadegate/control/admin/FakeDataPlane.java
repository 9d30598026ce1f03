package io.jadegate.control.admin;

import io.jadegate.api.config.Config;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.DataPlane;
import io.jadegate.api.plane.ExplainRequest;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.RouteSummary;
import io.jadegate.api.plane.Status;
import io.jadegate.api.plane.Status.ListenerStatus;
import io.jadegate.api.plane.Status.TargetStatus;
import io.jadegate.api.plane.Status.UpstreamStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A data plane that says what a test wants.
final class FakeDataPlane implements DataPlane {
    volatile Status.State state = Status.State.SERVING;
    volatile long revision = 3;
    volatile @Nullable ExplainRequest asked;

    @Override
    public ApplyResult apply(Config config) {
        throw new UnsupportedOperationException("the admin address applies nothing itself");
    }

    @Override
    public Status status() {
        return new Status(
                state,
                revision,
                List.of(new ListenerStatus("web", "0.0.0.0:8080", 2)),
                List.of(
                        new UpstreamStatus(
                                "orders",
                                List.of(new TargetStatus("10.0.0.1:9000", "ready", 1, 4, 3)))));
    }

    @Override
    public Explanation explain(ExplainRequest request) {
        asked = request;
        if (new String(request.head(), StandardCharsets.UTF_8).contains("/bug")) {
            throw new IllegalStateException("a bug");
        }
        return new Explanation(
                "web",
                "orders",
                List.of(new Explanation.Step("ip", "ip-filter", "enforce", "proceed")),
                Explanation.Verdict.FORWARDED,
                0,
                null,
                null,
                null,
                "orders",
                List.of("10.0.0.1:9000"),
                null);
    }

    @Override
    public List<RouteSummary> routes() {
        return List.of(
                new RouteSummary(
                        "orders", List.of("web"), "/orders/*", "upstream orders", List.of()));
    }
}
