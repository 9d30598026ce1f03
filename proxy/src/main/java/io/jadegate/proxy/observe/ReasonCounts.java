package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// Counts by reason. Moved by one event loop, read by any thread. A list is searched because few
/// reasons ever meet in one place, and only failures come here.
final class ReasonCounts {
    /// More different codes than that count as [#OTHER].
    private static final int MAX_CODES = 64;

    static final String OTHER = "other";

    private record Entry(String code, Tally count) {}

    private volatile Entry[] entries = {};

    void add(Reason reason) {
        entry(reason.code()).count.increment(0);
    }

    private Entry entry(String code) {
        Entry[] known = entries;
        for (Entry entry : known) {
            if (entry.code.equals(code)) {
                return entry;
            }
        }
        return known.length < MAX_CODES || code.equals(OTHER) ? append(known, code) : entry(OTHER);
    }

    private Entry append(Entry[] known, String code) {
        var entry = new Entry(code, new Tally(1));
        Entry[] longer = Arrays.copyOf(known, known.length + 1);
        longer[known.length] = entry;
        entries = longer;
        return entry;
    }

    /// The counts of all loops by code, in alphabetical order.
    static <C> Map<String, Long> sum(PerLoop<C> counts, Function<C, ReasonCounts> part) {
        var sums = new TreeMap<String, Long>();
        counts.forEach(loop -> {
            for (Entry entry : part.apply(loop).entries) {
                sums.merge(entry.code, entry.count.read(0), Long::sum);
            }
        });
        return sums;
    }
}
