package io.jadegate.proxy.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.RequestHead;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Readings;
import io.jadegate.proxy.grpc.GrpcStatus;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one event loop counts of gRPC calls, by service, method and status.
///
/// The names come from clients. A method gets counts of its own when an endpoint has answered a
/// call of it, and not that there is no such method; at most [#MAX_METHODS] do, and all others
/// count together. Moved by one event loop, read by any thread.
public final class GrpcCounts {
    private static final Metric CALLS =
            Metric.counter(
                    "jadegate_grpc_calls",
                    "gRPC calls ended, by status; none: nobody has said it.",
                    "service",
                    "method",
                    "status");

    private static final String NONE = "none";
    private static final int STATUSES = GrpcStatus.values().length;
    private static final int MAX_METHODS = 500;

    /// No name that is counted is longer.
    private static final int MAX_NAME = 200;

    private record Entry(String service, String method, byte[] path, Tally tally) {}

    // Written by the loop alone; a new array for each new entry, so that readers see it whole.
    private volatile @Nullable Entry[] entries = new @Nullable Entry[16];
    private int size;
    private final Tally others = new Tally(STATUSES + 1);

    GrpcCounts() {}

    /// Counts a call that has ended.
    public void ended(ExchangeFacts facts) {
        GrpcStatus status = facts.grpcStatus();
        tally(facts, status).increment(status == null ? STATUSES : status.number());
    }

    private Tally tally(ExchangeFacts facts, @Nullable GrpcStatus status) {
        RequestHead head = facts.received();
        byte[] bytes = head.fields().bytes();
        int start = head.pathStart();
        int end = head.pathEnd();
        @Nullable Entry[] known = entries;
        int slot = slot(known, bytes, start, end);
        Entry entry = known[slot];
        if (entry != null) {
            return entry.tally;
        }
        boolean answered = facts.reason() == null && facts.attempts() > 0;
        boolean exists = answered && status != null && status != GrpcStatus.UNIMPLEMENTED;
        Entry made = exists && size < MAX_METHODS ? entry(head) : null;
        if (made == null) {
            return others;
        }
        append(made);
        return made.tally;
    }

    private static @Nullable Entry entry(RequestHead head) {
        byte[] bytes = head.fields().bytes();
        byte[] path = Arrays.copyOfRange(bytes, head.pathStart(), head.pathEnd());
        String text = new String(path, ISO_8859_1);
        int slash = text.lastIndexOf('/');
        boolean named =
                slash > 1
                        && slash < text.length() - 1
                        && text.length() <= MAX_NAME
                        && text.indexOf('/', 1) == slash;
        return named
                ? new Entry(
                        text.substring(1, slash),
                        text.substring(slash + 1),
                        path,
                        new Tally(STATUSES + 1))
                : null;
    }

    private void append(Entry entry) {
        @Nullable Entry[] before = entries;
        size++;
        boolean full = 2 * size > before.length;
        @Nullable Entry[] after = new @Nullable Entry[full ? 2 * before.length : before.length];
        for (Entry old : before) {
            if (old != null) {
                after[slot(after, old.path, 0, old.path.length)] = old;
            }
        }
        after[slot(after, entry.path, 0, entry.path.length)] = entry;
        entries = after;
    }

    /// Where the entry of a path is, or would be.
    private static int slot(@Nullable Entry[] entries, byte[] bytes, int start, int end) {
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = hash * 31 + bytes[i];
        }
        int mask = entries.length - 1;
        int slot = hash & mask;
        for (Entry entry = entries[slot]; entry != null; entry = entries[slot]) {
            if (Arrays.equals(entry.path, 0, entry.path.length, bytes, start, end)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    static void report(PerLoop<GrpcCounts> calls, Readings readings) {
        Map<String, long[]> sums = new TreeMap<>();
        calls.forEach(loop -> {
            for (Entry entry : loop.entries) {
                if (entry != null) {
                    add(sums, entry.service + "/" + entry.method, entry.tally);
                }
            }
            add(sums, SeriesFamily.OTHER + "/" + SeriesFamily.OTHER, loop.others);
        });
        sums.forEach((path, counts) -> {
            int slash = path.indexOf('/');
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] > 0) {
                    readings.value(
                            CALLS,
                            counts[i],
                            path.substring(0, slash),
                            path.substring(slash + 1),
                            i == STATUSES ? NONE : GrpcStatus.of(i).name());
                }
            }
        });
    }

    private static void add(Map<String, long[]> sums, String path, Tally tally) {
        long[] counts = sums.computeIfAbsent(path, _ -> new long[STATUSES + 1]);
        for (int i = 0; i < counts.length; i++) {
            counts[i] += tally.read(i);
        }
    }
}
