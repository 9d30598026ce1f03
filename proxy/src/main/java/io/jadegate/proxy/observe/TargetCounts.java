package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Readings;
import org.jspecify.annotations.Nullable;

/// What one event loop counts of one target of an upstream.
public final class TargetCounts {
    private static final Metric ATTEMPTS =
            counter("jadegate_target_attempts", "Attempts begun on the target.");
    private static final Metric IN_FLIGHT =
            Metric.gauge(
                    "jadegate_target_attempts_in_flight",
                    "Attempts begun and not ended.",
                    "upstream",
                    "target");
    private static final Metric FAILURES =
            Metric.counter(
                    "jadegate_target_failures",
                    "Attempts that failed, by reason; a retry may have saved the exchange.",
                    "upstream",
                    "target",
                    "reason");
    private static final Metric OPENED =
            counter("jadegate_target_connections_opened", "Connections opened to the target.");
    private static final Metric OPEN =
            Metric.gauge(
                    "jadegate_target_connections_open",
                    "Connections open to the target, idle ones included.",
                    "upstream",
                    "target");
    private static final Metric REUSED =
            counter(
                    "jadegate_target_connections_reused",
                    "Attempts that found a connection that had served before.");

    private static final Metric HANDSHAKES =
            Metric.counter(
                    "jadegate_target_handshakes",
                    "TLS handshakes with the target ended, by how.",
                    "upstream",
                    "target",
                    "result");

    private static final Metric HEALTHY =
            Metric.gauge(
                    "jadegate_target_healthy",
                    "1 while the target passes its checks, 0 while it does not.",
                    "upstream",
                    "target");
    private static final Metric CHECKS =
            Metric.counter(
                    "jadegate_target_checks",
                    "Checks of the target's health, by result.",
                    "upstream",
                    "target",
                    "result");

    private static final int BEGUN_SLOT = 0;
    private static final int ENDED_SLOT = 1;
    private static final int OPENED_SLOT = 2;
    private static final int CLOSED_SLOT = 3;
    private static final int REUSED_SLOT = 4;
    private static final int FULL_SLOT = 5;
    private static final int RESUMED_SLOT = 6;
    private static final int FAILED_SLOT = 7;

    private static final int CHECKED_SLOT = 8;
    private static final int HEALTHY_SLOT = 9;
    private static final int PASSED_CHECK_SLOT = 10;
    private static final int FAILED_CHECK_SLOT = 11;
    private static final int LATE_CHECK_SLOT = 12;

    private final Tally tally = new Tally(13);
    private final ReasonCounts failures = new ReasonCounts();
    private final Http2Counts http2 = new Http2Counts();

    TargetCounts() {}

    private static Metric counter(String name, String help) {
        return Metric.counter(name, help, "upstream", "target");
    }

    public void attemptBegan() {
        tally.increment(BEGUN_SLOT);
    }

    /// Every attempt that began ends here, once.
    ///
    /// @param failure why it failed, or null when it brought an answer to its end
    public void attemptEnded(@Nullable Reason failure) {
        tally.increment(ENDED_SLOT);
        if (failure != null) {
            failures.add(failure);
        }
    }

    /// A new connection stands.
    public void connectionOpened() {
        tally.increment(OPENED_SLOT);
    }

    /// A connection that stood is gone.
    public void connectionClosed() {
        tally.increment(CLOSED_SLOT);
    }

    /// An attempt uses a connection that served one before.
    public void connectionReused() {
        tally.increment(REUSED_SLOT);
    }

    /// A TLS handshake has ended well.
    ///
    /// @param resumed whether it took up an earlier session
    public void handshakeDone(boolean resumed) {
        tally.increment(resumed ? RESUMED_SLOT : FULL_SLOT);
    }

    /// A TLS handshake has failed.
    public void handshakeFailed() {
        tally.increment(FAILED_SLOT);
    }

    /// The target is checked from now on. It is not healthy yet.
    public void checksBegan() {
        tally.increment(CHECKED_SLOT);
    }

    /// The target is checked no more.
    public void checksEnded() {
        tally.add(CHECKED_SLOT, -1);
    }

    public void becameHealthy() {
        tally.increment(HEALTHY_SLOT);
    }

    /// The target is not known to be healthy any more.
    public void becameUnhealthy() {
        tally.add(HEALTHY_SLOT, -1);
    }

    public void checkPassed() {
        tally.increment(PASSED_CHECK_SLOT);
    }

    public void checkFailed() {
        tally.increment(FAILED_CHECK_SLOT);
    }

    public void checkTimedOut() {
        tally.increment(LATE_CHECK_SLOT);
    }

    public Http2Counts http2() {
        return http2;
    }

    static void report(PerLoop<TargetCounts> target, Readings readings) {
        String upstream = target.labels().get(0);
        String address = target.labels().get(1);
        // Ends are read before beginnings, so that no gauge falls below zero.
        long ended = target.sum(counts -> counts.tally.read(ENDED_SLOT));
        long begun = target.sum(counts -> counts.tally.read(BEGUN_SLOT));
        long closed = target.sum(counts -> counts.tally.read(CLOSED_SLOT));
        long opened = target.sum(counts -> counts.tally.read(OPENED_SLOT));
        readings.value(ATTEMPTS, begun, upstream, address);
        readings.value(IN_FLIGHT, begun - ended, upstream, address);
        ReasonCounts.sum(target, counts -> counts.failures)
                .forEach((reason, count) ->
                        readings.value(FAILURES, count, upstream, address, reason));
        readings.value(OPENED, opened, upstream, address);
        readings.value(OPEN, opened - closed, upstream, address);
        readings.value(
                REUSED, target.sum(counts -> counts.tally.read(REUSED_SLOT)), upstream, address);
        counted(HANDSHAKES, target, readings, FULL_SLOT, "full");
        counted(HANDSHAKES, target, readings, RESUMED_SLOT, "resumed");
        counted(HANDSHAKES, target, readings, FAILED_SLOT, "failed");
        checks(target, readings);
        Http2Counts.reportTarget(target, readings);
    }

    private static void checks(PerLoop<TargetCounts> target, Readings readings) {
        if (target.sum(counts -> counts.tally.read(CHECKED_SLOT)) > 0) {
            long healthy = target.sum(counts -> counts.tally.read(HEALTHY_SLOT));
            readings.value(HEALTHY, healthy, target.labels().get(0), target.labels().get(1));
        }
        counted(CHECKS, target, readings, PASSED_CHECK_SLOT, "passed");
        counted(CHECKS, target, readings, FAILED_CHECK_SLOT, "failed");
        counted(CHECKS, target, readings, LATE_CHECK_SLOT, "timeout");
    }

    /// Nothing is shown of what a target without TLS, or without checks, never does.
    private static void counted(
            Metric metric,
            PerLoop<TargetCounts> target,
            Readings readings,
            int slot,
            String result) {
        long count = target.sum(counts -> counts.tally.read(slot));
        if (count > 0) {
            readings.value(metric, count, target.labels().get(0), target.labels().get(1), result);
        }
    }
}
