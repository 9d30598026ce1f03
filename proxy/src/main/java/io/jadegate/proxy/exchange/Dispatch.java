package io.jadegate.proxy.exchange;

import io.jadegate.proxy.route.RouteTable;

/// How a listener finds out what is to become of a request.
public sealed interface Dispatch {
    /// The routes say it.
    record ByRoutes(RouteTable<Route> routes) implements Dispatch {}

    /// The client says it: the listener is a forward proxy.
    ///
    /// @param route that all requests take
    record ToTargets(Route route) implements Dispatch {}
}
