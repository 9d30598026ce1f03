package io.jadegate.proxy.exchange;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/// The open tunnels of all loops. A tunnel outlives the configuration that let it in, but not for
/// long the route that it came by.
public final class Tunnels {
    private final List<LoopState> loops;

    public Tunnels(Collection<LoopState> loops) {
        this.loops = List.copyOf(loops);
    }

    /// Ends, within `graceNanos`, the tunnels whose route is not among `routes` now, and those that
    /// open later by a route that has gone.
    public void endWithout(Set<String> routes, long graceNanos) {
        for (LoopState state : loops) {
            state.loop().eventLoop().execute(() -> state.keepTunnelsOf(routes, graceNanos));
        }
    }

    /// Asks the policies of a new configuration about the tunnels that are open, and ends those
    /// that it would not let in any more within `graceNanos`.
    public void review(long graceNanos) {
        for (LoopState state : loops) {
            state.loop().eventLoop().execute(() -> state.reviewTunnels(graceNanos));
        }
    }

    /// Ends, within `graceNanos`, the tunnels that came by a listener that has gone.
    ///
    /// @param gone by which it was served
    public void endThoseOf(HttpService gone, long graceNanos) {
        for (LoopState state : loops) {
            state.loop().eventLoop().execute(() -> state.endTunnelsOf(gone, graceNanos));
        }
    }

    /// Ends every tunnel within `graceNanos`.
    public void endAll(long graceNanos) {
        for (LoopState state : loops) {
            state.loop().eventLoop().execute(() -> state.endTunnels(graceNanos));
        }
    }
}
