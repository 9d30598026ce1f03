package io.jadegate.filters.password;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How often clients were wrong: each may be so some times at once and then now and again (a
/// generic cell rate). Safe for all threads.
final class Guesses {
    static final int AT_ONCE = 10;
    static final Duration INTERVAL = Duration.ofSeconds(6);
    static final int MOST_CLIENTS = 65_536;

    private static final long INTERVAL_NANOS = INTERVAL.toNanos();
    private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier clock;

    /// When a client's next guess would be due if all came evenly, by the number of its network.
    private final ConcurrentHashMap<Long, Long> due = new ConcurrentHashMap<>();

    private final AtomicLong nextSweep;

    /// @param clock the time in nanoseconds
    Guesses(LongSupplier clock) {
        this.clock = clock;
        this.nextSweep = new AtomicLong(clock.getAsLong());
    }

    /// How many seconds a client has to wait before it may guess again; 0 when it may now.
    int waitSeconds(long client) {
        Long next = due.get(client);
        if (next == null) {
            return 0;
        }
        long nanos = next - clock.getAsLong() - (AT_ONCE - 1) * INTERVAL_NANOS;
        return nanos <= 0 ? 0 : (int) Math.ceilDiv(nanos, 1_000_000_000L);
    }

    /// A client was wrong.
    void wrong(long client) {
        long now = clock.getAsLong();
        if (due.size() >= MOST_CLIENTS && !due.containsKey(client)) {
            makeRoom(now);
        }
        due.merge(
                client,
                now + INTERVAL_NANOS,
                (before, _) -> (before - now > 0 ? before : now) + INTERVAL_NANOS);
    }

    int clients() {
        return due.size();
    }

    /// Those who may guess freely again are forgotten, and else somebody: under an attack from that
    /// many networks a limit on each means little.
    private void makeRoom(long now) {
        long sweep = nextSweep.get();
        if (now - sweep >= 0 && nextSweep.compareAndSet(sweep, now + SWEEP_NANOS)) {
            due.values().removeIf(next -> next - now <= 0);
        }
        if (due.size() >= MOST_CLIENTS) {
            due.keySet().stream().findAny().ifPresent(due::remove);
        }
    }
}
