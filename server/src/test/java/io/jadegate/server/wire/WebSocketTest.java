package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Upgrades and the tunnels behind them.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class WebSocketTest {
    private static final String HANDSHAKE =
            "GET /chat HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n\r\n";
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @RegisterExtension static final Gateway gateway = new Gateway();

    /// The two ends of a tunnel.
    private record Tunnel(Wire client, Wire upstream) {}

    private static Tunnel open(String... sections) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, sections);
        return opened(backend);
    }

    private static Tunnel opened(FakeBackend backend) throws Exception {
        Wire client = gateway.send(HANDSHAKE);
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send(SWITCH);
        client.readHead();
        return new Tunnel(client, upstream);
    }

    @Test
    @Row("header-rules/upgrade")
    void passesTheHandshakeOnAndThenEveryOctet() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(HANDSHAKE);
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send(SWITCH);
        Message response = client.readResponse();

        assertThat(request.field("connection")).isEqualTo("Upgrade");
        assertThat(request.field("upgrade")).isEqualTo("websocket");
        assertThat(request.field("sec-websocket-key")).isEqualTo("dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(request.field("sec-websocket-protocol")).isEqualTo("chat");
        assertThat(response.status()).isEqualTo(101);
        assertThat(response.field("upgrade")).isEqualTo("websocket");
        assertThat(response.field("sec-websocket-accept"))
                .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        client.send("\u0081\u0085\0\0\0\0hello");
        assertThat(upstream.read(11)).isEqualTo("\u0081\u0085\0\0\0\0hello");
        upstream.send("\u0081\u0005world");
        assertThat(client.read(7)).isEqualTo("\u0081\u0005world");
        assertThat(gateway.target("app", 0).inFlight()).isEqualTo(1);
        assertThat(gateway.clientConnections()).isEqualTo(1);
        upstream.close();
    }

    @Test
    void holdsWhatFollowsTheHandshakeUntilTheEndpointAgrees() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(HANDSHAKE + "early");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send(SWITCH + "first");

        assertThat(upstream.read(5)).isEqualTo("early");
        client.readHead();
        assertThat(client.read(5)).isEqualTo("first");
        upstream.close();
    }

    @Test
    void takesWhatFollowsARefusedHandshakeForTheNextRequest() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(HANDSHAKE + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(400);
        assertThat(upstream.readToEnd()).isEmpty();
        Wire next = backend.accept();
        assertThat(next.readRequest().target()).isEqualTo("/next");
        next.send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void refusesUpgradesWhereTheRouteTakesNone() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, websocket: false } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());

        Message response = gateway.send(HANDSHAKE).readResponse();

        assertThat(response.status()).isEqualTo(403);
        assertThat(response.body()).contains("UPGRADE_REFUSED");
        assertThat(backend.untouched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Connection: Upgrade\r\n"
                        + "Upgrade: websocket\r\n"
                        + "Content-Length: 0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
            })
    @Row("header-rules/upgrade")
    void ignoresUpgradesThatAreNone(String request) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(request);
        Wire upstream = backend.accept();
        Message forwarded = upstream.readRequest();
        upstream.send(OK);

        assertThat(forwarded.names()).doesNotContain("upgrade", "connection");
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    // ---- ends

    @ParameterizedTest
    @ValueSource(strings = {"", "Upgrade: h2c\r\nConnection: Upgrade\r\n"})
    void answers502ToASwitchToSomethingElse(String fields) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(HANDSHAKE);
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send("HTTP/1.1 101 Switching Protocols\r\n" + fields + "\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("UPSTREAM_UPGRADE_FAILED");
        upstream.awaitGone();
    }

    @Test
    void endsATunnelWhoseRouteWentWhileItWasAskedFor() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 1s } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { chat: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());
        Wire client = gateway.send(HANDSHAKE);
        Wire upstream = backend.accept();
        upstream.readHead();
        gateway.serveNow(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { other: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());
        upstream.send(SWITCH);
        client.readHead();

        client.awaitGone();
        upstream.awaitGone();
    }

    @Test
    void passesTheEndOfOneSideOnWhileTheOtherGoesOn() throws Exception {
        Tunnel tunnel = open();

        tunnel.client.send("last").endOutput();
        assertThat(tunnel.upstream.readToEnd()).isEqualTo("last");
        tunnel.upstream.send("more").endOutput();

        assertThat(tunnel.client.readToEnd()).isEqualTo("more");
    }

    @Test
    void passesTheEndOfTheEndpointOnWhileTheClientGoesOn() throws Exception {
        Tunnel tunnel = open();

        tunnel.upstream.send("last").endOutput();
        assertThat(tunnel.client.readToEnd()).isEqualTo("last");
        tunnel.client.send("more").endOutput();

        assertThat(tunnel.upstream.readToEnd()).isEqualTo("more");
    }

    @Test
    void letsGoOfAClientThatGoesOnWhenTheEndpointThatHasEndedIsGone() throws Exception {
        Tunnel tunnel = open();
        tunnel.upstream.send("last").endOutput();
        assertThat(tunnel.client.readToEnd()).isEqualTo("last");

        tunnel.upstream.reset();
        tunnel.client.send("nobody hears this");

        Gateway.await("the end", () -> gateway.clientConnections() == 0);
        Gateway.await("the request", () -> gateway.target("app", 0).inFlight() == 0);
    }

    @Test
    void endsTheTunnelWhenTheClientResets() throws Exception {
        Tunnel tunnel = open();

        tunnel.client.reset();

        tunnel.upstream.awaitGone();
    }

    @Test
    void endsTheTunnelWhenTheEndpointResets() throws Exception {
        Tunnel tunnel = open();

        tunnel.upstream.reset();

        tunnel.client.awaitGone();
    }

    @Test
    @Row("timeouts/tunnel-idle")
    void endsASilentTunnel() throws Exception {
        Tunnel tunnel = open("defaults: { timeouts: { tunnel-idle: 100ms } }");

        Frame toClient = Frame.read(tunnel.client);
        assertThat(toClient.code()).isEqualTo(1001);
        assertThat(toClient.reason()).isEqualTo("The tunnel was idle for too long.");
        assertThat(Frame.read(tunnel.upstream).code()).isEqualTo(1001);
        tunnel.client.endOutput();
        tunnel.upstream.endOutput();
        assertThat(tunnel.client.readToEnd()).isEmpty();
        assertThat(tunnel.upstream.readToEnd()).isEmpty();
    }

    @Test
    void cutsASilentTunnelThroughWhichNoFramesPass() throws Exception {
        Tunnel tunnel = open("defaults: { timeouts: { tunnel-idle: 1s } }");
        tunnel.client.send("no frame");
        assertThat(tunnel.upstream.read(8)).isEqualTo("no frame");

        tunnel.client.awaitGone();
        tunnel.upstream.awaitGone();
    }

    @Test
    void cutsASilentTunnelThatDoesNotAnswerItsGoodbye() throws Exception {
        Tunnel tunnel = open("defaults: { timeouts: { tunnel-idle: 100ms } }");

        tunnel.client.awaitGone();
        tunnel.upstream.awaitGone();
    }

    @Test
    @Row("timeouts/total-tunnel")
    void endsNoTunnelForItsLength() throws Exception {
        Tunnel tunnel = open("defaults: { timeouts: { total: 1s } }");

        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1500);
        while (System.nanoTime() - end < 0) {
            tunnel.client.send("ping");
            assertThat(tunnel.upstream.read(4)).isEqualTo("ping");
            tunnel.upstream.send("pong");
            assertThat(tunnel.client.read(4)).isEqualTo("pong");
        }
        tunnel.upstream.close();
    }

    @Test
    void keepsATunnelWhoseRouteStaysAndEndsItWithItsRoute() throws Exception {
        FakeBackend backend = gateway.backend();
        String yaml =
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 1s } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { %s: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """;
        gateway.serve(yaml, "chat", backend.address());
        Tunnel tunnel = opened(backend);

        gateway.serveNow(yaml, "chat", backend.address());
        tunnel.client.send("still here");
        assertThat(tunnel.upstream.read(10)).isEqualTo("still here");
        gateway.serveNow(yaml, "other", backend.address());

        tunnel.client.awaitGone();
        tunnel.upstream.awaitGone();
    }

    @Test
    void saysGoodbyeToAClientWhoIsBannedMeanwhile() throws Exception {
        FakeBackend backend = gateway.backend();
        String yaml =
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 1s } }
                listeners: { web: { address: "127.0.0.1:0", filters: [ { ip-filter: { deny: [ %s ] } } ] } }
                routes: { chat: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """;
        gateway.serve(yaml, "10.0.0.0/8", backend.address());
        Tunnel tunnel = opened(backend);

        gateway.serveNow(yaml, "127.0.0.0/8", backend.address());

        assertThat(Frame.read(tunnel.client).code()).isEqualTo(1008);
        assertThat(Frame.read(tunnel.upstream).code()).isEqualTo(1008);
        tunnel.client.awaitGone();
        tunnel.upstream.awaitGone();
    }
}
