package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whoever reads slowly slows down who sends, and nobody else, and fills nobody's memory.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class BackpressureTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String HANDSHAKE =
            "GET / HTTP/1.1\r\n"
                    + "Host: a\r\n"
                    + "Connection: Upgrade\r\n"
                    + "Upgrade: websocket\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Version: 13\r\n\r\n";
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    /// More than the kernel takes on both connections together.
    private static final int BODY = 48 * 1024 * 1024;

    private static final int PIECE = 64 * 1024;

    /// A window, what one read brings beyond it, and what an allocator rounds up; far below what
    /// would be held if nobody stopped reading.
    private static final long BOUND = 4 * 1024 * 1024;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private final long before = used();

    private static long used() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    /// Octets on their way in one direction, each telling its place.
    private static final class Flow {
        private final Wire from;
        private final Wire to;
        private final AtomicLong sent = new AtomicLong();
        private final Thread sender;

        Flow(Wire from, Wire to) {
            this.from = from;
            this.to = to;
            this.sender = Thread.ofPlatform().daemon().start(this::pour);
        }

        private void pour() {
            byte[] piece = new byte[PIECE];
            try {
                for (int at = 0; at < BODY; at += PIECE) {
                    fill(piece, at);
                    from.send(piece);
                    sent.addAndGet(PIECE);
                }
            } catch (IOException cut) {
                // Whoever reads will miss it.
            }
        }

        private static void fill(byte[] piece, int at) {
            for (int i = 0; i < PIECE; i++) {
                piece[i] = (byte) ((at + i) % 251);
            }
        }

        /// Waits until the sender gets no further. Should it only have paused, the test proves
        /// less, but does not fail.
        Flow awaitStall() {
            Awaitility.await("a stall")
                    .atMost(Duration.ofSeconds(30))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .during(Duration.ofMillis(150))
                    .until(new Unmoved());
            assertThat(sent.get()).isLessThan(BODY);
            return this;
        }

        /// Whether nothing has been sent since the question before.
        private final class Unmoved implements Callable<Boolean> {
            private long last = -1;

            @Override
            public Boolean call() {
                long now = sent.get();
                boolean unmoved = now == last && now > 0;
                last = now;
                return unmoved;
            }
        }

        /// Reads all of it.
        void drain() throws Exception {
            byte[] expected = new byte[PIECE];
            for (int at = 0; at < BODY; at += PIECE) {
                fill(expected, at);
                assertThat(to.readBytes(PIECE)).isEqualTo(expected);
            }
            sender.join();
        }
    }

    private void holdsLittle() {
        assertThat(used() - before).isLessThan(BOUND);
    }

    // ---- bodies

    @Test
    @Row("size-limits/window")
    void holdsOnlyAWindowOfAnAnswerThatNobodyReads() throws Exception {
        Flow answer = answer();

        answer.awaitStall();

        holdsLittle();
    }

    @Test
    @Row("size-limits/window-low")
    void goesOnWithAnAnswerOnceItsReaderReadsAgain() throws Exception {
        Flow answer = answer();

        answer.awaitStall().drain();

        answer.to.send(GET);
        assertThat(answer.from.readRequest().target()).isEqualTo("/");
        answer.from.send(OK);
        assertThat(answer.to.readResponse().body()).isEqualTo("ok");
    }

    private static Flow answer() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n");
        client.readHead();
        return new Flow(upstream, client);
    }

    @Test
    @Row("size-limits/window")
    void holdsOnlyAWindowOfABodyThatNobodyReads() throws Exception {
        Flow body = body();

        body.awaitStall();

        holdsLittle();
        // An orderly end would stand behind all that nobody reads.
        body.from.reset();
    }

    @Test
    @Row("size-limits/window-low")
    void goesOnWithABodyOnceItsReaderReadsAgain() throws Exception {
        Flow body = body();

        body.awaitStall().drain();

        body.to.send(OK);
        assertThat(body.from.readResponse().body()).isEqualTo("ok");
    }

    private static Flow body() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client =
                gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + BODY + "\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();
        return new Flow(client, upstream);
    }

    @Test
    @Row("size-limits/window")
    void holdsOnlyAWindowOfEitherDirectionAtTheSameTime() throws Exception {
        Flow body = body();
        body.to.send("HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n");
        body.from.readHead();
        Flow answer = new Flow(body.to, body.from);

        body.awaitStall();
        answer.awaitStall();
        holdsLittle();

        body.drain();
        answer.drain();
    }

    @Test
    void dropsABodyThatNobodyReadsBehindItsWholeAnswer() throws Exception {
        Flow body = body().awaitStall();

        body.to.send(OK);
        Message response = body.from.readResponse();

        assertThat(response.body()).isEqualTo("ok");
        body.sender.join();
        body.to.awaitGone();
    }

    @Test
    void slowsNobodyElseDown() throws Exception {
        FakeBackend slow = gateway.backend();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes:
                  slow: { match: { path: / }, upstream: slow }
                  fast: { match: { path: /fast }, upstream: fast }
                upstreams: { slow: { endpoints: [ "%s" ] }, fast: { endpoints: [ "%s" ] } }
                """,
                slow.address(), gateway.echoing().address());
        Wire client = gateway.send(GET);
        Wire upstream = slow.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n");
        new Flow(upstream, client).awaitStall();

        // All of it on the one event loop of these tests.
        Wire other = gateway.connect();
        for (int i = 0; i < 100; i++) {
            other.send("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(other.readResponse().body()).isEqualTo("/fast");
        }
    }

    // ---- tunnels

    private record Tunnel(Wire client, Wire upstream) {}

    private static Tunnel tunnel() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client = gateway.send(HANDSHAKE);
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send(SWITCH);
        client.readHead();
        return new Tunnel(client, upstream);
    }

    @Test
    void stopsOneDirectionOfATunnelAndNotTheOther() throws Exception {
        Tunnel tunnel = tunnel();
        Flow toClient = new Flow(tunnel.upstream, tunnel.client).awaitStall();

        for (int i = 0; i < 100; i++) {
            tunnel.client.send("ping");
            assertThat(tunnel.upstream.read(4)).isEqualTo("ping");
        }
        holdsLittle();

        toClient.drain();
        tunnel.upstream.close();
    }

    @Test
    void stopsBothDirectionsOfATunnelAndLosesNothing() throws Exception {
        Tunnel tunnel = tunnel();
        Flow toClient = new Flow(tunnel.upstream, tunnel.client).awaitStall();
        Flow toUpstream = new Flow(tunnel.client, tunnel.upstream).awaitStall();
        holdsLittle();

        toUpstream.drain();
        toClient.drain();
        tunnel.upstream.close();
    }

    @Test
    void endsATunnelThatStandsStill() throws Exception {
        Tunnel tunnel = tunnel();
        Flow toClient = new Flow(tunnel.upstream, tunnel.client).awaitStall();

        tunnel.client.reset();

        toClient.sender.join();
        tunnel.upstream.awaitGone();
    }
}
