package io.jadegate.proxy.route;

import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.List;

/// A match block on its own, such as a filter's `when`: whether a request satisfies all of it.
/// Immutable and safe on all threads.
public final class MatchBlock {
    private final List<String> listeners;
    private final List<HostPattern> hosts;
    private final List<PathPattern> paths;
    private final Conditions conditions;

    private MatchBlock(
            List<String> listeners,
            List<HostPattern> hosts,
            List<PathPattern> paths,
            Conditions conditions) {
        this.listeners = listeners;
        this.hosts = hosts;
        this.paths = paths;
        this.conditions = conditions;
    }

    /// @param position where the block stands in the configuration, `routes.orders.filters[0].when`
    /// @param problems what cannot be compiled is added here as an error, and left out
    public static MatchBlock compile(MatchConfig match, String position, List<Problem> problems) {
        return new MatchBlock(
                match.listeners(),
                List.copyOf(RouteTables.hosts(match, position, problems)),
                List.copyOf(RouteTables.paths(match, position, problems).keySet()),
                Conditions.compile(match, position, problems));
    }

    /// Whether a request satisfies every key of the block.
    ///
    /// @param head with a canonical path and a host in lower case
    /// @param client the client's address
    /// @param listener the name of the listener that took the request
    public boolean matches(RequestHead head, InetAddress client, String listener) {
        return (listeners.isEmpty() || listeners.contains(listener))
                && matchesHost(head)
                && matchesPath(head)
                && conditions.hold(head, client);
    }

    private boolean matchesHost(RequestHead head) {
        byte[] bytes = head.fields().bytes();
        int start = head.hostStart();
        int end = HostPattern.trimDot(bytes, start, head.hostEnd());
        for (HostPattern host : hosts) {
            if (host.matches(bytes, start, end)) {
                return true;
            }
        }
        return false;
    }

    private boolean matchesPath(RequestHead head) {
        byte[] bytes = head.fields().bytes();
        for (PathPattern path : paths) {
            if (path.matches(bytes, head.pathStart(), head.pathEnd())) {
                return true;
            }
        }
        return false;
    }
}
