package io.jadegate.api.plane;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the data plane is doing.
///
/// @param state whether traffic is taken
/// @param revision the configuration served, 0 before the first
/// @param listeners the bound listeners
/// @param upstreams the upstreams with their targets
public record Status(
        State state,
        long revision,
        List<ListenerStatus> listeners,
        List<UpstreamStatus> upstreams) {

    /// The life of a data plane.
    public enum State {
        STARTING,
        SERVING,
        DRAINING,
        STOPPED
    }

    /// @param name the listener's name
    /// @param address where it is bound, with the port in fact
    /// @param connections open connections
    public record ListenerStatus(String name, String address, int connections) {}

    /// @param name the upstream's name
    /// @param panic whether unhealthy targets get requests too, because fewer than half are healthy
    /// @param targets its targets, draining ones included
    public record UpstreamStatus(String name, boolean panic, List<TargetStatus> targets) {}

    /// @param address the endpoint's address as configured
    /// @param state `ready`, `drain` or `down`, or `retired` when the configuration no longer names
    ///   it
    /// @param inFlight requests without a finished answer
    /// @param connections open connections, idle ones included
    /// @param idle idle connections
    /// @param health `unknown`, `healthy` or `unhealthy` by its checks; null when it has none
    /// @param problem what was wrong with its last check; null when nothing was
    public record TargetStatus(
            String address,
            String state,
            int inFlight,
            int connections,
            int idle,
            @Nullable String health,
            @Nullable String problem) {}
}
