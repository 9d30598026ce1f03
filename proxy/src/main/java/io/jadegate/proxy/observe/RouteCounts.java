package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Readings;
import org.jspecify.annotations.Nullable;

/// What one event loop counts of one route.
public final class RouteCounts {
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

    private static final String[] STATUS_CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    private static final int CUT_SLOT = STATUS_CLASSES.length;
    private static final int RETRIES_SLOT = CUT_SLOT + 1;
    private static final int RECEIVED_SLOT = CUT_SLOT + 2;
    private static final int SENT_SLOT = CUT_SLOT + 3;
    private static final int DURATION_SUM_SLOT = CUT_SLOT + 4;
    private static final int FIRST_BYTE_SUM_SLOT = CUT_SLOT + 5;
    private static final int DURATION_SLOT = CUT_SLOT + 6;
    private static final int FIRST_BYTE_SLOT = DURATION_SLOT + Histogram.SLOTS;

    private static final Histogram DURATIONS = new Histogram(DURATION_SUM_SLOT, DURATION_SLOT);
    private static final Histogram FIRST_BYTES =
            new Histogram(FIRST_BYTE_SUM_SLOT, FIRST_BYTE_SLOT);

    private final Tally tally = new Tally(FIRST_BYTE_SLOT + Histogram.SLOTS);
    private final ReasonCounts reasons = new ReasonCounts();

    // Few routes have any. Volatile: made by the loop, looked at by any thread.
    private volatile @Nullable TunnelCounts tunnels;

    RouteCounts() {}

    /// What is counted of tunnels, to be kept by each for its life.
    public TunnelCounts tunnels() {
        TunnelCounts known = tunnels;
        if (known == null) {
            known = new TunnelCounts();
            tunnels = known;
        }
        return known;
    }

    /// Counts an exchange that has ended.
    public void ended(ExchangeFacts facts) {
        tally.increment(statusClass(facts.status()));
        Reason reason = facts.reason();
        if (reason != null) {
            reasons.add(reason);
        }
        if (facts.cut()) {
            tally.increment(CUT_SLOT);
        }
        if (facts.attempts() > 1) {
            tally.add(RETRIES_SLOT, facts.attempts() - 1);
        }
        tally.add(RECEIVED_SLOT, facts.bytesReceived());
        tally.add(SENT_SLOT, facts.bytesSent());
        if (!facts.tunnel()) {
            DURATIONS.record(tally, facts.durationNanos());
        }
        if (facts.firstByteNanos() >= 0) {
            FIRST_BYTES.record(tally, facts.firstByteNanos());
        }
    }

    private static int statusClass(int status) {
        return status >= 100 && status < 600 ? status / 100 : 0;
    }

    static void report(PerLoop<RouteCounts> route, Readings readings) {
        String name = route.labels().getFirst();
        for (int i = 0; i < STATUS_CLASSES.length; i++) {
            int slot = i;
            long ended = route.sum(counts -> counts.tally.read(slot));
            if (ended > 0) {
                readings.value(REQUESTS, ended, name, STATUS_CLASSES[i]);
            }
        }
        ReasonCounts.sum(route, counts -> counts.reasons)
                .forEach((reason, count) -> readings.value(REASONS, count, name, reason));
        readings.value(CUT, route.sum(counts -> counts.tally.read(CUT_SLOT)), name);
        readings.value(RETRIES, route.sum(counts -> counts.tally.read(RETRIES_SLOT)), name);
        readings.value(RECEIVED, route.sum(counts -> counts.tally.read(RECEIVED_SLOT)), name);
        readings.value(SENT, route.sum(counts -> counts.tally.read(SENT_SLOT)), name);

        var durations = new Histogram.Summed();
        var firstBytes = new Histogram.Summed();
        route.forEach(counts -> {
            durations.add(DURATIONS, counts.tally);
            firstBytes.add(FIRST_BYTES, counts.tally);
        });
        readings.distribution(DURATION, durations.distribution(), name);
        readings.distribution(FIRST_BYTE, firstBytes.distribution(), name);
        TunnelCounts.report(route, readings, counts -> counts.tunnels);
    }
}
