package io.jadegate.control.admin;

import io.jadegate.api.config.Config;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.ConnectExplainRequest;
import io.jadegate.api.plane.ConnectExplanation;
import io.jadegate.api.plane.DataPlane;
import io.jadegate.api.plane.ExplainRequest;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.Holders;
import io.jadegate.api.plane.RouteSummary;
import io.jadegate.api.plane.Stats;
import io.jadegate.api.plane.Status;
import io.jadegate.api.plane.Status.ListenerStatus;
import io.jadegate.api.plane.Status.TargetStatus;
import io.jadegate.api.plane.Status.UpstreamStatus;
import io.jadegate.api.plane.TcpExplainRequest;
import io.jadegate.api.plane.TcpExplanation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A data plane that says what a test wants.
final class FakeDataPlane implements DataPlane {
    volatile Status.State state = Status.State.SERVING;
    volatile long revision = 3;
    volatile @Nullable ExplainRequest asked;
    volatile @Nullable TcpExplainRequest askedTcp;

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
                                /* panic= */ false,
                                List.of(
                                        new TargetStatus(
                                                "10.0.0.1:9000",
                                                "ready",
                                                1,
                                                4,
                                                3,
                                                "healthy",
                                                null)))));
    }

    @Override
    public ConnectExplanation explainConnect(ConnectExplainRequest request) {
        return new ConnectExplanation(
                "egress",
                request.target(),
                List.of(new ConnectExplanation.Address("10.0.0.1", "FORWARD_ADDRESS_SPECIAL")),
                403,
                "FORWARD_ADDRESS_SPECIAL");
    }

    @Override
    public TcpExplanation explainTcp(TcpExplainRequest request) {
        askedTcp = request;
        return new TcpExplanation(
                "db",
                "tcp",
                List.of(),
                null,
                TcpExplanation.Verdict.CONNECTED,
                null,
                "db",
                List.of("10.0.0.1:5432"));
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
    public Stats stats() {
        return new Stats(
                new Stats.Buffers(10, 75, 100, 1, 2),
                new Stats.Sockets(7, 900),
                List.of(new Stats.ListenerStats("web", 2, 5, 1, 9, 3, 700, 2048)),
                List.of(new Stats.RouteStats("orders", 9, 0, 512)),
                List.of(new Stats.UpstreamStats("orders", 9, 0, 1, 4, 3, 2)));
    }

    @Override
    public Holders holders(int most) {
        return new Holders(
                List.of(new Holders.Connection("192.0.2.1:4711", "web", "orders", 0, 4096, 61)),
                List.of(new Holders.Route("orders", 1, 4096)));
    }

    @Override
    public List<RouteSummary> routes() {
        return List.of(
                new RouteSummary(
                        "orders", List.of("web"), "/orders/*", "upstream orders", List.of()));
    }
}
