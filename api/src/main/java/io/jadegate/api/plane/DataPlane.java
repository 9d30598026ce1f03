package io.jadegate.api.plane;

import io.jadegate.api.config.Config;
import java.util.List;

/// The data plane as the control plane sees it. Safe to call from any thread but an event loop;
/// configurations are applied one after another.
public interface DataPlane {
    /// Compiles a configuration and serves by it: all of it or, when anything is wrong, nothing.
    /// Returns once new exchanges are decided by the new configuration; what it no longer names
    /// goes on draining.
    ApplyResult apply(Config config);

    /// What is being served now.
    Status status();

    /// Decides about a request as the data path would, without an upstream call and without moving
    /// a counter.
    Explanation explain(ExplainRequest request);

    /// Decides about a connection as the data path would, without connecting to anybody and without
    /// moving a counter.
    TcpExplanation explainTcp(TcpExplainRequest request);

    /// Tells whether a forward proxy goes to a target. Looks its name up, dials nobody and moves no
    /// counter; blocks for as long as the look-up takes.
    ConnectExplanation explainConnect(ConnectExplainRequest request);

    /// What has gone through, and what is held now.
    Stats stats();

    /// Who makes the node hold memory. Asks every event loop to look at its connections, so it
    /// costs traffic a little, and whoever does not ask nothing.
    ///
    /// @param most how many connections are told
    Holders holders(int most);

    /// The routes in the order in which they are preferred.
    List<RouteSummary> routes();
}
