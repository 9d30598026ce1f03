package io.jadegate.proxy.observe;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// All counts of one kind, by their labels. Only what has been used is shown, and at most so many:
/// the rest counts together under [#OTHER], so that no configuration can blow up the memory of this
/// process or of those who collect its metrics.
final class SeriesFamily<C> {
    /// In brackets, which no configured name has.
    static final String OTHER = "(other)";

    private final int loops;
    private final int maxSeries;
    private final Supplier<C> newCounts;
    private final PerLoop<C> other;
    private final ConcurrentHashMap<List<String>, PerLoop<C>> byLabels = new ConcurrentHashMap<>();
    private final AtomicInteger used = new AtomicInteger();

    SeriesFamily(int loops, int labelCount, int maxSeries, Supplier<C> newCounts) {
        this.loops = loops;
        this.maxSeries = maxSeries;
        this.newCounts = newCounts;
        this.other =
                new PerLoop<>(
                        this, loops, Collections.nCopies(labelCount, OTHER), /* shown= */ true);
    }

    PerLoop<C> of(String... labels) {
        return byLabels.computeIfAbsent(
                List.of(labels), key -> new PerLoop<>(this, loops, key, /* shown= */ false));
    }

    /// Forgets the series whose labels do not pass.
    void retain(Predicate<List<String>> passes) {
        byLabels.values()
                .removeIf(series -> {
                    if (passes.test(series.labels())) {
                        return false;
                    }
                    series.forget();
                    return true;
                });
    }

    void forget(String... labels) {
        PerLoop<C> series = byLabels.remove(List.of(labels));
        if (series != null) {
            series.forget();
        }
    }

    /// Gives every series that has been used: those that have a name of their own, then "other".
    void forEachShown(Consumer<PerLoop<C>> reader) {
        byLabels.values().stream().filter(PerLoop::shown).forEach(reader);
        if (other.used()) {
            reader.accept(other);
        }
    }

    /// Counts for whatever finds no place of its own.
    PerLoop<C> other() {
        return other;
    }

    Supplier<C> newCounts() {
        return newCounts;
    }

    /// Takes one of the places, if there is one.
    boolean admit() {
        if (used.incrementAndGet() <= maxSeries) {
            return true;
        }
        used.decrementAndGet();
        return false;
    }

    void leave() {
        used.decrementAndGet();
    }
}
