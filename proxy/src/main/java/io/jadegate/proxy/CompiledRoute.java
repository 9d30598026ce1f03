package io.jadegate.proxy;

import io.jadegate.api.config.Problem;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.proxy.exchange.Route;
import io.jadegate.proxy.route.RouteEntry;
import java.util.List;

/// A route with what it was made of, so that the next configuration can carry it over.
///
/// @param problems what is wrong or doubtful about it, but for its match
record CompiledRoute(
        String name, RouteConfig config, FilterChain chain, Route route, List<Problem> problems) {

    RouteEntry<Route> entry() {
        return new RouteEntry<>(name, config.match(), config.priority(), route);
    }
}
