package io.jadegate.proxy.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.http1.RecordingReceiver;
import io.jadegate.proxy.observe.Http2Counts;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.TestChannel;
import io.jadegate.testkit.Http2Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A connection to an endpoint as time passes: when it is asked whether it is there, and when it is
/// given up.
class Http2ClientConnectionTest {
    private static final byte[] NOTHING = new byte[8];

    private final TestChannel channel = new TestChannel();
    private final Pool pool = new Pool();
    private final RecordingReceiver receiver = new RecordingReceiver();
    private Http2ClientConnection connection;

    private static final class Pool implements Http2ClientConnection.Owner {
        private final List<String> told = new ArrayList<>();
        private final Http2Counts counts = new Meters(1).target("upstream", "target").on(0).http2();

        @Override
        public void ready(Http2ClientConnection ready) {
            told.add("ready");
        }

        @Override
        public void failed(Failure failure) {
            told.add("failed " + failure.kind());
        }

        @Override
        public void streamEnded(Http2ClientConnection changed) {
            told.add("stream ended");
        }

        @Override
        public void roomGrew(Http2ClientConnection changed) {
            told.add("room grew");
        }

        @Override
        public void retired(Http2ClientConnection retired) {
            told.add("retired");
        }

        @Override
        public boolean http1Required() {
            told.add("HTTP/1.1 required");
            return true;
        }

        @Override
        public void closed(Http2ClientConnection closed) {
            told.add("closed");
        }

        @Override
        public Http2Counts counts() {
            return counts;
        }
    }

