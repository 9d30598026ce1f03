package io.jadegate.proxy.exchange;

import io.jadegate.proxy.observe.LoopLog;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the exchanges of one loop share. Only for the loop's own thread.
public final class LoopState {
    private final Loop loop;
    private final LoopLog log;
    private final OutgoingRequest request = new OutgoingRequest();
    private final OutgoingResponse response = new OutgoingResponse();
    private final Set<Exchange> tunnels = new HashSet<>();
    private @Nullable Set<String> routes;
    private long graceNanos;

    public LoopState(Loop loop, LoopLog log) {
        this.loop = loop;
        this.log = log;
    }

    Loop loop() {
        return loop;
    }

    LoopLog log() {
        return log;
    }

    /// The head that is being sent to an upstream; filled and used up within one call.
    OutgoingRequest request() {
        return request;
    }

    /// The head that is being sent to a client; filled and used up within one call.
    OutgoingResponse response() {
        return response;
    }

    /// The tunnels that are open.
    Set<Exchange> tunnels() {
        return tunnels;
    }

    /// Takes note of a tunnel. It may have been asked for when its route was still there.
    void tunnelOpened(Exchange exchange) {
        tunnels.add(exchange);
        if (routes != null && !routes.contains(exchange.routeName())) {
            end(List.of(exchange));
        }
    }

    /// Ends, when `graceNanos` have passed, the tunnels whose route is not among `routes`, and from
    /// now on those that open without one.
    void keepTunnelsOf(Set<String> routes, long graceNanos) {
        this.routes = routes;
        this.graceNanos = graceNanos;
        end(tunnels.stream().filter(tunnel -> !routes.contains(tunnel.routeName())).toList());
    }

    private void end(List<Exchange> doomed) {
        if (!doomed.isEmpty()) {
            loop.eventLoop()
                    .schedule(
                            () -> doomed.forEach(LoopState::end), graceNanos, TimeUnit.NANOSECONDS);
        }
    }

    private static void end(Exchange tunnel) {
        tunnel.endTunnel(Failure.of(Failure.Kind.DRAINED));
    }
}
