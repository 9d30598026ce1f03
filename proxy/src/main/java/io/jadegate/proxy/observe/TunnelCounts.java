package io.jadegate.proxy.observe;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Readings;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// What one event loop counts of the tunnels of one kind that one route, or one listener, let in.
/// Unlike an exchange, a tunnel is counted while it is open.
public final class TunnelCounts {
    private static final Metric OPENED = counter("jadegate_tunnels", "Tunnels opened.");
    private static final Metric OPEN =
            Metric.gauge("jadegate_tunnels_open", "Tunnels that are open.", "route", "kind");
    private static final Metric RECEIVED =
            counter("jadegate_tunnel_received_bytes", "Octets of tunnels passed on from clients.");
    private static final Metric SENT =
            counter("jadegate_tunnel_sent_bytes", "Octets of tunnels passed on from endpoints.");
    private static final Metric LISTENER_OPENED =
            Metric.counter(
                    "jadegate_listener_tunnels",
                    "Connections without exchanges that were connected to an endpoint.",
                    "listener");
    private static final Metric LISTENER_OPEN =
            Metric.gauge(
                    "jadegate_listener_tunnels_open",
                    "Connections without exchanges that are connected to an endpoint.",
                    "listener");
    private static final Metric LISTENER_RECEIVED =
            Metric.counter(
                    "jadegate_listener_tunnel_received_bytes",
                    "Octets passed on from clients of connections without exchanges.",
                    "listener");
    private static final Metric LISTENER_SENT =
            Metric.counter(
                    "jadegate_listener_tunnel_sent_bytes",
                    "Octets passed on from endpoints of connections without exchanges.",
                    "listener");
    private static final Metric MESSAGES =
            Metric.counter(
                    "jadegate_websocket_messages",
                    "Messages of WebSockets that were passed on, by who sent them.",
                    "route",
                    "from");
    private static final Metric CLOSES =
            Metric.counter(
                    "jadegate_websocket_closes_sent",
                    "WebSockets that the gateway closed, by status code.",
                    "route",
                    "code");

    private static final int OPENED_SLOT = 0;
    private static final int ENDED_SLOT = 1;
    private static final int RECEIVED_SLOT = 2;
    private static final int SENT_SLOT = 3;
    private static final int CLIENT_MESSAGES_SLOT = 4;
    private static final int ENDPOINT_MESSAGES_SLOT = 5;

    /// The status codes of RFC 6455 §7.4.1 that a gateway has a use for.
    private static final int FIRST_CODE = 1000;

    private static final int CODES = 16;

    /// What goes through tunnels.
    public enum Kind {
        WEBSOCKET("websocket"),
        /// Octets of a client of a forward proxy.
        CONNECT("connect"),
        /// Octets of a client of a TCP listener.
        CONNECTION("connection");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    private final Kind kind;
    private final Tally tally = new Tally(ENDPOINT_MESSAGES_SLOT + 1);
    private final Tally closes = new Tally(CODES);

    TunnelCounts(Kind kind) {
        this.kind = kind;
    }

    private static Metric counter(String name, String help) {
        return Metric.counter(name, help, "route", "kind");
    }

    public void opened() {
        tally.increment(OPENED_SLOT);
    }

    public void ended() {
        tally.increment(ENDED_SLOT);
    }

    /// Octets of the client were passed on.
    public void received(int octets) {
        tally.add(RECEIVED_SLOT, octets);
    }

    /// Octets of the endpoint were passed on.
    public void sent(int octets) {
        tally.add(SENT_SLOT, octets);
    }

    /// A message of a WebSocket began to be passed on.
    public void message(boolean fromClient) {
        tally.increment(fromClient ? CLIENT_MESSAGES_SLOT : ENDPOINT_MESSAGES_SLOT);
    }

    /// The gateway has closed a WebSocket.
    ///
    /// @param code from 1000 to 1015
    public void closeSent(int code) {
        closes.increment(code - FIRST_CODE);
    }

    /// Tells of the tunnels of a listener, if there have been any.
    ///
    /// @param tunnels the counts of one loop, null where it has had none
    static void reportListener(
            PerLoop<ListenerCounts> listener,
            Readings readings,
            Function<ListenerCounts, @Nullable TunnelCounts> tunnels) {
        String name = listener.labels().getFirst();
        IntToLongFunction sum = slot -> sum(listener, tunnels, counts -> counts.tally.read(slot));
        long ended = sum.applyAsLong(ENDED_SLOT);
        long opened = sum.applyAsLong(OPENED_SLOT);
        if (opened > 0) {
            readings.value(LISTENER_OPENED, opened, name);
            readings.value(LISTENER_OPEN, opened - ended, name);
            readings.value(LISTENER_RECEIVED, sum.applyAsLong(RECEIVED_SLOT), name);
            readings.value(LISTENER_SENT, sum.applyAsLong(SENT_SLOT), name);
        }
    }

    /// Tells of the tunnels of a route, if there have been any.
    ///
    /// @param tunnels the counts of one loop, null where it has had none
    static void report(
            PerLoop<RouteCounts> route,
            Readings readings,
            Function<RouteCounts, @Nullable TunnelCounts> tunnels) {
        String name = route.labels().getFirst();
        IntToLongFunction sum = slot -> sum(route, tunnels, counts -> counts.tally.read(slot));
        // First the ends: a tunnel that ends meanwhile must not make the others fewer than none.
        long ended = sum.applyAsLong(ENDED_SLOT);
        long opened = sum.applyAsLong(OPENED_SLOT);
        if (opened == 0) {
            return;
        }
        Kind kind = kind(route, tunnels);
        readings.value(OPENED, opened, name, kind.label);
        readings.value(OPEN, opened - ended, name, kind.label);
        readings.value(RECEIVED, sum.applyAsLong(RECEIVED_SLOT), name, kind.label);
        readings.value(SENT, sum.applyAsLong(SENT_SLOT), name, kind.label);
        if (kind != Kind.WEBSOCKET) {
            return;
        }
        readings.value(MESSAGES, sum.applyAsLong(CLIENT_MESSAGES_SLOT), name, "client");
        readings.value(MESSAGES, sum.applyAsLong(ENDPOINT_MESSAGES_SLOT), name, "endpoint");
        for (int i = 0; i < CODES; i++) {
            int slot = i;
            long sent = sum(route, tunnels, counts -> counts.closes.read(slot));
            if (sent > 0) {
                readings.value(CLOSES, sent, name, Integer.toString(FIRST_CODE + i));
            }
        }
    }

    /// A route has tunnels of one kind, and some loop has had one.
    private static Kind kind(
            PerLoop<RouteCounts> route, Function<RouteCounts, @Nullable TunnelCounts> tunnels) {
        Kind[] found = {Kind.WEBSOCKET};
        route.forEach(counts -> {
            TunnelCounts theirs = tunnels.apply(counts);
            if (theirs != null) {
                found[0] = theirs.kind;
            }
        });
        return found[0];
    }

    private static <C> long sum(
            PerLoop<C> all,
            Function<C, @Nullable TunnelCounts> tunnels,
            ToLongFunction<TunnelCounts> part) {
        return all.sum(counts -> {
            TunnelCounts theirs = tunnels.apply(counts);
            return theirs == null ? 0 : part.applyAsLong(theirs);
        });
    }
}
