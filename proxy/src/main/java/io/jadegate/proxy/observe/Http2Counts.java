package io.jadegate.proxy.observe;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Readings;
import java.util.function.ToLongFunction;

/// What one event loop counts of the HTTP/2 connections of one listener.
public final class Http2Counts {
    /// The error codes of RFC 9113 §7, by number.
    private static final String[] CODES = {
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
        "other",
    };

    private static final Metric CONNECTIONS =
            Metric.counter(
                    "jadegate_http2_connections",
                    "Connections that turned out to speak HTTP/2.",
                    "listener");
    private static final Metric STREAMS =
            Metric.counter("jadegate_http2_streams", "Streams that began a request.", "listener");
    private static final Metric RESETS_RECEIVED =
            Metric.counter(
                    "jadegate_http2_resets_received",
                    "Streams that the client reset, by error code.",
                    "listener",
                    "code");
    private static final Metric RESETS_SENT =
            Metric.counter(
                    "jadegate_http2_resets_sent",
                    "Streams that the gateway reset, by error code.",
                    "listener",
                    "code");
    private static final Metric GOAWAYS_SENT =
            Metric.counter(
                    "jadegate_http2_goaways_sent",
                    "Connections that the gateway ended or began to end, by error code.",
                    "listener",
                    "code");

    private final Tally streams = new Tally(1);
    private final Tally connections = new Tally(1);
    private final Tally resetsReceived = new Tally(CODES.length);
    private final Tally resetsSent = new Tally(CODES.length);
    private final Tally goAwaysSent = new Tally(CODES.length);

    Http2Counts() {}

    public void connectionBegan() {
        connections.increment(0);
    }

    public void streamBegan() {
        streams.increment(0);
    }

    /// @param code as it came, perhaps one that nobody knows
    public void resetReceived(long code) {
        resetsReceived.increment(slot(code));
    }

    public void resetSent(long code) {
        resetsSent.increment(slot(code));
    }

    public void goAwaySent(long code) {
        goAwaysSent.increment(slot(code));
    }

    private static int slot(long code) {
        return (int) (code >= 0 && code < CODES.length ? code : CODES.length - 1);
    }

    static void report(PerLoop<ListenerCounts> listener, Readings readings, String name) {
        long connections = listener.sum(counts -> counts.http2().connections.read(0));
        if (connections == 0) {
            return;
        }
        readings.value(CONNECTIONS, connections, name);
        readings.value(STREAMS, listener.sum(counts -> counts.http2().streams.read(0)), name);
        for (int i = 0; i < CODES.length; i++) {
            int slot = i;
            report(
                    listener,
                    readings,
                    RESETS_RECEIVED,
                    name,
                    slot,
                    c -> c.resetsReceived.read(slot));
            report(listener, readings, RESETS_SENT, name, slot, c -> c.resetsSent.read(slot));
            report(listener, readings, GOAWAYS_SENT, name, slot, c -> c.goAwaysSent.read(slot));
        }
    }

    private static void report(
            PerLoop<ListenerCounts> listener,
            Readings readings,
            Metric metric,
            String name,
            int slot,
            ToLongFunction<Http2Counts> part) {
        long sum = listener.sum(counts -> part.applyAsLong(counts.http2()));
        if (sum > 0) {
            readings.value(metric, sum, name, CODES[slot]);
        }
    }
}
