package io.jadegate.server;

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
import io.jadegate.api.plane.TcpExplainRequest;
import io.jadegate.api.plane.TcpExplanation;
import java.util.ArrayList;
import java.util.List;

/// A data plane that remembers what it was given and answers what it was told to.
final class FakeDataPlane implements DataPlane {

    final List<Config> applied = new ArrayList<>();
    ApplyResult answer =
            new ApplyResult.Applied(
                    1,
                    new ApplyResult.Changes(
                            1,
                            new ApplyResult.Parts(1, List.of("route b")),
                            ApplyResult.Parts.NONE,
                            ApplyResult.Parts.NONE),
                    List.of());

    @Override
    public ApplyResult apply(Config config) {
        applied.add(config);
        return answer;
    }

    @Override
    public Status status() {
        return new Status(Status.State.SERVING, applied.size(), List.of(), List.of());
    }

    @Override
    public ConnectExplanation explainConnect(ConnectExplainRequest request) {
        throw new IllegalStateException("nobody explains here");
    }

    @Override
    public TcpExplanation explainTcp(TcpExplainRequest request) {
        throw new IllegalStateException("nobody explains here");
    }

    @Override
    public Explanation explain(ExplainRequest request) {
        throw new IllegalStateException("nobody explains here");
    }

    @Override
    public Stats stats() {
        throw new IllegalStateException("nothing is counted here");
    }

    @Override
    public Holders holders(int most) {
        return new Holders(List.of(), List.of());
    }

    @Override
    public List<RouteSummary> routes() {
        return List.of();
    }
}
