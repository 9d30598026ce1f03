package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whoever reads slowly slows down who sends, and fills nobody's memory.
@Timeout(30)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class BackpressureTest {
    private static final int BODY = 64 * 1024 * 1024;
    private static final int PIECE = 64 * 1024;

    /// How far the sender must always be ahead.
    private static final int AHEAD = 2 * PIECE;

    /// Far below the body, far above the windows of a connection and what an allocator rounds up.
    private static final long BOUND = 16 * 1024 * 1024;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private final AtomicLong sent = new AtomicLong();

    @Test
    void holdsOnlyAWindowOfAnAnswerThatNobodyReads() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client = gateway.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + BODY + "\r\n\r\n");
        client.readHead();

        flowsWithinBounds(upstream, client);
    }

    @Test
    void holdsOnlyAWindowOfABodyThatNobodyReads() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client =
                gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + BODY + "\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readHead();

        flowsWithinBounds(client, upstream);
        upstream.send("HTTP/1.1 204 No Content\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(204);
    }

    private void flowsWithinBounds(Wire from, Wire to) throws Exception {
        long before = used();
        long peak = 0;
        Thread sender = Thread.ofPlatform().daemon().start(() -> pour(from));
        long read = 0;
        while (read < BODY) {
            while (sent.get() < Math.min(BODY, read + AHEAD)) {
                Thread.onSpinWait();
            }
            peak = Math.max(peak, used() - before);
            to.skip(PIECE);
            read += PIECE;
        }
        sender.join();

        assertThat(peak).isLessThan(BOUND);
    }

    private static long used() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private void pour(Wire from) {
        byte[] piece = new byte[PIECE];
        try {
            for (int i = 0; i < BODY / PIECE; i++) {
                from.send(piece);
                sent.addAndGet(PIECE);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
