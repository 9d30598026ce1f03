package io.jadegate.proxy;

import io.jadegate.proxy.exchange.Route;
import io.jadegate.proxy.upstream.Upstream;
import java.util.Objects;

/// A listener that is a forward proxy, with what its next configuration may carry over.
///
/// @param route that all its requests take
record CompiledForward(String listener, FilterChain chain, Route route) {
    /// What the route of a forward proxy is called. No route of a configuration can be called so.
    static String routeName(String listener) {
        return "forward:" + listener;
    }

    Upstream upstream() {
        return Objects.requireNonNull(route.upstream());
    }
}
