package io.jadegate.proxy.observe;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Readings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one event loop counts of one listener.
public final class ListenerCounts {
    private static final Metric ACCEPTED =
            Metric.counter(
                    "jadegate_listener_connections_accepted", "Connections accepted.", "listener");
    private static final Metric OPEN =
            Metric.gauge("jadegate_listener_connections_open", "Connections open.", "listener");
    private static final Metric REQUESTS =
            Metric.counter(
                    "jadegate_listener_requests", "Request heads taken in whole.", "listener");
    private static final Metric REFUSED =
            Metric.counter(
                    "jadegate_listener_heads_refused",
                    "Request heads refused before a route was looked for.",
                    "listener",
                    "reason");

    private static final Metric TURNED_AWAY =
            Metric.counter(
                    "jadegate_listener_connections_refused",
                    "Connections not let in, by reason.",
                    "listener",
                    "reason");
    private static final Metric SHADOWED =
            Metric.counter(
                    "jadegate_listener_connections_shadowed",
                    "Connections let in that a filter in shadow mode would have refused.",
                    "listener",
                    "reason");

    private static final Metric HANDSHAKES =
            Metric.counter(
                    "jadegate_listener_handshakes",
                    "TLS handshakes with clients, by version and how they ended.",
                    "listener",
                    "version",
                    "result");
    private static final Metric RESUMED =
            Metric.counter(
                    "jadegate_listener_handshakes_resumed",
                    "TLS handshakes that went on with an earlier session.",
                    "listener");

    private static final Metric TLS_BROKEN =
            Metric.counter(
                    "jadegate_listener_tls_broken",
                    "Connections that ended by a breach of TLS behind the handshake.",
                    "listener");

    private static final Metric ENDED_FOR =
            Metric.counter(
                    "jadegate_listener_tunnel_reasons",
                    "Connections without exchanges that did not end by both sides' end, by reason.",
                    "listener",
                    "reason");

    private static final Metric DATAGRAMS_RECEIVED =
            Metric.counter(
                    "jadegate_listener_datagrams_received",
                    "Datagrams of clients that were passed on.",
                    "listener");
    private static final Metric DATAGRAMS_SENT =
            Metric.counter(
                    "jadegate_listener_datagrams_sent",
                    "Datagrams of endpoints that were passed on.",
                    "listener");
    private static final Metric DATAGRAMS_DROPPED =
            Metric.counter(
                    "jadegate_listener_datagrams_dropped",
                    "Datagrams of either side that were not passed on, by reason.",
                    "listener",
                    "reason");

    private static final int ACCEPTED_SLOT = 0;
    private static final int CLOSED_SLOT = 1;
    private static final int REQUESTS_SLOT = 2;
    private static final int TLS_BROKEN_SLOT = 3;
    private static final int DATAGRAMS_RECEIVED_SLOT = 4;
    private static final int DATAGRAMS_SENT_SLOT = 5;
    private static final int TAKEN_OVER_SLOT = 6;

    /// Versions a handshake can end with; one that fails has none.
    private static final String[] VERSIONS = {"", "TLSv1.2", "TLSv1.3"};

    private static final List<HandshakeResult> RESULTS = List.of(HandshakeResult.values());
    private static final int RESUMED_SLOT = VERSIONS.length * RESULTS.size();

    private final Tally tally = new Tally(TAKEN_OVER_SLOT + 1);
    private final Tally handshakes = new Tally(RESUMED_SLOT + 1);
    private final ReasonCounts refused = new ReasonCounts();
    private final ReasonCounts turnedAway = new ReasonCounts();
    private final ReasonCounts shadowed = new ReasonCounts();
    private final ReasonCounts endedFor = new ReasonCounts();
    private final ReasonCounts droppedFor = new ReasonCounts();

    // Few listeners have any. Volatile: made by the loop, looked at by any thread.
    private volatile @Nullable TunnelCounts tunnels;
    private final Http2Counts http2 = new Http2Counts();

    ListenerCounts() {}

    public void connectionAccepted() {
        tally.increment(ACCEPTED_SLOT);
    }

    /// An accepted connection is gone; it is told to the loop that accepted it.
    public void connectionClosed() {
        tally.increment(CLOSED_SLOT);
    }

    /// So many open connections are counted elsewhere from now on.
    public void connectionsLeft(int count) {
        tally.add(TAKEN_OVER_SLOT, -count);
    }

    /// So many open connections count here from now on that were accepted under another name of the
    /// listener.
    public void connectionsTakenOver(int count) {
        tally.add(TAKEN_OVER_SLOT, count);
    }

    /// A connection was not let in; it counts neither as accepted nor as closed.
    public void connectionRefused(Reason reason) {
        turnedAway.add(reason);
    }

    /// A connection was let in that a filter in shadow mode would have refused.
    public void connectionShadowed(Reason reason) {
        shadowed.add(reason);
    }

    public void requestReceived() {
        tally.increment(REQUESTS_SLOT);
    }

