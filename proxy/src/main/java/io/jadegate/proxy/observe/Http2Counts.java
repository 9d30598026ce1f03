package io.jadegate.proxy.observe;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// What one event loop counts of the HTTP/2 connections of one listener, or to one target.
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

    private static final Family OF_LISTENER =
            new Family(
                    Metric.counter(
                            "jadegate_http2_connections",
                            "Connections that turned out to speak HTTP/2.",
                            "listener"),
                    Metric.counter(
                            "jadegate_http2_streams", "Streams that began a request.", "listener"),
                    Metric.counter(
                            "jadegate_http2_resets_received",
                            "Streams that the client reset, by error code.",
                            "listener",
                            "code"),
                    Metric.counter(
                            "jadegate_http2_resets_sent",
                            "Streams that the gateway reset, by error code.",
                            "listener",
                            "code"),
                    Metric.counter(
                            "jadegate_http2_goaways_received",
                            "Connections that the client ended or began to end, by error code.",
                            "listener",
                            "code"),
                    Metric.counter(
                            "jadegate_http2_goaways_sent",
                            "Connections that the gateway ended or began to end, by error code.",
                            "listener",
                            "code"));

    private static final Family OF_TARGET =
            new Family(
                    Metric.counter(
                            "jadegate_target_http2_connections",
                            "Connections to the target that speak HTTP/2.",
                            "upstream",
                            "target"),
                    Metric.counter(
                            "jadegate_target_http2_streams",
                            "Streams begun on them.",
                            "upstream",
                            "target"),
                    Metric.counter(
                            "jadegate_target_http2_resets_received",
                            "Streams that the target reset, by error code.",
                            "upstream",
                            "target",
                            "code"),
                    Metric.counter(
                            "jadegate_target_http2_resets_sent",
                            "Streams to the target that the gateway reset, by error code.",
                            "upstream",
                            "target",
                            "code"),
                    Metric.counter(
                            "jadegate_target_http2_goaways_received",
                            "Connections that the target ended or began to end, by error code.",
                            "upstream",
                            "target",
                            "code"),
                    Metric.counter(
                            "jadegate_target_http2_goaways_sent",
                            "Connections to the target that the gateway ended, by error code.",
                            "upstream",
                            "target",
                            "code"));

    private final Tally streams = new Tally(1);
    private final Tally connections = new Tally(1);
    private final Tally resetsReceived = new Tally(CODES.length);
    private final Tally resetsSent = new Tally(CODES.length);
    private final Tally goAwaysReceived = new Tally(CODES.length);
    private final Tally goAwaysSent = new Tally(CODES.length);

    /// The metrics of one side of the gateway.
    private record Family(
            Metric connections,
            Metric streams,
            Metric resetsReceived,
            Metric resetsSent,
            Metric goAwaysReceived,
            Metric goAwaysSent) {}

    public Http2Counts() {}

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

    public void goAwayReceived(long code) {
        goAwaysReceived.increment(slot(code));
    }

    public void goAwaySent(long code) {
        goAwaysSent.increment(slot(code));
    }

    /// The name of an error code.
    ///
    /// @param code as it came, perhaps one that nobody knows
    public static String code(long code) {
        return CODES[slot(code)];
    }

    private static int slot(long code) {
        return (int) (code >= 0 && code < CODES.length ? code : CODES.length - 1);
    }

    static void reportListener(PerLoop<ListenerCounts> listener, Readings readings) {
        report(OF_LISTENER, listener, ListenerCounts::http2, readings);
    }

    static void reportTarget(PerLoop<TargetCounts> target, Readings readings) {
        report(OF_TARGET, target, TargetCounts::http2, readings);
    }

    /// Nothing is shown where nobody speaks HTTP/2.
    private static <C> void report(
            Family family, PerLoop<C> part, Function<C, Http2Counts> http2, Readings readings) {
        long connections = part.sum(counts -> http2.apply(counts).connections.read(0));
        if (connections == 0) {
            return;
        }
        String[] labels = part.labels().toArray(String[]::new);
        readings.value(family.connections, connections, labels);
        readings.value(
                family.streams, part.sum(counts -> http2.apply(counts).streams.read(0)), labels);
        codes(family.resetsReceived, part, c -> http2.apply(c).resetsReceived, readings);
        codes(family.resetsSent, part, c -> http2.apply(c).resetsSent, readings);
        codes(family.goAwaysReceived, part, c -> http2.apply(c).goAwaysReceived, readings);
        codes(family.goAwaysSent, part, c -> http2.apply(c).goAwaysSent, readings);
    }

    private static <C> void codes(
            Metric metric, PerLoop<C> part, Function<C, Tally> tally, Readings readings) {
        for (int i = 0; i < CODES.length; i++) {
            int slot = i;
            long sum = part.sum(counts -> tally.apply(counts).read(slot));
            if (sum > 0) {
                List<String> labels = new ArrayList<>(part.labels());
                labels.add(CODES[slot]);
                readings.value(metric, sum, labels.toArray(String[]::new));
            }
        }
    }
}
