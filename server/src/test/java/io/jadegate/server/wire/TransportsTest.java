package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.plane.Status;
import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// What every other test on the wire proves by the transport of this machine, in short by each of
/// them: bodies, ends, resets, tunnels, time and drain. A transport that the kernel lacks is
/// skipped, and the report says so.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class TransportsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final int LARGE = 24 * 1024 * 1024;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static FakeBackend serve(NodeConfig.Transport transport, FakeBackend backend)
            throws Exception {
        serve(transport, "127.0.0.1:0", backend, "connect: 30s");
        return backend;
    }

    private static void serve(
            NodeConfig.Transport transport, String address, FakeBackend backend, String timeouts)
            throws Exception {
        Gateway.available(transport);
        gateway.serve(
                """
                node:
                  event-loops: 1
                  transport: %s
                  access-log: { to: off }
                  drain: { announce: 0s, deadline: 1s }
                defaults: { timeouts: { %s } }
                listeners: { web: { address: "%s" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                transport.name().toLowerCase(Locale.ROOT), timeouts, address, backend.address());
    }

    // ---- messages

    @OnEachTransport
    void servesManyRequestsOnOneConnection(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = serve(transport, gateway.echoing());

        Wire client = gateway.connect();
        for (int i = 0; i < 50; i++) {
            client.send("POST /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
            assertThat(client.readResponse().body()).isEqualTo("/" + i + "body");
        }

        assertThat(backend.connections()).isEqualTo(1);
    }

    @OnEachTransport
    void readsMessagesThatArriveOctetByOctet(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = serve(transport, gateway.backend());

        Wire client =
                gateway.connect()
                        .trickle("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .trickle("5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n");
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.trickle(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");

        assertThat(request.body()).isEqualTo("hello");
        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @OnEachTransport
    void answersPipelinedRequestsInOrder(NodeConfig.Transport transport) throws Exception {
        serve(transport, gateway.echoing());

        Wire client =
                gateway.send(
                        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
                                + "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        for (int i = 1; i <= 3; i++) {
            assertThat(client.readResponse().body()).isEqualTo("/" + i);
        }
        assertThat(client.readToEnd()).isEmpty();
    }

    @OnEachTransport
    void carriesLargeBodiesBothWaysAtTheSameTime(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = serve(transport, gateway.backend());

        LargeBodies large = new LargeBodies(LARGE);
        Wire client = gateway.send(large.request());
        Wire upstream = backend.accept();
        upstream.readHead();
        large.cross(client, upstream);
    }

    // ---- ends

    @OnEachTransport
    void answersAClientThatHasEndedItsSide(NodeConfig.Transport transport) throws Exception {
        serve(transport, "127.0.0.1:0", gateway.answering(OK), "half-close: 30s");

        Wire client = gateway.send(GET).endOutput();

        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(client.readToEnd()).isEmpty();
    }

    @OnEachTransport
    void letsGoOfTheEndpointWhenTheClientResets(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = serve(transport, gateway.backend());

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        client.readUntil("half");
        client.reset();

        upstream.awaitGone();
    }

    @OnEachTransport
    void showsThatAnAnswerWasCut(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = serve(transport, gateway.backend());

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf").endOutput();

        assertThat(client.readToReset()).endsWith("half");
    }

    @OnEachTransport
    void answers502ToAnEndpointThatResets(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = serve(transport, gateway.backend());

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.reset();

        assertThat(client.readResponse().body()).contains("\"reason\":\"UPSTREAM_RESET\"");
    }

    @OnEachTransport
    void answers502WhereNobodyListens(NodeConfig.Transport transport) throws Exception {
        serve(transport, FakeBackend.refusing());

        assertThat(gateway.send(GET).readResponse().body())
                .contains("\"reason\":\"UPSTREAM_CONNECT_REFUSED\"");
    }

    // ---- time

    @OnEachTransport
    void answers504ToAnEndpointThatDoesNotAccept(NodeConfig.Transport transport) throws Exception {
        serve(transport, "127.0.0.1:0", gateway.keep(FakeBackend.hanging()), "connect: 300ms");

        assertThat(gateway.send(GET).readResponse().body())
                .contains("\"reason\":\"UPSTREAM_CONNECT_TIMEOUT\"");
    }

    @OnEachTransport
    void answers504ToAnEndpointThatDoesNotAnswer(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = gateway.backend();
        serve(transport, "127.0.0.1:0", backend, "first-byte: 300ms");

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();

        assertThat(client.readResponse().status()).isEqualTo(504);
        upstream.awaitGone();
    }

    // ---- tunnels

    @OnEachTransport
    void passesTheEndsOfATunnelOn(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = serve(transport, gateway.backend());

        Wire client =
                gateway.send(
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Sec-WebSocket-Version: 13\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade:"
                        + " websocket\r\n\r\n");
        client.readHead();
        client.send("last").endOutput();
        assertThat(upstream.readToEnd()).isEqualTo("last");
        upstream.send("more").endOutput();

        assertThat(client.readToEnd()).isEqualTo("more");
    }

    // ---- going away

    @OnEachTransport
    void drains(NodeConfig.Transport transport) throws Exception {
        FakeBackend backend = serve(transport, gateway.backend());
        Wire idle = gateway.connect();
        Wire busy = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Gateway.await("both", () -> gateway.clientConnections() == 2);

        CompletableFuture<Integer> drained = Beside.start(gateway.proxy()::drain);
        assertThat(idle.readToEnd()).isEmpty();
        upstream.send(OK);

        assertThat(busy.readResponse().field("connection")).isEqualTo("close");
        assertThat(drained.get()).isZero();
        assertThat(gateway.proxy().status().state()).isEqualTo(Status.State.STOPPED);
    }

    // ---- kinds of addresses

    @OnEachTransport
    void speaksThroughUnixSocketsWhereItHasThem(
            NodeConfig.Transport transport, @TempDir Path folder) throws Exception {
        if (!Gateway.available(transport).hasUnixSockets()) {
            abort(transport + " has no Unix domain sockets");
        }
        FakeBackend backend = unixBackend(folder);
        serve(transport, "unix:" + folder.resolve("web.sock"), backend, "connect: 30s");

        Wire client = unixClient(folder).send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @OnEachTransport
    void answersAClientOfAUnixSocketThatHasEndedItsSide(
            NodeConfig.Transport transport, @TempDir Path folder) throws Exception {
        if (!Gateway.available(transport).hasUnixSockets()) {
            abort(transport + " has no Unix domain sockets");
        }
        if (transport == NodeConfig.Transport.NIO) {
            abort("Netty closes Unix domain sockets of NIO at the end of their input");
        }
        FakeBackend backend = unixBackend(folder);
        serve(transport, "unix:" + folder.resolve("web.sock"), backend, "half-close: 30s");

        Wire client = unixClient(folder).send(GET).endOutput();
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(client.readToEnd()).isEmpty();
    }

    private static FakeBackend unixBackend(Path folder) throws IOException {
        return gateway.keep(
                FakeBackend.open(UnixDomainSocketAddress.of(folder.resolve("app.sock"))));
    }

    private static Wire unixClient(Path folder) throws IOException {
        return gateway.keep(Wire.connect(UnixDomainSocketAddress.of(folder.resolve("web.sock"))));
    }
}
