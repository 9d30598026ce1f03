package io.jadegate.proxy;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.Config;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.proxy.exchange.Route;
import io.jadegate.proxy.exchange.Serving;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.route.RouteTables;
import io.jadegate.proxy.upstream.Upstream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A configuration compiled for serving. Immutable but for the live state of its parts.
///
/// @param revision counts those that were served, from 1
/// @param filters those that routes share, so that the next configuration can carry them over
/// @param connectionFilters those of listeners, likewise
/// @param routes in the order of the configuration
/// @param listeners those that serve HTTP
/// @param forwards the listeners that are forward proxies
/// @param servings of the listeners that are asked by HTTP, forward proxies among them, by name
/// @param terms of all listeners, by name
/// @param termsAt the same by the listener's place: it stays what it is when a listener is renamed,
///   so a socket never serves by what was meant for another
record Compilation(
        long revision,
        Config config,
        Map<String, Upstream> upstreams,
        FilterInstances filters,
        ConnectionFilters connectionFilters,
        List<CompiledRoute> routes,
        List<String> listeners,
        RouteTables<Route> tables,
        List<CompiledForward> forwards,
        Map<String, Serving> servings,
        Map<String, Listener.Terms> terms,
        Map<Place, Listener.Terms> termsAt) {

    /// Where a listener is bound. A port of TCP and the same of UDP are two.
    record Place(Address address, boolean datagrams) {
        static Place of(ListenerConfig listener) {
            return new Place(
                    listener.address(), listener.protocol() == ListenerConfig.Protocol.UDP);
        }
    }

    @Nullable CompiledForward forward(String listener) {
        for (CompiledForward forward : forwards) {
            if (forward.listener().equals(listener)) {
                return forward;
            }
        }
        return null;
    }
}
