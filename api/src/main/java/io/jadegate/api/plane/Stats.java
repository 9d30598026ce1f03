package io.jadegate.api.plane;

import java.util.List;

/// What has gone through a data plane since it started, in totals, and what it holds now.
///
/// @param buffers the node-wide budget of buffers
/// @param sockets the connections of the process
public record Stats(
        Buffers buffers,
        Sockets sockets,
        List<ListenerStats> listeners,
        List<RouteStats> routes,
        List<UpstreamStats> upstreams) {
    public Stats {
        listeners = List.copyOf(listeners);
        routes = List.copyOf(routes);
        upstreams = List.copyOf(upstreams);
    }

    /// @param usedBytes memory of what was taken from one side and not yet by the other
    /// @param softBytes where streams that hold something stop reading
    /// @param hardBytes where new work is refused
    /// @param shedExchanges exchanges refused for it
    /// @param endedHolders connections ended for it
    public record Buffers(
            long usedBytes,
            long softBytes,
            long hardBytes,
            long shedExchanges,
            long endedHolders) {}

    /// @param open connections to clients and to endpoints
    /// @param acceptLimit how many there may be before no client is let in
    public record Sockets(int open, int acceptLimit) {}

    /// @param connections open now
    /// @param accepted connections let in
    /// @param refused connections not let in
    /// @param tunnels connections without exchanges, and sessions of datagrams, that were connected
    ///   to an endpoint
    /// @param tunnelReceivedBytes octets passed on from their clients
    /// @param tunnelSentBytes octets passed on from their endpoints
    public record ListenerStats(
            String name,
            long connections,
            long accepted,
            long refused,
            long requests,
            long tunnels,
            long tunnelReceivedBytes,
            long tunnelSentBytes) {}

    /// @param name its name, `(none)` for exchanges that no route took
    /// @param receivedBytes content of requests, and of tunnels from the client
    /// @param sentBytes content of answers, and of tunnels to the client
    public record RouteStats(String name, long requests, long receivedBytes, long sentBytes) {}

    /// @param inFlight attempts that have not ended
    /// @param connections open now, idle ones included
    /// @param checked targets whose health is checked
    /// @param healthy how many of them are well
    public record UpstreamStats(
            String name,
            long attempts,
            long failures,
            long inFlight,
            long connections,
            int checked,
            int healthy) {}
}