    /// A head was refused for what it is: malformed, too large, too slow.
    public void headRefused(Reason reason) {
        refused.add(reason);
    }

    /// What is counted of the connections that speak HTTP/2.
    public Http2Counts http2() {
        return http2;
    }

    /// What is counted of connections without exchanges, to be kept by each for its life.
    public TunnelCounts tunnels() {
        TunnelCounts known = tunnels;
        if (known == null) {
            known = new TunnelCounts(TunnelCounts.Kind.CONNECTION);
            tunnels = known;
        }
        return known;
    }

    /// A connection without exchanges ended otherwise than by the end of both sides.
    public void tunnelEnded(Reason reason) {
        endedFor.add(reason);
    }

    /// A client's datagram was passed on.
    public void datagramReceived() {
        tally.increment(DATAGRAMS_RECEIVED_SLOT);
    }

    /// An endpoint's datagram was passed on.
    public void datagramSent() {
        tally.increment(DATAGRAMS_SENT_SLOT);
    }

    /// A datagram of either side was not passed on.
    public void datagramDropped(Reason reason) {
        droppedFor.add(reason);
    }

    /// A TLS handshake is done.
    ///
    /// @param version such as `TLSv1.3`
    public void handshakeDone(String version, boolean resumed) {
        handshakes.increment(slot(version, HandshakeResult.OK));
        if (resumed) {
            handshakes.increment(RESUMED_SLOT);
        }
    }

    public void handshakeFailed(HandshakeResult result) {
        handshakes.increment(slot("", result));
    }

    /// A client has broken TLS off, or its rules, on a connection whose handshake was done.
    public void tlsBroken() {
        tally.increment(TLS_BROKEN_SLOT);
    }

    private static int slot(String version, HandshakeResult result) {
        int index = version.isEmpty() ? 0 : version.equals(VERSIONS[1]) ? 1 : 2;
        return index * RESULTS.size() + RESULTS.indexOf(result);
    }

    private static void reportHandshakes(PerLoop<ListenerCounts> listener, Readings readings) {
        String name = listener.labels().getFirst();
        boolean any = false;
        for (String version : VERSIONS) {
            for (HandshakeResult result : RESULTS) {
                int slot = slot(version, result);
                long count = listener.sum(counts -> counts.handshakes.read(slot));
                if (count > 0) {
                    any = true;
                    readings.value(HANDSHAKES, count, name, version, result.code());
                }
            }
        }
        if (any) {
            long resumed = listener.sum(counts -> counts.handshakes.read(RESUMED_SLOT));
            readings.value(RESUMED, resumed, name);
            readings.value(
                    TLS_BROKEN, listener.sum(counts -> counts.tally.read(TLS_BROKEN_SLOT)), name);
        }
    }

    private static void reportDatagrams(PerLoop<ListenerCounts> listener, Readings readings) {
        String name = listener.labels().getFirst();
        long received = listener.sum(counts -> counts.tally.read(DATAGRAMS_RECEIVED_SLOT));
        if (received > 0) {
            readings.value(DATAGRAMS_RECEIVED, received, name);
            readings.value(
                    DATAGRAMS_SENT,
                    listener.sum(counts -> counts.tally.read(DATAGRAMS_SENT_SLOT)),
                    name);
        }
    }

    static void report(PerLoop<ListenerCounts> listener, Readings readings) {
        String name = listener.labels().getFirst();
        long closed = listener.sum(counts -> counts.tally.read(CLOSED_SLOT));
        long accepted = listener.sum(counts -> counts.tally.read(ACCEPTED_SLOT));
        readings.value(ACCEPTED, accepted, name);
        long takenOver = listener.sum(counts -> counts.tally.read(TAKEN_OVER_SLOT));
        readings.value(OPEN, accepted + takenOver - closed, name);
        readings.value(REQUESTS, listener.sum(counts -> counts.tally.read(REQUESTS_SLOT)), name);
        reportHandshakes(listener, readings);
        ReasonCounts.sum(listener, counts -> counts.refused)
                .forEach((reason, count) -> readings.value(REFUSED, count, name, reason));
        ReasonCounts.sum(listener, counts -> counts.turnedAway)
                .forEach((reason, count) -> readings.value(TURNED_AWAY, count, name, reason));
        ReasonCounts.sum(listener, counts -> counts.shadowed)
                .forEach((reason, count) -> readings.value(SHADOWED, count, name, reason));
        ReasonCounts.sum(listener, counts -> counts.endedFor)
                .forEach((reason, count) -> readings.value(ENDED_FOR, count, name, reason));
        ReasonCounts.sum(listener, counts -> counts.droppedFor)
                .forEach((reason, count) -> readings.value(DATAGRAMS_DROPPED, count, name, reason));
        reportDatagrams(listener, readings);
        TunnelCounts.reportListener(listener, readings, counts -> counts.tunnels);
        Http2Counts.reportListener(listener, readings);
    }
}
