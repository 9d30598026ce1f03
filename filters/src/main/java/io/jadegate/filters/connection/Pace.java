package io.jadegate.filters.connection;

import io.jadegate.api.config.Rate;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// How fast new connections come, held against one rate. Safe for all threads.
final class Pace {
    private final Rate rate;
    private final long intervalNanos;

    /// When the next connection would be due if all came evenly, the one number that a generic cell
    /// rate needs.
    private final AtomicLong dueNanos;

    private Pace(Rate rate, long dueNanos) {
        this.rate = rate;
        this.intervalNanos = rate.per().toNanos() / rate.count();
        this.dueNanos = new AtomicLong(dueNanos);
    }

    /// What goes on by a rate where another went by a rate of before.
    ///
    /// @param before null where none was held against any
    /// @param now the time in nanoseconds
    static Pace of(Rate rate, @Nullable Pace before, long now) {
        if (before == null) {
            return new Pace(rate, now);
        }
        return rate.equals(before.rate)
                ? before
                : new Pace(rate, now + Math.min(before.ahead(now), rate.per().toNanos()));
    }

    /// Whether a connection may come now.
    boolean due(long now) {
        return ahead(now) <= rate.per().toNanos() - intervalNanos;
    }

    /// Counts one that came. It may have come though it was not due, while the limit only looked
    /// on: no more than a rate's worth is remembered, or nobody would be let in for as long as it
    /// takes to make up for all of them.
    void arrived(long now) {
        dueNanos.updateAndGet(due ->
                now + Math.min(Math.max(0, due - now) + intervalNanos, rate.per().toNanos()));
    }

    /// By how much connections have come before their time.
    private long ahead(long now) {
        return Math.max(0, dueNanos.get() - now);
    }
}
