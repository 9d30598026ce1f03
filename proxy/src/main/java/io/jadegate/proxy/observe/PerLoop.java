package io.jadegate.proxy.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The counts of one thing – a route, a listener, a target –, kept once per event loop. Whoever
/// compiles a configuration looks it up once; a loop then reaches its own counts by its number.
///
/// @param <C> what is kept; written by its loop only, read by any thread
public final class PerLoop<C> {
    private enum Standing {
        UNUSED,
        SHOWN,
        /// Counts for the family's "other", because there are too many series.
        MERGED,
        FORGOTTEN
    }

    private final SeriesFamily<C> family;
    private final List<String> labels;
    private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(Object[].class);

    /// In an array of its own kind, which is one place in memory less to wait for than an
    /// `AtomicReferenceArray`: in a large table each route's are far from the caches.
    private final @Nullable Object[] counts;

    private final AtomicReference<Standing> standing;

    PerLoop(SeriesFamily<C> family, int loops, List<String> labels, boolean shown) {
        this.family = family;
        this.labels = labels;
        this.counts = new Object[loops];
        this.standing = new AtomicReference<>(shown ? Standing.SHOWN : Standing.UNUSED);
    }

    /// The counts of one event loop, made on first use. To be called on that loop.
    ///
    /// @param loop the loop's number, from 0
    public C on(int loop) {
        C mine = counted(counts[loop]);
        return mine != null ? mine : first(loop);
    }

    @SuppressWarnings("unchecked") // nothing else is put in
    private @Nullable C counted(@Nullable Object of) {
        return (C) of;
    }

    private C first(int loop) {
        if (standing.get() == Standing.UNUSED) {
            decideStanding();
        }
        C made =
                standing.get() == Standing.MERGED
                        ? family.other().on(loop)
                        : family.newCounts().get();
        COUNTS.setRelease(counts, loop, made);
        return made;
    }

    private void decideStanding() {
        boolean admitted = family.admit();
        boolean decided =
                standing.compareAndSet(
                        Standing.UNUSED, admitted ? Standing.SHOWN : Standing.MERGED);
        if (admitted && !decided) {
            family.leave();
        }
    }

    /// Ends its being shown. Loops that still hold it may go on counting.
    void forget() {
        if (standing.getAndSet(Standing.FORGOTTEN) == Standing.SHOWN) {
            family.leave();
        }
    }

    boolean shown() {
        return standing.get() == Standing.SHOWN;
    }

    boolean used() {
        return sum(_ -> 1) > 0;
    }

    List<String> labels() {
        return labels;
    }

    long sum(ToLongFunction<C> count) {
        long sum = 0;
        for (int loop = 0; loop < counts.length; loop++) {
            C theirs = counted(COUNTS.getAcquire(counts, loop));
            if (theirs != null) {
                sum += count.applyAsLong(theirs);
            }
        }
        return sum;
    }

    void forEach(Consumer<C> reader) {
        for (int loop = 0; loop < counts.length; loop++) {
            C theirs = counted(COUNTS.getAcquire(counts, loop));
            if (theirs != null) {
                reader.accept(theirs);
            }
        }
    }
}
