package io.jadegate.proxy.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Budget;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Ledger;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.jadegate.proxy.stream.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
    private final RecordingSource source = new RecordingSource();
    private final List<ByteBuf> pieces = new ArrayList<>();
    private final Ledger ledger = new Ledger(new Budget(1 << 20));
    private RequestBody body = new RequestBody(source, ledger, /* ended= */ false);

    @AfterEach
    void everyPieceIsReleased() {
        body.release();
        assertThat(pieces).allSatisfy(piece -> assertThat(piece.refCnt()).isZero());
    }

    private void receive(String text) {
        ByteBuf piece = Unpooled.copiedBuffer(text, ISO_8859_1);
        pieces.add(piece);
        body.add(piece);
    }

    private static final class RecordingSource implements HttpStream.Server {
        @Override
        public int heldBytes() {
            return 0;
        }

        private int consumed;

        @Override
        public void consumed(int octets) {
            consumed += octets;
        }

        @Override
        public Loop loop() {
            throw new UnsupportedOperationException("a body has no business with the loop");
        }

        @Override
        public Bond bond() {
            return new Bond();
        }

        @Override
        public Peer peer() {
            throw new UnsupportedOperationException("a body has no business with the peer");
        }

        @Override
        public void receiver(RequestReceiver receiver) {}

        @Override
        public void sendInterim(OutgoingResponse response) {}

        @Override
        public void sendResponse(OutgoingResponse response) {}

        @Override
        public void closeAfterResponse() {}

        @Override
        public long sentOctets() {
            return 0;
        }

        @Override
        public void send(ByteBuf data) {
            data.release();
        }

        @Override
        public void sendEnd(@Nullable HeaderFields trailers) {}

        @Override
        public void flush() {}

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void reset() {}
    }

    private static final class RecordingSink implements HttpStream.Client {
        @Override
        public int heldBytes() {
            return 0;
        }

        private final StringBuilder sent = new StringBuilder();
        private boolean writable = true;

        @Override
        public void send(ByteBuf data) {
            sent.append(data.toString(ISO_8859_1));
            data.release();
        }

        @Override
        public void sendEnd(@Nullable HeaderFields trailers) {
            sent.append('|');
            if (trailers != null) {
                sent.append(trailers.toString().strip());
            }
        }

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public void sendRequest(OutgoingRequest request) {}

        @Override
        public boolean reused() {
            return false;
        }

        @Override
        public boolean refusable() {
            return false;
        }

        @Override
        public boolean upgradable() {
            return true;
        }

        @Override
        public boolean provesHandshake() {
            return true;
        }

        @Override
        public String protocol() {
            return "HTTP/1.1";
        }

        @Override
        public void flush() {}

        @Override
        public void consumed(int octets) {}

        @Override
        public void reset() {}

        @Override
        public String toString() {
            return sent.toString();
        }
    }

    @Test
    void waitsForAStreamWithoutGivingCredit() {
        receive("abc");
        body.end(null);
        assertThat(source.consumed).isZero();
        assertThat(body.stalled()).isTrue();
        RecordingSink sink = new RecordingSink();

        body.attach(sink, /* keep= */ false);

        assertThat(sink).hasToString("abc|");
        assertThat(source.consumed).isEqualTo(3);
        assertThat(body.stalled()).isFalse();
    }

    @Test
    void isSentAgainAsAWholeToTheNextAttempt() {
        receive("a");
        RecordingSink first = new RecordingSink();
        body.attach(first, /* keep= */ true);
        receive("b");
        body.detach();
        receive("c");
        assertThat(body.replayable()).isTrue();
        RecordingSink second = new RecordingSink();

        body.attach(second, /* keep= */ true);
        receive("d");
        body.end(null);

        assertThat(first).hasToString("ab");
        assertThat(second).hasToString("abcd|");
        assertThat(source.consumed).isEqualTo(4);
        assertThat(body.received()).isEqualTo(4);
    }

    @Test
    void isNotSentAgainOnceItIsTooLargeToKeep() {
        body.attach(new RecordingSink(), /* keep= */ true);
        receive("x".repeat(64 * 1024));
        assertThat(body.replayable()).isTrue();

        receive("y");

        assertThat(body.replayable()).isFalse();
    }

    @Test
    void isChargedForTheMemoryItKeepsAndNotForEachPieceOfIt() {
        ByteBuf read = Unpooled.buffer(16 * 1024).writeZero(16 * 1024);
        body.attach(new RecordingSink(), /* keep= */ true);

        for (int i = 0; i < 4; i++) {
            body.add(read.retainedSlice(4096 * i, 4096));
        }
        assertThat(body.keptBytes()).isEqualTo(16 * 1024);
        for (int i = 0; i < 4096; i++) {
            body.add(read.retainedSlice(i, 1));
        }
        assertThat(body.keptBytes()).isBetween(20L * 1024, 22L * 1024);

        body.release();
        assertThat(ledger.heldBytes()).isZero();
        assertThat(read.refCnt()).isEqualTo(1);
        read.release();
    }

    @Test
    void isSentAgainAsItWasHoweverSmallItsPiecesWere() {
        StringBuilder sent = new StringBuilder();
        body.attach(new RecordingSink(), /* keep= */ true);
        for (int i = 0; i < 3000; i++) {
            String piece = i % 500 == 0 ? "y".repeat(700) : Integer.toString(i);
            sent.append(piece);
            receive(piece);
        }
        body.detach();
        RecordingSink second = new RecordingSink();

        body.attach(second, /* keep= */ true);
        receive("end");

        assertThat(second).hasToString(sent + "end");
    }

    @Test
    void isNotKeptWhenNoRetryCanCome() {
        RecordingSink sink = new RecordingSink();
        body.attach(sink, /* keep= */ false);
        assertThat(body.replayable()).isTrue();

        receive("a");

        assertThat(body.replayable()).isFalse();
        assertThat(pieces).allSatisfy(piece -> assertThat(piece.refCnt()).isZero());
    }

    @Test
    void isNotSentAgainOnceKeepingHasStopped() {
        receive("a");
        body.attach(new RecordingSink(), /* keep= */ true);

        body.stopKeeping();

        assertThat(body.replayable()).isFalse();
    }

    @Test
    void givesCreditOnlyWhileTheEndpointReads() {
        RecordingSink sink = new RecordingSink();
        body.attach(sink, /* keep= */ false);
        sink.writable = false;
        receive("abc");
        assertThat(body.stalled()).isTrue();
        assertThat(source.consumed).isZero();

        sink.writable = true;
        body.writable();

        assertThat(body.stalled()).isFalse();
        assertThat(source.consumed).isEqualTo(3);
    }

    @Test
    void owesTheCreditOfAFailedAttemptToTheNext() {
        RecordingSink first = new RecordingSink();
        first.writable = false;
        body.attach(first, /* keep= */ true);
        receive("abc");
        body.detach();

        body.attach(new RecordingSink(), /* keep= */ true);

        assertThat(source.consumed).isEqualTo(3);
    }

    @Test
    void passesTrailersOnToEveryAttempt() {
        HeaderFields trailers = new HeaderFields();
        trailers.add(FieldName.of("X-Sum"), "1");
        trailers.add(FieldName.CONTENT_LENGTH, "9");
        RecordingSink first = new RecordingSink();
        body.attach(first, /* keep= */ true);
        receive("a");
        body.end(trailers);
        trailers.clear(0);
        body.detach();
        RecordingSink second = new RecordingSink();

        body.attach(second, /* keep= */ false);

        assertThat(first).hasToString("a|X-Sum: 1");
        assertThat(second).hasToString("a|X-Sum: 1");
    }

    @Test
    void aRequestWithoutABodyCanAlwaysBeSentAgain() {
        body = new RequestBody(source, ledger, /* ended= */ true);
        body.attach(new RecordingSink(), /* keep= */ false);
        body.detach();

        assertThat(body.replayable()).isTrue();
        assertThat(body.ended()).isTrue();
    }
}
