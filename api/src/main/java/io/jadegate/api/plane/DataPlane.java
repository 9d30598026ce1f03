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

    /// The routes in the order in which they are preferred.
    List<RouteSummary> routes();
}
