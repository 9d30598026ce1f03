package io.jadegate.api.plane;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who makes a data plane hold memory at the moment.
///
/// @param connections those that hold most, the largest first
/// @param routes what the connections of each route hold, the largest first
public record Holders(List<Connection> connections, List<Route> routes) {
    public Holders {
        connections = List.copyOf(connections);
        routes = List.copyOf(routes);
    }

    /// @param client its address and port, or `unix`
    /// @param route by which its exchange goes; null when none is under way
    /// @param requestBytes memory of what it sent: waiting input, heads, bodies kept or not taken
    ///   by the endpoint
    /// @param responseBytes memory of what it has not read
    /// @param ageSeconds since it was accepted
    public record Connection(
            String client,
            String listener,
            @Nullable String route,
            long requestBytes,
            long responseBytes,
            long ageSeconds) {
        /// Both directions together.
        public long bytes() {
            return requestBytes + responseBytes;
        }
    }

    /// @param name of the route; `(none)` for connections without an exchange
    /// @param connections how many hold something
    public record Route(String name, long connections, long bytes) {}
}
