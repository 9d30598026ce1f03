package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.NodeConfig;
import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How connections that nobody interprets end, in whatever phase, by each transport: the other side
/// hears it, the counters say it once, and nothing stays.
@Timeout(60)
class TcpEndsTest {
    /// More than all buffers on the way take together.
    private static final int LARGE = 24 * 1024 * 1024;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private Wire client;
    private Wire endpoint;

    private static FakeBackend serve(NodeConfig.Transport transport) throws IOException {
        FakeBackend backend = gateway.backend();
        serve(transport, backend, "", "");
        return backend;
    }

    private static void serve(
            NodeConfig.Transport transport, FakeBackend backend, String listener, String upstream)
            throws IOException {
        gateway.serveBy(
                transport,
                /* loops= */ 1,
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db %s } }
                upstreams: { db: { endpoints: [ "%s" ] %s } }
                """,
                listener,
                backend.address(),
                upstream);
    }

    /// A tunnel through which five octets have gone one way and three the other.
    private FakeBackend tunnel(NodeConfig.Transport transport, boolean narrow) throws IOException {
        FakeBackend backend = serve(transport);
        client =
                gateway.keep(
                        narrow ? Wire.connectNarrow(gateway.port()) : Wire.connect(gateway.port()));
        client.send("12345");
        endpoint = gateway.keep(backend.accept());
        assertThat(endpoint.read(5)).isEqualTo("12345");
        endpoint.send("123");
        assertThat(client.read(3)).isEqualTo("123");
        return backend;
    }

    private static double counted(String metric, String... labels) {
        return TestReadings.of(gateway).value(metric, labels);
    }

    private static double received() {
        return counted("jadegate_listener_tunnel_received_bytes", "db");
    }

    private static double sent() {
        return counted("jadegate_listener_tunnel_sent_bytes", "db");
    }

    private static double endedFor(String reason) {
        return counted("jadegate_listener_tunnel_reasons", "db", reason);
    }

    /// One tunnel there was, and it ended for a reason.
    private static void assertEnded(String reason) {
        Gateway.await(reason, () -> endedFor(reason) == 1);
        assertThat(counted("jadegate_listener_tunnels", "db")).isEqualTo(1);
        assertGone();
    }

    private static void assertGone() {
        Gateway.await("gone", () -> gateway.clientConnections() == 0);
        Gateway.await("ended", () -> counted("jadegate_listener_tunnels_open", "db") == 0);
        Gateway.await("free", () -> gateway.proxy().stats().buffers().usedBytes() == 0);
    }

    private static void assertFailed(FakeBackend backend) {
        String[] labels = {"db", backend.address(), "UPSTREAM_RESET"};
        Gateway.await("a failure", () -> counted("jadegate_target_failures", labels) == 1);
    }

    private static CompletableFuture<Wire> send(Wire wire, int octets) {
        return Beside.start(() -> wire.send(new byte[octets]));
    }

    // ---- in order

    @OnEachTransport
    void carriesLargeStreamsBothWaysAtTheSameTime(NodeConfig.Transport transport) throws Exception {
        tunnel(transport, /* narrow= */ false);

        CompletableFuture<Wire> there = send(client, LARGE);
        CompletableFuture<Wire> back = send(endpoint, LARGE);
        CompletableFuture<byte[]> read = Beside.start(() -> endpoint.readBytes(LARGE));
        client.readBytes(LARGE);
        CompletableFuture.allOf(there, back, read).get(30, TimeUnit.SECONDS);

        assertThat(received()).isEqualTo(LARGE + 5);
        assertThat(sent()).isEqualTo(LARGE + 3);
    }

    @OnEachTransport
    void letsEachSideEndByItself(NodeConfig.Transport transport) throws Exception {
        tunnel(transport, /* narrow= */ false);

        client.endOutput();
        assertThat(endpoint.readToEnd()).isEmpty();
        endpoint.send("more").endOutput();

        assertThat(client.readToEnd()).isEqualTo("more");
        assertGone();
        assertThat(received()).isEqualTo(5);
        assertThat(sent()).isEqualTo(7);
    }

    @OnEachTransport
    void letsTheEndpointEndFirst(NodeConfig.Transport transport) throws Exception {
        tunnel(transport, /* narrow= */ false);

        endpoint.endOutput();
        assertThat(client.readToEnd()).isEmpty();
        client.send("more").endOutput();

        assertThat(endpoint.readToEnd()).isEqualTo("more");
        assertGone();
        assertThat(received()).isEqualTo(9);
        assertThat(sent()).isEqualTo(3);
    }

    // ---- resets before there is a tunnel

    @OnEachTransport
    void forgetsAClientThatResetsWhileItWaitsForAPlace(NodeConfig.Transport transport)
            throws Exception {
        FakeBackend backend = gateway.backend();
        serve(transport, backend, "", ", capacity: { connections: 1, pending-timeout: 30s }");
        Wire first = gateway.connect().send("1");
        Wire served = gateway.keep(backend.accept());
        assertThat(served.read(1)).isEqualTo("1");
        Wire waiting = gateway.connect().send("2");
        Gateway.await("both", () -> gateway.clientConnections() == 2);

        waiting.reset();

        Gateway.await("forgotten", () -> endedFor("CLIENT_ABORTED") == 1);
        assertThat(gateway.clientConnections()).isEqualTo(1);
        first.reset();
        assertThat(served.readToReset()).isEmpty();
        assertThat(backend.connections()).isEqualTo(1);
    }

    @OnEachTransport
    void givesUpWhatIsBeingConnectedForAClientThatResets(NodeConfig.Transport transport)
            throws Exception {
        serve(transport, gateway.keep(FakeBackend.hanging()), ", timeouts: { connect: 90s }", "");
        Wire leaving = gateway.connect().send("x");
        Gateway.await("in flight", () -> gateway.target("db", 0).inFlight() == 1);

        leaving.reset();

        Gateway.await("forgotten", () -> endedFor("CLIENT_ABORTED") == 1);
        Gateway.await("given up", () -> gateway.target("db", 0).connections() == 0);
        assertThat(counted("jadegate_listener_tunnels", "db")).isZero();
    }

    @OnEachTransport
    void resetsAClientWhoseEndpointRefuses(NodeConfig.Transport transport) throws Exception {
        serve(transport, gateway.keep(FakeBackend.refusing()), "", "");

        assertThat(gateway.connect().offer("x").readToReset()).isEmpty();
        Gateway.await("refused", () -> endedFor("UPSTREAM_CONNECT_REFUSED") == 1);
    }

    // ---- resets of a tunnel

    @OnEachTransport
    void passesAClientsResetOn(NodeConfig.Transport transport) throws Exception {
        tunnel(transport, /* narrow= */ false);

        client.reset();

        assertThat(endpoint.readToReset()).isEmpty();
        assertEnded("CLIENT_ABORTED");
        assertThat(received()).isEqualTo(5);
        assertThat(sent()).isEqualTo(3);
    }

    @OnEachTransport
    void passesAnEndpointsResetOn(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = tunnel(transport, /* narrow= */ false);

        endpoint.reset();

        assertThat(client.readToReset()).isEmpty();
        assertEnded("UPSTREAM_RESET");
        assertFailed(backend);
        assertThat(received()).isEqualTo(5);
        assertThat(sent()).isEqualTo(3);
    }

    @OnEachTransport
    void passesAnEndpointsResetOnBehindTheClientsEnd(NodeConfig.Transport transport)
            throws Exception {
        FakeBackend backend = tunnel(transport, /* narrow= */ false);
        client.endOutput();
        assertThat(endpoint.readToEnd()).isEmpty();

        endpoint.reset();

        assertThat(client.readToReset()).isEmpty();
        assertEnded("UPSTREAM_RESET");
        assertFailed(backend);
    }

    @OnEachTransport
    void passesAClientsResetOnBehindTheEndpointsEnd(NodeConfig.Transport transport)
            throws Exception {
        tunnel(transport, /* narrow= */ false);
        endpoint.endOutput();
        assertThat(client.readToEnd()).isEmpty();

        client.reset();

        assertThat(endpoint.readToReset()).isEmpty();
        assertEnded("CLIENT_ABORTED");
    }

    // ---- resets in the middle of what nobody reads

    @OnEachTransport
    void stopsAnEndpointWhoseClientResetsAmongUnreadOctets(NodeConfig.Transport transport)
            throws Exception {
        tunnel(transport, /* narrow= */ true);
        CompletableFuture<Wire> sending = send(endpoint, LARGE);
        Gateway.await("on its way", () -> sent() > 3);

        client.reset();

        assertThat(sending.handle((_, failure) -> failure).get(30, TimeUnit.SECONDS)).isNotNull();
        assertEnded("CLIENT_ABORTED");
        assertThat(sent()).isLessThan(LARGE);
    }

    @OnEachTransport
    void stopsAClientWhoseEndpointResetsAmongUnreadOctets(NodeConfig.Transport transport)
            throws Exception {
        FakeBackend backend = tunnel(transport, /* narrow= */ false);
        CompletableFuture<Wire> sending = send(client, LARGE);
        Gateway.await("on its way", () -> received() > 5);

        endpoint.reset();

        assertThat(sending.handle((_, failure) -> failure).get(30, TimeUnit.SECONDS)).isNotNull();
        assertEnded("UPSTREAM_RESET");
        assertFailed(backend);
        assertThat(received()).isLessThan(LARGE);
    }

    /// Epoll tells of a reset while nothing is read; the others find it behind all that has
    /// arrived.
    @OnEachTransport
    void cutsWhatAnEndpointSentBeforeItReset(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = tunnel(transport, /* narrow= */ true);
        CompletableFuture<Wire> sending = send(endpoint, LARGE);
        Gateway.await("on its way", () -> sent() > 3);

        endpoint.reset();

        assertThat(sending.handle((_, failure) -> failure).get(30, TimeUnit.SECONDS)).isNotNull();
        // The reset overtakes what the client has not read: it must not take a part for all.
        assertThat(client.readToReset().length()).isLessThan(LARGE);
        assertEnded("UPSTREAM_RESET");
        assertFailed(backend);
    }

    /// Only epoll tells of a connection from which nothing is read; elsewhere silence ends it.
    @Test
    void letsGoOfAnEndpointThatReadsNothingWhenTheClientResets() throws Exception {
        FakeBackend backend = gateway.backend();
        serve(NodeConfig.Transport.EPOLL, backend, "", "");
        Wire resetting = gateway.connect();
        Wire silent = gateway.keep(backend.accept());
        CompletableFuture<Wire> sending = send(resetting, LARGE);
        Gateway.await("stalled", TcpEndsTest::isStalled);

        resetting.reset();

        assertThat(sending.handle((_, failure) -> failure).get(30, TimeUnit.SECONDS)).isNotNull();
        assertEnded("CLIENT_ABORTED");
        assertThat(received()).isLessThan(LARGE);
        silent.awaitGone();
    }

    /// Whether the gateway holds octets that the endpoint does not take.
    private static boolean isStalled() {
        return gateway.proxy().stats().buffers().usedBytes() > 0;
    }

    // ---- floods

    @OnEachTransport
    void holdsAFloodOfConnectionsAtItsLimit(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = gateway.keep(FakeBackend.serving((wire, _) -> wire.readToEnd()));
        serve(transport, backend, ", filters: [ { connection-limit: { total: 20 } } ]", "");
        List<Wire> flood = new ArrayList<>();

        for (int i = 0; i < 500; i++) {
            flood.add(gateway.connect());
        }

        Gateway.await(
                "refused",
                () ->
                        counted(
                                        "jadegate_listener_connections_refused",
                                        "db",
                                        "CONNECTION_LIMIT_TOTAL")
                                == 480);
        Gateway.await("let in", () -> counted("jadegate_listener_tunnels_open", "db") == 20);
        assertThat(gateway.target("db", 0).connections()).isEqualTo(20);
        for (Wire each : flood) {
            each.close();
        }
        assertGone();
        assertThat(counted("jadegate_listener_tunnels", "db")).isEqualTo(20);
        assertThat(counted("jadegate_listener_connections_accepted", "db")).isEqualTo(20);
    }
}
