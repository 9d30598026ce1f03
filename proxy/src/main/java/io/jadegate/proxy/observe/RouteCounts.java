package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Readings;
import org.jspecify.annotations.Nullable;

/// What one event loop counts of one route.
public final class RouteCounts extends Tally {
    private static final Metric REQUESTS =
            Metric.counter(
                    "jadegate_route_requests",
                    "Exchanges ended, by class of the status sent; none: no answer was begun.",
                    "route",
                    "status");
    private static final Metric REASONS =
            Metric.counter(
                    "jadegate_route_reasons",
                    "Exchanges that the gateway answered by itself or ended, by reason.",
                    "route",
                    "reason");
    private static final Metric CUT =
            Metric.counter(
                    "jadegate_route_responses_cut",
                    "Answers begun and not brought to their end.",
                    "route");
    private static final Metric RETRIES =
            Metric.counter(
                    "jadegate_route_retries", "Attempts beyond the first of an exchange.", "route");
    private static final Metric RECEIVED =
            Metric.counter(
                    "jadegate_route_received_bytes",
                    "Content of requests, and of tunnels from the client.",
                    "route");
    private static final Metric SENT =
            Metric.counter(
                    "jadegate_route_sent_bytes",
                    "Content of answers, and of tunnels to the client.",
                    "route");
    private static final Metric DURATION =
            Metric.histogram(
                    "jadegate_route_duration_seconds",
                    "From the first octet of a request to the end of its answer; not of tunnels.",
                    "route");
    private static final Metric FIRST_BYTE =
            Metric.histogram(
                    "jadegate_route_first_byte_seconds",
                    "From the first octet of a request to the first of the upstream's answer.",
                    "route");

    // What nearly every exchange moves stands first, in one place of the caches.
    private static final int RECEIVED_SLOT = 0;
    private static final int SENT_SLOT = 1;
    private static final int DURATION_SUM_SLOT = 2;
    private static final int FIRST_BYTE_SUM_SLOT = 3;
    private static final int STATUS_SLOT = 4;
    private static final String[] STATUS_CLASSES = {"2xx", "3xx", "4xx", "5xx", "1xx", "none"};
    private static final int CUT_SLOT = STATUS_SLOT + STATUS_CLASSES.length;
    private static final int RETRIES_SLOT = CUT_SLOT + 1;
    private static final int RANGES_SLOT = CUT_SLOT + 2;
    private static final int SLOTS = RANGES_SLOT + 2 * Histogram.SLOTS;

    private static final Histogram DURATIONS = new Histogram(DURATION_SUM_SLOT, RANGES_SLOT, 2);
    private static final Histogram FIRST_BYTES =
            new Histogram(FIRST_BYTE_SUM_SLOT, RANGES_SLOT + 1, 2);

    private final ReasonCounts reasons = new ReasonCounts();

    // Few routes have any. Volatile: made by the loop, looked at by any thread.
    private volatile @Nullable TunnelCounts tunnels;

    RouteCounts() {
        super(SLOTS);
    }

    /// What is counted of tunnels, to be kept by each for its life.
    ///
    /// @param kind that of all tunnels of the route
    public TunnelCounts tunnels(TunnelCounts.Kind kind) {
        TunnelCounts known = tunnels;
        if (known == null) {
            known = new TunnelCounts(kind);
            tunnels = known;
        }
        return known;
    }

    /// Counts an exchange that has ended.
    public void ended(ExchangeFacts facts) {
        increment(STATUS_SLOT + statusClass(facts.status()));
        Reason reason = facts.reason();
        if (reason != null) {
            reasons.add(reason);
        }
        if (facts.cut()) {
            increment(CUT_SLOT);
        }
        if (facts.attempts() > 1) {
            add(RETRIES_SLOT, facts.attempts() - 1);
        }
        add(RECEIVED_SLOT, facts.bytesReceived());
        add(SENT_SLOT, facts.bytesSent());
        if (!facts.tunnel()) {
            DURATIONS.record(this, facts.durationNanos());
        }
        if (facts.firstByteNanos() >= 0) {
            FIRST_BYTES.record(this, facts.firstByteNanos());
        }
    }

    /// The place of its class among [#STATUS_CLASSES].
    private static int statusClass(int status) {
        if (status >= 200 && status < 600) {
            return status / 100 - 2;
        }
        return status >= 100 && status < 200 ? 4 : 5;
    }

    static void report(PerLoop<RouteCounts> route, Readings readings) {
        String name = route.labels().getFirst();
        for (int i = 0; i < STATUS_CLASSES.length; i++) {
            int slot = STATUS_SLOT + i;
            long ended = route.sum(counts -> counts.read(slot));
            if (ended > 0) {
                readings.value(REQUESTS, ended, name, STATUS_CLASSES[i]);
            }
        }
        ReasonCounts.sum(route, counts -> counts.reasons)
                .forEach((reason, count) -> readings.value(REASONS, count, name, reason));
        readings.value(CUT, route.sum(counts -> counts.read(CUT_SLOT)), name);
        readings.value(RETRIES, route.sum(counts -> counts.read(RETRIES_SLOT)), name);
        readings.value(RECEIVED, route.sum(counts -> counts.read(RECEIVED_SLOT)), name);
        readings.value(SENT, route.sum(counts -> counts.read(SENT_SLOT)), name);

        var durations = new Histogram.Summed();
        var firstBytes = new Histogram.Summed();
        route.forEach(counts -> {
            durations.add(DURATIONS, counts);
            firstBytes.add(FIRST_BYTES, counts);
        });
        readings.distribution(DURATION, durations.distribution(), name);
        readings.distribution(FIRST_BYTE, firstBytes.distribution(), name);
        TunnelCounts.report(route, readings, counts -> counts.tunnels);
    }
}
