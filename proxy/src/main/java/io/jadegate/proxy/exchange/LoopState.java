package io.jadegate.proxy.exchange;

import io.jadegate.proxy.observe.LoopLog;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the exchanges of one loop share. Only for the loop's own thread.
public final class LoopState {
    private final Loop loop;
    private final LoopLog log;
    private final OutgoingRequest request = new OutgoingRequest();
    private final OutgoingResponse response = new OutgoingResponse();
    // Those that came first are the first to go.
    private final Set<Tunnel> tunnels = new LinkedHashSet<>();
    private @Nullable Set<String> routes;
    private long graceNanos;
    private boolean leaving;

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
    Set<Tunnel> tunnels() {
        return tunnels;
    }

    /// Takes note of a tunnel. It may have been asked for when its route and its listener were
    /// still there, and when the rules were others.
    void tunnelOpened(Tunnel tunnel) {
        tunnels.add(tunnel);
        Long graceOfListener = tunnel.cameBy().graceNanos();
        if (leaving) {
            end(List.of(tunnel), Failure.Kind.DRAINED, graceNanos);
        } else if (routes != null && !routes.contains(tunnel.routeName())) {
            end(List.of(tunnel), Failure.Kind.ROUTE_REMOVED, graceNanos);
        } else if (graceOfListener != null) {
            end(List.of(tunnel), Failure.Kind.DRAINED, graceOfListener);
        } else if (routes != null) {
            Failure.Kind denial = denial(tunnel);
            if (denial != null) {
                end(List.of(tunnel), denial, graceNanos);
            }
        }
    }

    /// Ends, within `graceNanos`, the tunnels whose route is not among `routes`, and from now on
    /// those that open without one.
    void keepTunnelsOf(Set<String> routes, long graceNanos) {
        this.routes = routes;
        this.graceNanos = graceNanos;
        end(
                tunnels.stream().filter(tunnel -> !routes.contains(tunnel.routeName())).toList(),
                Failure.Kind.ROUTE_REMOVED,
                graceNanos);
    }

    /// Ends, within `graceNanos`, the tunnels that would not be let in now.
    void reviewTunnels(long graceNanos) {
        Map<Failure.Kind, List<Tunnel>> denied = new EnumMap<>(Failure.Kind.class);
        for (Tunnel tunnel : tunnels) {
            Failure.Kind why = denial(tunnel);
            if (why != null) {
                denied.computeIfAbsent(why, _ -> new ArrayList<>()).add(tunnel);
            }
        }
        denied.forEach((why, each) -> end(each, why, graceNanos));
    }

    /// Why a tunnel would not be let in now; null when it would, or has been by what is served now.
    @SuppressWarnings("ReferenceEquality") // each configuration has its own
    private static Failure.@Nullable Kind denial(Tunnel tunnel) {
        Serving now = tunnel.cameBy().serving();
        return now == tunnel.servedBy() ? null : tunnel.deniedBy(now);
    }

    /// Ends, within `graceNanos`, the tunnels of clients of a listener that has gone.
    @SuppressWarnings("ReferenceEquality") // each listener has its own
    void endTunnelsOf(HttpService gone, long graceNanos) {
        end(
                tunnels.stream().filter(tunnel -> tunnel.cameBy() == gone).toList(),
                Failure.Kind.DRAINED,
                graceNanos);
    }

    /// Ends all tunnels within `graceNanos`.
    void endTunnels(long graceNanos) {
        this.graceNanos = graceNanos;
        leaving = true;
        end(List.copyOf(tunnels), Failure.Kind.DRAINED, graceNanos);
    }

    private void end(List<Tunnel> doomed, Failure.Kind why, long graceNanos) {
        if (!doomed.isEmpty()) {
            new Farewell(loop.eventLoop(), doomed, Failure.of(why), graceNanos).begin();
        }
    }
}
