package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How long connections live, on both sides.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ConnectionsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String POOL =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            upstreams: { app: { endpoints: [ "%s" ], pool: { %s } } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    // ---- clients

    @Test
    void servesManyRequestsOnOneConnectionToEitherSide() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.forward(backend);

        Wire client = gateway.connect();
        for (int i = 0; i < 20; i++) {
            Message response = client.send(GET).readResponse();
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.has("connection")).isFalse();
        }

        assertThat(backend.connections()).isEqualTo(1);
        assertThat(gateway.clientConnections()).isEqualTo(1);
        assertThat(gateway.target("app", 0).idle()).isEqualTo(1);
    }

    @Test
    void closesBehindAnHttp10RequestThatAsksForBoth() throws Exception {
        gateway.forward(gateway.answering(OK));

        Wire client =
                gateway.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive, close\r\n\r\n");

        assertThat(client.readResponse().field("connection")).isEqualTo("close");
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void readsOnWhenItClosesOfItsOwnAccordUntilTheClientHasTheAnswer() throws Exception {
        gateway.forward(
                gateway.answering(OK), "defaults: { timeouts: { keep-alive-requests: 1 } }");

        Wire client = gateway.send(GET);
        assertThat(client.readResponse().field("connection")).isEqualTo("close");
        assertThat(client.readToEnd()).isEmpty();
        // Sent before the client could know; a reset would be the answer to it.
        client.send(GET).send(GET);
        assertThat(client.readToEnd()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "Close", "x, close", "keep-alive, close"})
    void closesWhenTheClientAsksForIt(String connection) throws Exception {
        gateway.forward(gateway.answering(OK));

        Wire client =
                gateway.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: " + connection + "\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.field("connection")).isEqualTo("close");
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void closesBehindAnHttp10Request() throws Exception {
        gateway.forward(gateway.answering(OK));

        Wire client = gateway.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().field("connection")).isEqualTo("close");
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void keepsAnHttp10ConnectionThatAsksForIt() throws Exception {
        gateway.forward(gateway.answering(OK));
        String request = "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";

        Wire client = gateway.send(request);
        Message response = client.readResponse();

        assertThat(response.field("connection")).isEqualTo("keep-alive");
        assertThat(client.send(request).readResponse().body()).isEqualTo("ok");
    }

    @Test
    @Row("timeouts/keep-alive-requests")
    void closesAConnectionThatHasServedItsNumberOfRequests() throws Exception {
        gateway.forward(
                gateway.answering(OK), "defaults: { timeouts: { keep-alive-requests: 2 } }");

        Wire client = gateway.send(GET);
        assertThat(client.readResponse().has("connection")).isFalse();
        assertThat(client.send(GET).readResponse().field("connection")).isEqualTo("close");

        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("timeouts/keep-alive-age")
    void closesAConnectionThatIsTooOldBehindItsAnswer() throws Exception {
        gateway.forward(gateway.answering(OK), "defaults: { timeouts: { keep-alive-age: 1ms } }");

        Wire client = gateway.connect();
        Gateway.await("accepted", () -> gateway.clientConnections() == 1);
        while (client.send(GET).readResponse().field("connection") == null) {
            // Not a millisecond old yet.
        }

        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("timeouts/keep-alive")
    void closesAnIdleConnectionWithoutAWord() throws Exception {
        gateway.forward(gateway.answering(OK), "defaults: { timeouts: { keep-alive: 100ms } }");

        Wire client = gateway.send(GET);
        client.readResponse();

        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("timeouts/keep-alive")
    void closesAnIdleConnectionOnlyBehindAnswersThatWait() throws Exception {
        int asked = 2000;
        gateway.serve(
                """
                defaults: { timeouts: { keep-alive: 100ms } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { large: { match: { path: / }, respond: { status: 200, body: "%s" } } }
                """,
                "x".repeat(16 * 1024));

        // Answers wait for a client that does not read; and no request begins meanwhile.
        Wire client = gateway.keep(Wire.connectNarrow(gateway.port())).send(GET.repeat(asked));
        Wire other = gateway.send(GET);
        other.readResponse();
        // Begun later, the other's time is over later, too.
        other.readToEnd();
        int answers = 0;
        while (client.available()) {
            assertThat(client.readResponse().body()).hasSize(16 * 1024);
            answers++;
        }

        assertThat(answers).isBetween(1, asked - 1);
    }

    @Test
    @Row("timeouts/linger")
    void readsOnBehindItsLastAnswerAndThenCloses() throws Exception {
        gateway.forward(gateway.backend());

        Wire client = gateway.send("GET / HTTP/1.1\r\nno field\r\n\r\n");
        client.send("x".repeat(500_000));

        // A reset would have destroyed the answer.
        assertThat(client.readResponse().status()).isEqualTo(400);
        assertThat(client.readToEnd()).isEmpty();
        Gateway.await("closed", () -> gateway.clientConnections() == 0);
    }

    // ---- half-closed clients

    @Test
    void answersAClientThatHasEndedItsSide() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET).endOutput();
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(OK);
        Message response = client.readResponse();

        assertThat(response.body()).isEqualTo("ok");
        assertThat(client.readToEnd()).isEmpty();
    }

    /// More than all sockets on the way take at once: the answer has to wait for its reader.
    @Test
    void answersAClientThatHasEndedItsSideAtLength() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        String body = "0123456789abcdef".repeat(2 << 20);

        Wire client = gateway.send(GET).endOutput();
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n");
        FutureTask<Wire> sending = new FutureTask<>(() -> upstream.send(body));
        Thread.ofPlatform().start(sending);
        Message response = client.readResponse();
        sending.get();

        assertThat(response.body().equals(body)).isTrue();
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void answersAllThatAClientHasPipelinedBeforeItEndedItsSide() throws Exception {
        gateway.forward(gateway.echoing());

        Wire client =
                gateway.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
                        .endOutput();

        assertThat(client.readResponse().body()).isEqualTo("/1");
        assertThat(client.readResponse().body()).isEqualTo("/2");
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("timeouts/half-close")
    void givesUpOnAClientThatHasEndedItsSideAndGetsNoAnswer() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, "defaults: { timeouts: { half-close: 100ms } }");

        Wire client = gateway.send(GET).endOutput();
        Wire upstream = backend.accept();
        upstream.readRequest();

        upstream.awaitGone();
        client.awaitGone();
    }

    // ---- endpoints

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"
            })
    void letsGoOfAConnectionThatTheEndpointCloses(String answer) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(answer);
        Message response = client.readResponse();

        assertThat(upstream.readToEnd()).isEmpty();
        assertThat(response.body()).isEqualTo("ok");
        assertThat(response.has("connection")).isFalse();
        client.send(GET);
        backend.accept().send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void keepsTheConnectionOfAnHttp10EndpointThatOffersIt() throws Exception {
        FakeBackend backend =
                gateway.answering(
                        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        client.readResponse();
        client.send(GET).readResponse();

        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    @Row("timeouts/pool-idle")
    void closesAnIdleConnectionToTheEndpointAfterItsTime() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(POOL, backend.address(), "idle: 100ms");

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(OK);
        client.readResponse();

        assertThat(upstream.readToEnd()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout=1", "max=100,Timeout=1", "max=100, timeout=2"})
    @Row("timeouts/pool-advertised")
    void closesAnIdleConnectionBeforeTheEndpointWould(String keepAlive) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(POOL, backend.address(), "idle: 1h");

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: " + keepAlive + "\r\n\r\nok");

        assertThat(client.readResponse().has("keep-alive")).isFalse();
        assertThat(upstream.readToEnd()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timeout=9999999999",
                "timeout=-1",
                "timeout=",
                "timeout=x",
                "max=1",
                "xtimeout=1"
            })
    @Row("timeouts/pool-advertised")
    void keepsAConnectionWhoseEndpointTellsNoTime(String keepAlive) throws Exception {
        FakeBackend backend =
                gateway.answering(
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: "
                                + keepAlive
                                + "\r\n\r\nok");
        gateway.serve(POOL, backend.address(), "idle: 1h");

        Wire client = gateway.send(GET);
        client.readResponse();
        client.send(GET).readResponse();

        assertThat(backend.connections()).isEqualTo(1);
        assertThat(gateway.target("app", 0).idle()).isEqualTo(1);
    }

    @Test
    @Row("timeouts/pool-requests")
    void closesAConnectionToTheEndpointAfterItsNumberOfRequests() throws Exception {
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        FakeBackend backend =
                gateway.keep(
                        FakeBackend.serving((wire, requests) -> {
                            int count = 0;
                            while (wire.available()) {
                                wire.readRequest();
                                wire.send(OK);
                                count++;
                            }
                            served.add(count);
                        }));
        gateway.serve(POOL, backend.address(), "max-requests: 20");

        Wire client = gateway.connect();
        while (served.size() < 5) {
            assertThat(client.send(GET).readResponse().body()).isEqualTo("ok");
        }

        assertThat(served).allMatch(count -> count >= 18 && count <= 20);
    }

    @Test
    @Row("timeouts/pool-age")
    void closesAConnectionToTheEndpointThatIsTooOldBehindItsAnswer() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(POOL, backend.address(), "max-age: 1ms");

        Wire client = gateway.connect();
        while (backend.connections() < 4) {
            Message response = client.send(GET).readResponse();
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.has("connection")).isFalse();
        }
    }

    @Test
    @Row("timeouts/pool-age")
    void keepsAConnectionToTheEndpointThatIsNotTooOld() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(POOL, backend.address(), "max-age: 1h");

        Wire client = gateway.connect();
        for (int i = 0; i < 50; i++) {
            client.send(GET).readResponse();
        }

        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void keepsNoMoreIdleConnectionsThanItShall() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(POOL, backend.address(), "max-idle: 1");

        Wire first = gateway.send(GET);
        Wire firstUpstream = backend.accept();
        Wire second = gateway.send(GET);
        Wire secondUpstream = backend.accept();
        firstUpstream.readRequest();
        firstUpstream.send(OK);
        first.readResponse();
        secondUpstream.readRequest();
        secondUpstream.send(OK);
        second.readResponse();

        assertThat(secondUpstream.readToEnd()).isEmpty();
        assertThat(gateway.target("app", 0).connections()).isEqualTo(1);
    }

    @Test
    void keepsNoIdleConnectionAtAllIfItShallNot() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(POOL, backend.address(), "max-idle: 0");

        Wire client = gateway.send(GET);
        client.readResponse();
        client.send(GET).readResponse();

        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void closesAnIdleConnectionThatSpeaksUnasked() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(OK);
        client.readResponse();
        upstream.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        upstream.awaitGone();
        client.send(GET);
        backend.accept().send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    // ---- kinds of addresses

    @Test
    void speaksThroughUnixSocketsOnBothSides(@TempDir Path folder) throws Exception {
        Path web = folder.resolve("web.sock");
        Path app = folder.resolve("app.sock");
        FakeBackend backend = gateway.keep(FakeBackend.open(UnixDomainSocketAddress.of(app)));
        gateway.serve(
                """
                listeners: { web: { address: "unix:%s" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                defaults: { client-address: { trusted: [ 127.0.0.0/8 ] } }
                """,
                web.toString(), backend.address());

        Wire client = gateway.keep(Wire.connect(UnixDomainSocketAddress.of(web)));
        for (int i = 0; i < 2; i++) {
            client.send(
                    "POST /u HTTP/1.1\r\nHost: a.test\r\nForwarded: for=_x\r\n"
                            + "Content-Length: 2\r\n\r\nhi");
        }
        Wire upstream = backend.accept();
        Message request = upstream.readRequest();
        upstream.send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");
        backend.accept().send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");

        assertThat(request.body()).isEqualTo("hi");
        assertThat(request.field("host")).isEqualTo("a.test");
        assertThat(request.all("forwarded"))
                .containsExactly("for=_x", "for=_unix;by=_jadegate;host=\"a.test\";proto=http");
        gateway.proxy().stop();
        assertThat(Files.exists(web)).isFalse();
    }

    @Test
    void reachesAnEndpointByItsName() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(POOL, backend.address().replace("127.0.0.1", "localhost"), "max-idle: 8");

        for (int i = 0; i < 4; i++) {
            assertThat(gateway.send(GET).readResponse().body()).isEqualTo("ok");
        }
    }

    @Test
    @Row("timeouts/dns")
    void answers502WhereANameHasNoAddress() throws Exception {
        gateway.serve(POOL, "no-such-name.invalid:80", "max-idle: 8");

        Message response = gateway.send(GET).readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("UPSTREAM_NAME_NOT_RESOLVED");
    }
}