    @BeforeEach
    void begin() {
        connection =
                new Http2ClientConnection(
                        channel.loop(),
                        pool,
                        new HeadLimits(32 * 1024, 100, 8192),
                        TimeUnit.SECONDS.toNanos(3));
        channel.begin(connection);
        assertThat(channel.sent()).startsWith(Http2Wire.PREFACE);
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    private void receive(int type, int flags, int stream, byte... payload) {
        channel.receive(new String(Http2Wire.octets(type, flags, stream, payload), ISO_8859_1));
    }

    private void ready() {
        receive(Http2Wire.SETTINGS, 0, 0);
        channel.sent();
    }

    private HttpStream.Client get() {
        RequestHead head = new RequestHead();
        head.path("/");
        OutgoingRequest request = new OutgoingRequest();
        request.begin(head, HeaderFields.Selection.ALL, "a", HttpStream.NO_BODY);
        HttpStream.Client stream = connection.open(receiver);
        stream.sendRequest(request);
        stream.flush();
        channel.sent();
        return stream;
    }

    /// Whether the gateway has asked since it was last looked.
    private boolean asked() {
        return channel.sent().startsWith("\0\0\10\6\0\0\0\0\0");
    }

    private void answer() {
        receive(Http2Wire.PING, Http2Wire.ACK, 0, "jadegate".getBytes(ISO_8859_1));
    }

    @Test
    void isNotReadyBeforeTheEndpointHasSaidWhatItTakes() {
        assertThat(connection.room()).isZero();
        assertThat(pool.told).isEmpty();

        receive(
                Http2Wire.SETTINGS,
                0,
                0,
                (byte) 0,
                (byte) 3,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 7);

        assertThat(pool.told).containsExactly("ready");
        assertThat(connection.room()).isEqualTo(7);
    }

    @Test
    void givesUpAnEndpointThatDoesNotSayWhatItTakes() {
        channel.passTime(TimeUnit.SECONDS.toNanos(4));

        assertThat(pool.told).containsExactly("failed NO_HTTP2");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void asksASilentEndpointForWhichRequestsWait() {
        ready();
        get();
        channel.passTime(Http2ClientConnection.SILENCE_NANOS / 3);
        assertThat(asked()).isFalse();
        channel.passTime(Http2ClientConnection.SILENCE_NANOS);
        assertThat(asked()).isTrue();
    }

    @Test
    void asksNobodyForWhomNothingWaits() {
        ready();
        channel.passTime(10 * Http2ClientConnection.SILENCE_NANOS);

        assertThat(channel.sent()).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void givesUpAConnectionThatDoesNotAnswer() {
        ready();
        get();
        channel.passTime(2 * Http2ClientConnection.SILENCE_NANOS);
        assertThat(asked()).isTrue();
        channel.passTime(2 * Http2ClientConnection.ANSWER_NANOS);

        assertThat(receiver.said()).containsExactly("failed RESET_BEFORE_RESPONSE");
        assertThat(pool.told).containsExactly("ready", "retired", "closed");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void asksAnEndpointThatOnlyAnswersFarLessOften() {
        ready();
        get();
        channel.passTime(2 * Http2ClientConnection.SILENCE_NANOS);
        assertThat(asked()).isTrue();
        answer();
        channel.passTime(2 * Http2ClientConnection.SILENCE_NANOS);
        assertThat(asked()).isFalse();
        channel.passTime(Http2ClientConnection.LONG_SILENCE_NANOS);
        assertThat(asked()).isTrue();
        assertThat(receiver.said()).isEmpty();
    }

    @Test
    void takesAnyFrameForASignOfLife() {
        ready();
        get();
        channel.passTime(2 * Http2ClientConnection.SILENCE_NANOS);
        assertThat(asked()).isTrue();
        receive(Http2Wire.WINDOW_UPDATE, 0, 0, (byte) 0, (byte) 0, (byte) 0, (byte) 1);
        channel.passTime(2 * Http2ClientConnection.ANSWER_NANOS);

        assertThat(channel.isOpen()).isTrue();
        channel.passTime(Http2ClientConnection.SILENCE_NANOS);
        assertThat(asked()).isTrue();
    }

    @Test
    void asksAtOnceWhenARequestWasGivenUpAndNothingHeardMeanwhile() {
        ready();
        HttpStream.Client stream = get();
        channel.passTime(TimeUnit.SECONDS.toNanos(1));
        stream.reset();

        String sent = channel.sent();
        assertThat(sent).startsWith("\0\0\4\3\0\0\0\0\1\0\0\0\10").contains("\0\0\10\6");
    }

    @Test
    void asksNobodyWhoHasBeenHeardSinceTheRequestBegan() {
        ready();
        HttpStream.Client stream = get();
        channel.passTime(TimeUnit.SECONDS.toNanos(1));
        receive(Http2Wire.PING, 0, 0, NOTHING);
        channel.sent();
        stream.reset();

        assertThat(channel.sent()).doesNotContain("\0\0\10\6");
    }

    @Test
    void refusesToBeginMoreThanTheEndpointHasComeToAllow() {
        ready();
        get();
        assertThat(connection.room()).isEqualTo(Http2ClientConnection.USUAL_STREAMS - 1);
        receive(
                Http2Wire.SETTINGS,
                0,
                0,
                (byte) 0,
                (byte) 3,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 0);

        assertThat(connection.room()).isZero();
        assertThat(channel.isOpen()).isTrue();
        receive(
                Http2Wire.SETTINGS,
                0,
                0,
                (byte) 0,
                (byte) 3,
                (byte) 0,
                (byte) 0,
                (byte) 0,
                (byte) 2);
        assertThat(connection.room()).isEqualTo(1);
        assertThat(pool.told).containsExactly("ready", "room grew");
    }

    @Test
    void isNotSuspiciousOfAnEndpointThatReadsWhatItIsAnswered() {
        ready();
        for (int i = 0; i < 600; i++) {
            RequestHead head = new RequestHead();
            head.path("/");
            OutgoingRequest request = new OutgoingRequest();
            request.begin(head, HeaderFields.Selection.ALL, "a", HttpStream.NO_BODY);
            HttpStream.Client stream = connection.open(receiver);
            // Something is about to be sent when the question comes.
            stream.sendRequest(request);
            receive(Http2Wire.PING, 0, 0, NOTHING);
            receive(
                    Http2Wire.HEADERS,
                    Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                    1 + 2 * i,
                    Http2Wire.block(":status", "204"));
            channel.sent();
        }

        assertThat(channel.isOpen()).isTrue();
        assertThat(connection.room()).isEqualTo(Http2ClientConnection.USUAL_STREAMS);
    }

    @Test
    void beginsNothingMoreWhenManyRequestsHaveBeenGivenUp() {
        ready();
        HttpStream.Client stays = get();
        for (int i = 0; i < 100; i++) {
            assertThat(connection.room()).isPositive();
            get().reset();
        }

        assertThat(connection.room()).isZero();
        assertThat(pool.told).contains("retired").doesNotContain("closed");
        stays.reset();
        assertThat(channel.isOpen()).isFalse();
        assertThat(pool.told.getLast()).isEqualTo("closed");
    }

    @Test
    void endsWhenItIsDrainedAndItsLastStreamHasEnded() {
        ready();
        HttpStream.Client stream = get();
        connection.drain();
        assertThat(channel.isOpen()).isTrue();
        assertThat(connection.room()).isZero();
        stream.reset();

        assertThat(channel.isOpen()).isFalse();
        assertThat(pool.told).containsExactly("ready", "retired", "stream ended", "closed");
    }
}
