package io.jadegate.proxy.route;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/// All candidates of a table in order of precedence. Immutable.
///
/// Ranks are given with gaps, so that a candidate that comes later fits between its neighbours and
/// those need not change: other tables hold them, too.
final class Ranking<R> extends AbstractList<Candidate<R>> implements RandomAccess {
    private final Candidate<R>[] candidates;

    private Ranking(Candidate<R>[] candidates) {
        this.candidates = candidates;
    }

    /// Ranks candidates that have no rank yet.
    static <R> Ranking<R> of(Collection<Candidate<R>> unranked) {
        Candidate<R>[] sorted = unranked.toArray(Ranked.array(0));
        Arrays.sort(sorted, Candidate.PRECEDENCE);
        spread(sorted, 0, sorted.length);
        return new Ranking<>(sorted);
    }

    /// Those of them that a table is to have.
    static <R> Ranking<R> among(List<Candidate<R>> ranked) {
        return new Ranking<>(ranked.toArray(Ranked.array(0)));
    }

    /// The same with some gone and others come, to which ranks are given; null when there is no
    /// room for ranks between two neighbours any more.
    @Nullable Ranking<R> with(List<Candidate<R>> gone, List<Candidate<R>> come) {
        Candidate<R>[] next = candidates;
        for (Candidate<R> candidate : gone) {
            int at = indexOf(next, candidate);
            Candidate<R>[] shorter = Arrays.copyOf(next, next.length - 1);
            System.arraycopy(next, at + 1, shorter, at, shorter.length - at);
            next = shorter;
        }
        for (Candidate<R> candidate : come) {
            int at = ~Arrays.binarySearch(next, candidate, Candidate.PRECEDENCE);
            if (at < 0) {
                return null;
            }
            Candidate<R>[] longer = Arrays.copyOf(next, next.length + 1);
            System.arraycopy(next, at, longer, at + 1, next.length - at);
            longer[at] = candidate;
            if (!spread(longer, at, at + 1)) {
                return null;
            }
            next = longer;
        }
        return new Ranking<>(next);
    }

    /// Gives evenly spaced ranks to `candidates[from, to)`. Returns whether there was room.
    private static boolean spread(Candidate<?>[] candidates, int from, int to) {
        long low = from == 0 ? 0 : candidates[from - 1].rank();
        long high = to == candidates.length ? Long.MAX_VALUE : candidates[to].rank();
        long step = (high - low) / (to - from + 1);
        for (int i = from; i < to; i++) {
            candidates[i].rank(low + step * (i - from + 1));
        }
        return step > 0;
    }

    /// The candidate in here that stands where `other` does: the same pattern of the same route.
    Candidate<R> like(Candidate<R> other) {
        return candidates[indexOf(candidates, other)];
    }

    /// Whether a candidate stands in here where `other` does.
    boolean hasLike(Candidate<R> other) {
        return Arrays.binarySearch(candidates, other, Candidate.PRECEDENCE) >= 0;
    }

    private static <R> int indexOf(Candidate<R>[] candidates, Candidate<R> candidate) {
        int at = Arrays.binarySearch(candidates, candidate, Candidate.PRECEDENCE);
        if (at < 0) {
            throw new IllegalArgumentException("not in here: " + candidate.name);
        }
        return at;
    }

    /// Where a candidate of this stands.
    int place(Candidate<R> candidate) {
        return indexOf(candidates, candidate);
    }

    @Override
    public Candidate<R> get(int index) {
        return candidates[index];
    }

    @Override
    public int size() {
        return candidates.length;
    }
}
