package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Either side goes away in every phase of an exchange, politely or not: the other side learns it,
/// and nothing stays open.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class AbortsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    private static final String POST =
            "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String SHORT = "defaults: { timeouts: { half-close: 50ms } }";

    @RegisterExtension static final Gateway gateway = new Gateway();

    enum Goodbye {
        FIN {
            @Override
            void say(Wire wire) throws IOException {
                wire.close();
            }
        },
        RST {
            @Override
            void say(Wire wire) throws IOException {
                wire.reset();
            }
        };

        abstract void say(Wire wire) throws IOException;
    }

    // ---- clients

    @ParameterizedTest
    @EnumSource
    void clientGoesBeforeItHasSaidAnything(Goodbye goodbye) throws Exception {
        gateway.forward(gateway.backend());

        Wire client = gateway.connect();
        Gateway.await("accepted", () -> gateway.clientConnections() == 1);
        goodbye.say(client);
    }

    @ParameterizedTest
    @EnumSource
    void clientGoesInsideItsHead(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        goodbye.say(gateway.send("GET / HTTP/1.1\r\nHost: a.te"));

        Gateway.await("closed", () -> gateway.clientConnections() == 0);
        assertThat(backend.untouched()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void clientGoesInsideItsBody(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(POST + "half");
        Wire upstream = backend.accept();
        upstream.readUntil("half");
        goodbye.say(client);

        upstream.awaitGone();
    }

    @ParameterizedTest
    @EnumSource
    void clientGoesInsideAChunkedBody(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "POST / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"
                                + "4\r\n"
                                + "half\r\n");
        Wire upstream = backend.accept();
        upstream.readUntil("half\r\n");
        goodbye.say(client);

        // The endpoint must not take it for the whole.
        assertThat(rest(upstream)).doesNotContain("0\r\n\r\n");
    }

    private static String rest(Wire wire) {
        StringBuilder rest = new StringBuilder();
        try {
            while (true) {
                rest.append(wire.read(1));
            }
        } catch (IOException gone) {
            return rest.toString();
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientGoesWhileItWaits(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, SHORT);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        goodbye.say(client);

        upstream.awaitGone();
    }

    @ParameterizedTest
    @EnumSource
    void clientGoesWhileTheConnectionIsBeingMade(Goodbye goodbye) throws Exception {
        gateway.forward(
                gateway.keep(FakeBackend.hanging()),
                "defaults: { timeouts: { half-close: 50ms, connect: 2s } }");

        Wire client = gateway.send(GET);
        Gateway.await("connecting", () -> gateway.target("app", 0).inFlight() == 1);
        goodbye.say(client);

        Gateway.await("given up", () -> gateway.target("app", 0).inFlight() == 0);
    }

    @ParameterizedTest
    @EnumSource
    void clientGoesInsideTheAnswer(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        client.readUntil("half");
        goodbye.say(client);

        assertThat(sendsUntilGone(upstream)).isTrue();
    }

    private static boolean sendsUntilGone(Wire upstream) {
        String chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";
        try {
            for (int i = 0; i < 100_000; i++) {
                upstream.send(chunk);
            }
            return false;
        } catch (IOException gone) {
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientGoesBetweenRequests(Goodbye goodbye) throws Exception {
        gateway.forward(gateway.answering(OK));

        Wire client = gateway.send(GET);
        client.readResponse();
        goodbye.say(client);

        Gateway.await("closed", () -> gateway.clientConnections() == 0);
        assertThat(gateway.target("app", 0).idle()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void clientGoesAfterAnEarlyAnswer(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(POST + "half");
        Wire upstream = backend.accept();
        upstream.readUntil("half");
        upstream.send(OK);
        client.readResponse();
        goodbye.say(client);

        upstream.awaitGone();
    }

    // ---- endpoints

    @ParameterizedTest
    @EnumSource
    void endpointGoesBeforeItsAnswer(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        goodbye.say(upstream);
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"reason\":\"UPSTREAM_RESET\"");
        assertThat(response.has("connection")).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void endpointGoesInsideTheBodyOfARequest(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(POST + "half");
        Wire upstream = backend.accept();
        upstream.readUntil("half");
        goodbye.say(upstream);

        assertThat(client.readResponse().status()).isEqualTo(502);
        client.send("+other" + GET);
        backend.accept().send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @EnumSource
    void endpointAnswersAndGoesInsideTheBodyOfARequest(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(POST + "half");
        Wire upstream = backend.accept();
        upstream.readUntil("half");
        upstream.send(
                "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
        client.readUntil("no");
        goodbye.say(upstream);
        client.send("+other" + GET);
        backend.accept().send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @EnumSource
    void endpointGoesInsideTheHeadOfItsAnswer(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 ");
        goodbye.say(upstream);

        assertThat(client.readResponse().status()).isEqualTo(502);
    }

    @ParameterizedTest
    @EnumSource
    void endpointGoesInsideItsAnswer(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        client.readUntil("half");
        goodbye.say(upstream);

        assertThat(client.readToReset()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void endpointGoesBetweenRequests(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(OK);
        client.readResponse();
        goodbye.say(upstream);
        Gateway.await("noticed", () -> gateway.target("app", 0).connections() == 0);
        client.send(POST + "0123456789");
        Wire fresh = backend.accept();

        assertThat(fresh.readRequest().body()).isEqualTo("0123456789");
        fresh.send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    // ---- the race between a request and the end of an idle connection

    /// Leaves an idle connection behind and returns its end.
    private static Wire idle(FakeBackend backend, Wire client) throws IOException {
        client.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(OK);
        client.readResponse();
        return upstream;
    }

    @ParameterizedTest
    @EnumSource
    void triesAgainOnceWhenAReusedConnectionEnds(Goodbye goodbye) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.connect();
        Wire upstream = idle(backend, client);
        client.send(GET);
        upstream.readRequest();
        goodbye.say(upstream);
        Wire fresh = backend.accept();
        fresh.readRequest();
        fresh.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    @Row("size-limits/replay")
    void sendsTheBodyAgainToo() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        String body = "0123456789".repeat(5000);

        Wire client = gateway.connect();
        Wire upstream = idle(backend, client);
        client.send(
                "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
        assertThat(upstream.readRequest().body()).isEqualTo(body);
        upstream.reset();
        Wire fresh = backend.accept();
        assertThat(fresh.readRequest().body()).isEqualTo(body);
        fresh.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void sendsAHalfSentBodyAgainAndThenItsRest() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.connect();
        Wire upstream = idle(backend, client);
        client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        upstream.readUntil("half\r\n");
        upstream.reset();
        Wire fresh = backend.accept();
        fresh.readUntil("half\r\n");
        client.send("6\r\n+other\r\n0\r\n\r\n");
        fresh.readUntil("0\r\n\r\n");
        fresh.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH", "MERGE"})
    void repeatsNothingThatMayNotBeRepeated(String method) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.connect();
        Wire upstream = idle(backend, client);
        client.send(method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
        upstream.readRequest();
        upstream.reset();

        assertThat(client.readResponse().status()).isEqualTo(502);
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    @Row("size-limits/replay")
    void repeatsNothingThatIsTooLargeToBeKept() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        String body = "x".repeat(200_000);

        Wire client = gateway.connect();
        Wire upstream = idle(backend, client);
        client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 200001\r\n\r\n" + body);
        upstream.readHead();
        upstream.skip(body.length());
        upstream.reset();

        assertThat(client.readResponse().status()).isEqualTo(502);
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    void triesOnceMoreAndNotForEver() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.connect();
        Wire upstream = idle(backend, client);
        client.send(GET);
        upstream.readRequest();
        upstream.reset();
        Wire fresh = backend.accept();
        fresh.readRequest();
        fresh.reset();

        assertThat(client.readResponse().status()).isEqualTo(502);
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    void repeatsNothingOnceAnAnswerHasBegun() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.connect();
        Wire upstream = idle(backend, client);
        client.send(GET);
        upstream.readRequest();
        upstream.send("HTTP/1.1 2").reset();

        assertThat(client.readResponse().status()).isEqualTo(502);
        assertThat(backend.untouched()).isTrue();
    }
}
