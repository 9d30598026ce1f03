package io.jadegate.proxy.exchange;

import io.jadegate.proxy.stream.Failure;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The end of tunnels that have to go: they are asked to leave a few at a time, so that their
/// clients do not all come back at one instant, and those that are still there in the end are cut.
final class Farewell {
    private static final int STEPS = 50;

    private final EventLoop loop;
    private final List<Tunnel> tunnels;
    private final Failure why;
    private final long graceNanos;
    private int step;
    private int asked;

    /// @param graceNanos when the last is cut; the last is asked when three quarters have passed
    Farewell(EventLoop loop, List<Tunnel> tunnels, Failure why, long graceNanos) {
        this.loop = loop;
        this.tunnels = tunnels;
        this.why = why;
        this.graceNanos = graceNanos;
    }

    void begin() {
        loop.schedule(this::cut, graceNanos, TimeUnit.NANOSECONDS);
        ask();
    }

    private void ask() {
        step++;
        long due = ((long) tunnels.size() * step + STEPS - 1) / STEPS;
        while (asked < due) {
            tunnels.get(asked++).sendAway(why);
        }
        if (asked < tunnels.size()) {
            loop.schedule(this::ask, graceNanos * 3 / 4 / STEPS, TimeUnit.NANOSECONDS);
        }
    }

    private void cut() {
        tunnels.forEach(tunnel -> tunnel.end(why));
    }
}
