package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Candidates in order of rank, at least one. Changed as [Edit] says.
final class Ranked<R> {
    private final Edit edit;
    private Candidate<R>[] items;
    private int size;

    /// The first of them, which is mostly the only one, without a look at the array.
    private @Nullable Candidate<R> first;

    private Ranked(Edit edit, Candidate<R>[] items, int size) {
        this.edit = edit;
        this.items = items;
        this.size = size;
        this.first = size == 0 ? null : items[0];
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // made here, holds nothing else
    static <R> Candidate<R>[] array(int length) {
        return new Candidate[length];
    }

    /// The list with one candidate more.
    static <R> Ranked<R> with(Edit edit, @Nullable Ranked<R> list, Candidate<R> candidate) {
        Ranked<R> mine = list == null ? new Ranked<>(edit, array(1), 0) : list.editable(edit);
        mine.insert(candidate);
        return mine;
    }

    /// The list without a candidate that it has; null when that was the only one.
    static <R> @Nullable Ranked<R> without(Edit edit, Ranked<R> list, Candidate<R> candidate) {
        if (list.size == 1) {
            return null;
        }
        Ranked<R> mine = list.editable(edit);
        int at = mine.position(candidate.rank());
        if (at == mine.size || mine.items[at] != candidate) {
            throw new IllegalArgumentException("not in here: " + candidate.name);
        }
        System.arraycopy(mine.items, at + 1, mine.items, at, --mine.size - at);
        mine.items = Arrays.copyOf(mine.items, mine.size);
        mine.first = mine.items[0];
        return mine;
    }

    private Ranked<R> editable(Edit current) {
        return edit == current ? this : new Ranked<>(current, items.clone(), size);
    }

    private void insert(Candidate<R> candidate) {
        if (size == items.length) {
            items = Arrays.copyOf(items, size + (size >> 1) + 1);
        }
        int at = position(candidate.rank());
        System.arraycopy(items, at, items, at + 1, size - at);
        items[at] = candidate;
        first = items[0];
        size++;
    }

    /// Of the first candidate of at least that rank.
    private int position(long rank) {
        if (size == 0 || items[size - 1].rank() < rank) {
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

    int size() {
        return size;
    }

    Candidate<R> get(int index) {
        Candidate<R> first = this.first;
        return index == 0 && first != null ? first : items[index];
    }

    /// The rank of the first of a list that may be absent.
    static long best(@Nullable Ranked<?> list) {
        return list == null ? Long.MAX_VALUE : list.items[0].rank();
    }

    /// The better of `best` and the first candidate that the judge accepts.
    @Nullable Candidate<R> first(
            RequestHead head,
            InetAddress client,
            @Nullable Candidate<R> best,
            PathTrie.Judge judge) {
        for (int i = 0; i < size; i++) {
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
}
