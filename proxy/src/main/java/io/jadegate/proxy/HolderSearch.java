package io.jadegate.proxy;

import io.jadegate.api.plane.Holders;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.ServerConnection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Looks through all connections for those that hold memory. Nobody keeps a list of them: each loop
/// walks over its own when it is asked.
final class HolderSearch {
    /// A loop that has not answered by then has other worries; what the others said is told.
    private static final long PATIENCE_SECONDS = 2;

    /// Stands for the route of connections without an exchange.
    private static final String NO_ROUTE = "(none)";

    private HolderSearch() {}

    /// @param listeners by name
    /// @param most how many connections are told
    static Holders among(Map<String, Listener> listeners, Loops loops, int most) {
        Map<String, Listener> all = Map.copyOf(listeners);
        List<CompletableFuture<List<Holders.Connection>>> searches = new ArrayList<>();
        for (Loop loop : loops.all()) {
            searches.add(
                    CompletableFuture.supplyAsync(() -> on(loop, all), loop.eventLoop())
                            .completeOnTimeout(List.of(), PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        List<Holders.Connection> found = new ArrayList<>();
        searches.forEach(search -> found.addAll(search.join()));
        found.sort(Comparator.comparingLong(Holders.Connection::bytes).reversed());
        return new Holders(found.subList(0, Math.min(most, found.size())), byRoute(found));
    }

    private static List<Holders.Connection> on(Loop loop, Map<String, Listener> listeners) {
        List<Holders.Connection> found = new ArrayList<>();
        listeners.forEach((name, listener) ->
                listener.forEachOn(
                        loop,
                        connection -> {
                            if (connection.heldBytes() > 0) {
                                found.add(holder(name, connection));
                            }
                        }));
        return found;
    }

    private static Holders.Connection holder(String listener, ServerConnection connection) {
        long response = connection.responseBytes();
        return new Holders.Connection(
                connection.client(),
                listener,
                connection.routeName(),
                connection.heldBytes() - response,
                response,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - connection.acceptedNanos()));
    }

    private static List<Holders.Route> byRoute(List<Holders.Connection> found) {
        Map<String, Holders.Route> routes = new HashMap<>();
        for (Holders.Connection each : found) {
            String name = Objects.requireNonNullElse(each.route(), NO_ROUTE);
            routes.merge(
                    name,
                    new Holders.Route(name, 1, each.bytes()),
                    (a, b) ->
                            new Holders.Route(
                                    name,
                                    a.connections() + b.connections(),
                                    a.bytes() + b.bytes()));
        }
        return routes.values().stream()
                .sorted(Comparator.comparingLong(Holders.Route::bytes).reversed())
                .toList();
    }
}
