package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.TestChannel;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http1ClientConnectionTest {
    private final TestChannel channel = new TestChannel();
    private final Pool pool = new Pool();
    private final RecordingReceiver receiver = new RecordingReceiver();
    private Http1ClientConnection connection;

    private static final class Pool implements Http1ClientConnection.Owner {
        private int idle;
        private int closed;

        @Override
        public void idle(Http1ClientConnection connection) {
            idle++;
        }

        @Override
        public void closed(Http1ClientConnection connection) {
            closed++;
        }
    }

    @BeforeEach
    void begin() {
        connection =
                new Http1ClientConnection(
                        channel.loop(), pool, new HeadLimits(32 * 1024, 100, 8192));
        channel.begin(connection);
    }

    @AfterEach
    void tellsThePoolOnceThatItHasClosed() {
        channel.letGo();
        channel.finishAndReleaseAll();
        assertThat(pool.closed).isEqualTo(1);
    }

    private HttpStream.Client send(Method method, long bodyLength, boolean upgrade) {
        RequestHead head = new RequestHead();
        head.method(method);
        head.path("/");
        OutgoingRequest request = new OutgoingRequest();
        request.begin(head, HeaderFields.Selection.ALL, "a", bodyLength);
        request.upgrade(upgrade);
        HttpStream.Client stream = connection.open(receiver);
        stream.sendRequest(request);
        stream.flush();
        return stream;
    }

    private HttpStream.Client get() {
        return send(Method.GET, HttpStream.NO_BODY, /* upgrade= */ false);
    }

    private HttpStream.Client tunnel() {
        HttpStream.Client stream = send(Method.GET, HttpStream.NO_BODY, /* upgrade= */ true);
        channel.receive("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
        receiver.said();
        channel.sent();
        return stream;
    }

    private void breakInput() {
        channel.pipeline().fireExceptionCaught(new IOException("connection reset by peer"));
        channel.receiveEnd();
    }

    @Test
    void leavesARefusedConnectionToWhoeverConnects() {
        channel.connecting(true);
        channel.pipeline().fireExceptionCaught(new NotYetConnectedException());
        channel.receiveEnd();

        assertThat(channel.isOpen()).isTrue();
        assertThat(pool.closed).isZero();
        channel.connecting(false);
    }

    // ---- reuse

    @Test
    void servesOneRequestAfterAnother() {
        get();
        channel.receive("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        assertThat(receiver.said()).containsExactly("response 200 2", "data hi", "end");
        assertThat(pool.idle).isEqualTo(1);

        HttpStream.Client second = get();
        channel.receive("HTTP/1.1 204 No Content\r\n\r\n");

        assertThat(second.reused()).isTrue();
        assertThat(receiver.said()).containsExactly("response 204 -2", "end");
        assertThat(pool.idle).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n",
                "HTTP/1.1 204 No Content\r\n\r\nx",
            })
    void isNotUsedAgainAfter(String answer) {
        get();
        channel.receive(answer);

        assertThat(pool.idle).isZero();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void isNotUsedAgainWhenTheRequestWasNotWhole() {
        HttpStream.Client stream = send(Method.POST, 10, /* upgrade= */ false);
        channel.receive("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        stream.send(Unpooled.copiedBuffer("late", ISO_8859_1));

        assertThat(receiver.said()).containsExactly("response 200 0", "end");
        assertThat(pool.idle).isZero();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesWhenOctetsComeUnasked() {
        get();
        channel.receive("HTTP/1.1 204 No Content\r\n\r\n");
        receiver.said();

        channel.receive("HTTP/1.1 200 OK\r\n\r\n");

        assertThat(receiver.said()).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    // ---- broken answers

    @Test
    void tellsAResetBeforeTheAnswerFromOneInsideIt() {
        get();
        channel.receiveEnd();
        assertThat(receiver.said()).containsExactly("failed RESET_BEFORE_RESPONSE");
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200",
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n",
            })
    void saysThatAnAnswerIsNotWhole(String part) {
        get();
        channel.receive(part);
        channel.receiveEnd();

        assertThat(receiver.said()).last().isEqualTo("failed RESPONSE_INCOMPLETE");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void takesTheEndOfTheConnectionForTheEndOfABodyWithoutALength() {
        get();
        channel.receive("HTTP/1.1 200 OK\r\n\r\nhi");
        channel.receiveEnd();

        assertThat(receiver.said()).containsExactly("response 200 -1", "data hi", "end");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void doesNotTakeAResetForTheEndOfABodyWithoutALength() {
        get();
        channel.receive("HTTP/1.1 200 OK\r\n\r\nhi");
        breakInput();

        assertThat(receiver.said())
                .containsExactly("response 200 -1", "data hi", "failed RESPONSE_INCOMPLETE");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void stillPassesOnAnAnswerWhenTheEndpointReadsNoMore() {
        send(Method.POST, 1_000_000, /* upgrade= */ false);
        channel.pipeline().fireExceptionCaught(new IOException("broken pipe"));

        channel.receive("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");

        assertThat(receiver.said()).containsExactly("response 413 0", "end");
        assertThat(channel.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
            })
    void refusesAnAnswerThatTwoReadersCouldReadDifferently(String answer) {
        get();
        channel.receive(answer);

        assertThat(receiver.said()).containsExactly("failed RESPONSE_MALFORMED");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void refusesAnUpgradeThatNobodyAskedFor() {
        get();
        channel.receive("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");

        assertThat(receiver.said()).containsExactly("failed UPGRADE_FAILED");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void givesUpOnInterimAnswersWithoutEnd() {
        get();
        channel.receive("HTTP/1.1 102 Processing\r\n\r\n".repeat(40));

        assertThat(receiver.said()).hasSize(33).last().isEqualTo("failed RESPONSE_MALFORMED");
        assertThat(channel.isOpen()).isFalse();
    }

    // ---- tunnels

    @Test
    void endsATunnelOnceBothSidesHave() {
        HttpStream.Client stream = tunnel();
        stream.sendEnd();
        assertThat(channel.isOutputShutdown()).isTrue();
        assertThat(channel.isOpen()).isTrue();

        channel.receive("bye");
        channel.receiveEnd();

        assertThat(receiver.said()).containsExactly("data bye", "end");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void sendsTheRestToAnEndpointThatHasEndedItsSideOfATunnel() {
        HttpStream.Client stream = tunnel();
        channel.hold();
        stream.send(Unpooled.copiedBuffer("x".repeat(5_000), ISO_8859_1));
        stream.sendEnd();
        channel.receiveEnd();
        assertThat(channel.isOpen()).isTrue();

        channel.letGo();

        assertThat(channel.sent()).hasSize(5_000);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesATunnelWhoseEndpointNeverReadsTheRest() {
        HttpStream.Client stream = tunnel();
        channel.hold();
        stream.send(Unpooled.copiedBuffer("x".repeat(5_000), ISO_8859_1));
        channel.receiveEnd();
        stream.sendEnd();
        assertThat(channel.isOpen()).isTrue();

        channel.passTime(TimeUnit.SECONDS.toNanos(11));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void breaksATunnelWhoseEndpointResets() {
        tunnel();

        breakInput();

        assertThat(receiver.said()).containsExactly("failed RESPONSE_INCOMPLETE");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void saysThatTheEndpointOfATunnelIsGoneThatHadEndedBefore() {
        tunnel();
        channel.receiveEnd();
        assertThat(receiver.said()).containsExactly("end");

        channel.pipeline().fireExceptionCaught(new IOException("broken pipe"));

        assertThat(receiver.said()).containsExactly("failed RESPONSE_INCOMPLETE");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void saysNothingMoreOfATunnelThatBothSidesHaveEnded() {
        HttpStream.Client stream = tunnel();
        channel.hold();
        stream.send(Unpooled.copiedBuffer("x".repeat(5_000), ISO_8859_1));
        channel.receiveEnd();
        stream.sendEnd();
        assertThat(receiver.said()).containsExactly("end");

        channel.pipeline().fireExceptionCaught(new IOException("broken pipe"));

        assertThat(receiver.said()).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    // ---- the request

    @Test
    void framesABodyOfUnknownLengthInChunks() {
        HttpStream.Client stream = send(Method.POST, HttpStream.UNKNOWN_LENGTH, false);
        channel.sent();
        stream.send(Unpooled.copiedBuffer("x".repeat(26), ISO_8859_1));
        stream.sendEnd();
        stream.sendEnd();
        stream.flush();

        assertThat(channel.sent()).isEqualTo("1a\r\n" + "x".repeat(26) + "\r\n0\r\n\r\n");
    }

    @Test
    void lateCallsOnAStreamThatWasResetDoNothing() {
        HttpStream.Client stream = get();
        stream.reset();
        assertThat(channel.isOpen()).isFalse();

        stream.send(Unpooled.copiedBuffer("x", ISO_8859_1));
        stream.sendEnd();
        stream.consumed(1);
        stream.reset();
        stream.flush();

        assertThat(receiver.said()).isEmpty();
        assertThat(stream.writable()).isTrue();
    }
}
