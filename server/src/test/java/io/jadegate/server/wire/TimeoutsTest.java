package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Every phase of an exchange in which somebody stops moving.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class TimeoutsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static String timeouts(String timeouts) {
        return "defaults: { timeouts: { " + timeouts + " } }";
    }

    @Test
    @Row("timeouts/header")
    void closesAClientThatNeverSaysAnything() throws Exception {
        gateway.forward(gateway.backend(), timeouts("header: 1s"));

        assertThat(gateway.connect().readToEnd()).isEmpty();
    }

    @Test
    @Row("timeouts/header")
    void answers408ToAHeadThatDoesNotEnd() throws Exception {
        gateway.forward(gateway.backend(), timeouts("header: 1s"));

        Wire client = gateway.send("GET / HTTP/1.1\r\nHost: a");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(408);
        assertThat(response.field("connection")).isEqualTo("close");
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("timeouts/header")
    void answers408ToALaterHeadThatDoesNotEnd() throws Exception {
        gateway.forward(gateway.answering(OK), timeouts("header: 1s"));

        Wire client = gateway.send(GET);
        client.readResponse();
        client.send("GET / HT");

        assertThat(client.readResponse().status()).isEqualTo(408);
    }

    @Test
    @Row("timeouts/header")
    void letsNobodyHoldAHeadOpenByTrickling() throws Exception {
        // So large that it is the time that ends the head.
        gateway.forward(
                gateway.backend(),
                "defaults: { timeouts: { header: 1s }, limits: { head: 16MiB } }");

        Wire client = gateway.send("GET / HTTP/1.1\r\nX: ");
        Thread trickler = Thread.ofPlatform().daemon().start(() -> tricklesUntilClosed(client));

        assertThat(client.readResponse().status()).isEqualTo(408);
        client.close();
        trickler.join();
    }

    private static void tricklesUntilClosed(Wire client) {
        try {
            while (true) {
                client.send("x");
            }
        } catch (IOException closed) {
            // That is what it waits for.
        }
    }

    /// RFC 9112 §2.2: an empty line in front of a request is ignored, so nothing has begun with it.
    @Test
    void answersNothingToAnEmptyLineBehindARequest() throws Exception {
        gateway.forward(
                gateway.echoing(), "defaults: { timeouts: { header: 1s, keep-alive: 3s } }");

        Wire client = gateway.send(GET);
        assertThat(client.readResponse().status()).isEqualTo(200);
        client.send("\r\n");

        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("timeouts/body-idle")
    void answers408ToABodyThatStops() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("body-idle: 100ms"));

        Wire client = gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
        Wire upstream = backend.accept();
        upstream.readUntil("half");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(408);
        assertThat(response.body()).contains("REQUEST_BODY_TIMEOUT");
        upstream.awaitGone();
    }

    @Test
    @Row("timeouts/connect")
    void answers504ToAnEndpointThatDoesNotAccept() throws Exception {
        gateway.forward(gateway.keep(FakeBackend.hanging()), timeouts("connect: 100ms"));

        Message response = gateway.send(GET).readResponse();

        assertThat(response.status()).isEqualTo(504);
        assertThat(response.body()).contains("UPSTREAM_CONNECT_TIMEOUT");
        assertThat(response.field("proxy-status")).isEqualTo("jadegate; error=connection_timeout");
    }

    @Test
    @Row("timeouts/first-byte")
    void answers504ToAnEndpointThatDoesNotAnswer() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("first-byte: 300ms"));

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(504);
        assertThat(response.body()).contains("UPSTREAM_FIRST_BYTE_TIMEOUT");
        assertThat(response.has("connection")).isFalse();
        upstream.awaitGone();
    }

    @Test
    @Row("timeouts/first-byte")
    void answers504ToAnEndpointThatStopsInsideItsHead() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("first-byte: 300ms"));

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.offer("HTTP/1.1 200 OK\r\n");

        assertThat(client.readResponse().status()).isEqualTo(504);
        upstream.awaitGone();
    }

    @Test
    @Row("timeouts/idle")
    void cutsAnAnswerThatStops() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("idle: 100ms"));

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");

        assertThat(client.readToReset()).contains("half").doesNotContain("0\r\n\r\n");
        upstream.awaitGone();
    }

    @Test
    @Row("timeouts/total")
    void answers504WhenAllOfItTakesTooLong() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("total: 100ms"));

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(504);
        assertThat(response.body()).contains("\"reason\":\"TOTAL_TIMEOUT\"");
        upstream.awaitGone();
    }

    @Test
    @Row("timeouts/total")
    void cutsAnAnswerThatTakesTooLongInAll() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("total: 2s"));

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");

        assertThat(client.readToReset()).endsWith("half");
        upstream.awaitGone();
    }

    @Test
    @Row("timeouts/total-event-stream")
    void neverCutsAnEventStreamForItsLength() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("total: 2s"));
        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(
                "HTTP/1.1 200 OK\r\n"
                        + "Content-Type: text/event-stream; charset=utf-8\r\n\r\n"
                        + "data: 1\n\n");
        assertThat(client.readUntil("data: 1\n\n")).startsWith("HTTP/1.1 200 OK\r\n");

        // What began later is cut, and by then the stream is older than that.
        assertThat(gateway.send(GET).readResponse().status()).isEqualTo(504);
        upstream.send("data: 2\n\n");
        client.readUntil("data: 2\n\n");
        client.reset();
    }

    @Test
    @Row("timeouts/write-client")
    void cutsAClientThatStopsReading() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("write: 200ms"));

        gateway.keep(Wire.connectNarrow(gateway.port())).send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");

        assertThat(sendsUntilGone(upstream)).isTrue();
    }

    @Test
    @Row("timeouts/write-upstream")
    void answers504ToAnEndpointThatStopsReading() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("write: 200ms"));

        Wire client =
                gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();
        Thread sender = Thread.ofPlatform().daemon().start(() -> sendsUntilGone(client));
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(504);
        assertThat(response.body()).contains("UPSTREAM_WRITE_TIMEOUT");
        sender.join();
    }

    private static boolean sendsUntilGone(Wire wire) {
        byte[] piece = new byte[64 * 1024];
        try {
            for (int i = 0; i < 10_000; i++) {
                wire.send(piece);
            }
            return false;
        } catch (IOException gone) {
            return true;
        }
    }

    @Test
    @Row("timeouts/per-try")
    void limitsOneTryByItsOwnTime() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, retry: { per-try: 100ms } } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());

        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();

        assertThat(client.readResponse().status()).isEqualTo(504);
        upstream.awaitGone();
    }

    private static final String PER_TRY =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app, retry: { tries: 3, per-try: 1500ms } } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    @Test
    @Row("timeouts/per-try")
    void triesAgainAfterASlowTry() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(PER_TRY, backend.address());

        Wire client = gateway.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
        for (int i = 0; i < 2; i++) {
            Wire slow = backend.accept();
            assertThat(slow.readRequest().body()).isEqualTo("body");
            slow.awaitGone();
        }
        Wire fast = backend.accept();
        assertThat(fast.readRequest().body()).isEqualTo("body");
        fast.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    @Row("timeouts/per-try")
    void triesNothingAgainThatMayHaveBeenDone() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(PER_TRY, backend.address());

        Wire client = gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        backend.accept().readRequest();

        assertThat(client.readResponse().status()).isEqualTo(504);
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    @Row("timeouts/idle")
    void cutsNoAnswerBesideWhichTheBodyMoves() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, timeouts("idle: 3s"));

        Wire client =
                gateway.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
        client.readHead();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3500);
        while (System.nanoTime() - end < 0) {
            client.send("1\r\nx\r\n");
            upstream.readUntil("1\r\nx\r\n");
        }
        upstream.send("ok");

        assertThat(client.read(2)).isEqualTo("ok");
    }

    @Test
    @Row("timeouts/retry-pause")
    void pausesBeforeItTriesTheOnlyEndpointAgain() throws Exception {
        FakeBackend only = gateway.backend();
        FakeBackend first = gateway.backend();
        FakeBackend second = gateway.backend();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes:
                  one: { match: { path: /one }, upstream: one, retry: { on: [ reset-before-response ] } }
                  two: { match: { path: /two }, upstream: two, retry: { on: [ reset-before-response ] } }
                upstreams:
                  one: { endpoints: [ "%s" ], pool: { max-idle: 0 } }
                  two:
                    endpoints: [ "%s", "%s" ]
                    load-balancer: round-robin
                    pool: { max-idle: 0 }
                """,
                only.address(), first.address(), second.address());
        Wire client = gateway.connect();
        List<Long> again = new ArrayList<>();
        List<Long> elsewhere = new ArrayList<>();

        for (int i = 0; i < 31; i++) {
            again.add(retryNanos(client, "/one", only, only));
            elsewhere.add(retryNanos(client, "/two", first, second));
        }

        // Half of the pauses, drawn from 0 to 25 ms, are not under 3 ms; and how busy this machine
        // is shows in both.
        assertThat(median(again))
                .isGreaterThan(median(elsewhere) + TimeUnit.MILLISECONDS.toNanos(3));
    }

    private static long retryNanos(Wire client, String path, FakeBackend broken, FakeBackend whole)
            throws Exception {
        client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire reset = broken.accept();
        reset.readRequest();
        reset.reset();
        long from = System.nanoTime();
        Wire upstream = whole.accept();
        long nanos = System.nanoTime() - from;
        upstream.readRequest();
        upstream.send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");
        return nanos;
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
