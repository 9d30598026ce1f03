package io.jadegate.proxy.exchange;

import io.jadegate.proxy.forward.ProxyScript;
import io.jadegate.proxy.route.RouteTable;
import org.jspecify.annotations.Nullable;

/// How a listener finds out what is to become of a request.
public sealed interface Dispatch {
    /// The routes say it.
    record ByRoutes(RouteTable<Route> routes) implements Dispatch {}

    /// The client says it: the listener is a forward proxy.
    ///
    /// @param route that all requests take
    /// @param script what is offered to browsers; null for nothing
    record ToTargets(Route route, @Nullable ProxyScript script) implements Dispatch {}
}
