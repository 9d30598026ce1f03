package io.jadegate.proxy.exchange;

import io.jadegate.proxy.stream.Failure;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The open tunnels of all loops. A tunnel outlives the configuration that let it in, but not for
/// long the route that it came by.
public final class Tunnels {
    private final List<LoopState> loops;

    public Tunnels(Collection<LoopState> loops) {
        this.loops = List.copyOf(loops);
    }

    /// Ends, when `graceNanos` have passed, the tunnels that came by one of these routes.
    public void endOf(Set<String> routes, long graceNanos) {
        end(exchange -> routes.contains(exchange.routeName()), graceNanos);
    }

    /// Ends every tunnel when `graceNanos` have passed.
    public void endAll(long graceNanos) {
        end(_ -> true, graceNanos);
    }

    private void end(Predicate<Exchange> which, long graceNanos) {
        for (LoopState state : loops) {
            state.loop()
                    .eventLoop()
                    .execute(() -> {
                        List<Exchange> doomed = state.tunnels().stream().filter(which).toList();
                        if (!doomed.isEmpty()) {
                            state.loop()
                                    .eventLoop()
                                    .schedule(
                                            () -> doomed.forEach(Tunnels::end),
                                            graceNanos,
                                            TimeUnit.NANOSECONDS);
                        }
                    });
        }
    }

    private static void end(Exchange exchange) {
        exchange.endTunnel(Failure.of(Failure.Kind.DRAINED));
    }
}
