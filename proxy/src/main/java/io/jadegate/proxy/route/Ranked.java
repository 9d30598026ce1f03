package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Candidates in order of rank, at least one. Changed as [Edit] says.
///
/// Mostly there is only one, and it stands for itself: in a large table every place in memory is
/// one to wait for.
sealed interface Ranked<R> permits Candidate, Ranked.Several {
    int size();

    Candidate<R> get(int index);

    /// The better of `best` and the first candidate that the judge accepts.
    default @Nullable Candidate<R> first(
            RequestHead head,
            InetAddress client,
            @Nullable Candidate<R> best,
            PathTrie.Judge judge) {
        for (int i = 0; i < size(); i++) {
            Candidate<R> candidate = get(i);
            if (!Candidate.outranks(candidate.rank(), best)) {
                return best;
            }
            if (judge.accepts(candidate, head, client)) {
                return candidate;
            }
        }
        return best;
    }

    /// The list with one candidate more.
    static <R> Ranked<R> with(Edit edit, @Nullable Ranked<R> list, Candidate<R> candidate) {
        return switch (list) {
            case null -> candidate;
            case Candidate<R> alone -> Several.of(edit, alone).with(edit, candidate);
            case Several<R> several -> several.with(edit, candidate);
        };
    }

    /// The list without a candidate that it has; null when that was the only one.
    static <R> @Nullable Ranked<R> without(Edit edit, Ranked<R> list, Candidate<R> candidate) {
        return switch (list) {
            case Candidate<R> alone -> {
                alone.mustBe(candidate);
                yield null;
            }
            case Several<R> several -> several.without(edit, candidate);
        };
    }

    /// The rank of the first of a list that may be absent.
    static long best(@Nullable Ranked<?> list) {
        return list == null ? Long.MAX_VALUE : list.get(0).rank();
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // made here, holds nothing else
    static <R> Candidate<R>[] array(int length) {
        return new Candidate[length];
    }

    /// Two or more, but while it is changed.
    final class Several<R> implements Ranked<R> {
        private final Edit edit;
        private Candidate<R>[] items;
        private int size;

        private Several(Edit edit, Candidate<R>[] items, int size) {
            this.edit = edit;
            this.items = items;
            this.size = size;
        }

        private static <R> Several<R> of(Edit edit, Candidate<R> candidate) {
            Candidate<R>[] items = array(2);
            items[0] = candidate;
            return new Several<>(edit, items, 1);
        }

        private Several<R> with(Edit current, Candidate<R> candidate) {
            Several<R> mine = editable(current);
            mine.insert(candidate);
            return mine;
        }

        private Ranked<R> without(Edit current, Candidate<R> candidate) {
            int at = position(candidate.rank());
            items[Math.min(at, size - 1)].mustBe(candidate);
            if (size == 2) {
                return items[1 - at];
            }
            Several<R> mine = editable(current);
            System.arraycopy(mine.items, at + 1, mine.items, at, --mine.size - at);
            mine.items = Arrays.copyOf(mine.items, mine.size);
            return mine;
        }

        private Several<R> editable(Edit current) {
            return edit == current ? this : new Several<>(current, items.clone(), size);
        }

        private void insert(Candidate<R> candidate) {
            if (size == items.length) {
                items = Arrays.copyOf(items, size + (size >> 1) + 1);
            }
            int at = position(candidate.rank());
            System.arraycopy(items, at, items, at + 1, size - at);
            items[at] = candidate;
            size++;
        }

        /// Of the first candidate of at least that rank.
        private int position(long rank) {
            if (items[size - 1].rank() < rank) {
                return size;
            }
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (items[middle].rank() < rank) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public Candidate<R> get(int index) {
            return items[index];
        }
    }
}
