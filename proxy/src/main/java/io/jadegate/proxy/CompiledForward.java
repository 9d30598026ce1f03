package io.jadegate.proxy;

import io.jadegate.proxy.exchange.Route;
import io.jadegate.proxy.forward.ForwardService;
import io.jadegate.proxy.forward.ProxyScript;
import io.jadegate.proxy.socks.SocksService;
import io.jadegate.proxy.upstream.Upstream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A listener that is a forward proxy, with what its next configuration may carry over.
///
/// @param route that all its requests take
/// @param script what is offered to browsers; null for nothing
/// @param socks by which SOCKS clients are served; null where it is not spoken
record CompiledForward(
        String listener,
        FilterChain chain,
        Route route,
        @Nullable ProxyScript script,
        @Nullable SocksService socks) {
    /// What the route of a forward proxy is called. No route of a configuration can be called so.
    static String routeName(String listener) {
        return "forward:" + listener;
    }

    ForwardService service() {
        return ((Route.Action.Forward) route.action()).service();
    }

    Upstream upstream() {
        return Objects.requireNonNull(route.upstream());
    }
}
