package io.jadegate.proxy.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.http1.FakeBooks;
import io.jadegate.proxy.http1.FakeHandler;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.TestChannel;
import io.jadegate.testkit.Http2Wire;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A client's connection as time passes: what becomes of a request that is answered before its end.
class Http2ServerConnectionTest {
    private static final int PART = 10 * 1024;

    private final TestChannel channel = new TestChannel();
    private final FakeHandler handler = new FakeHandler();
    private final FakeBooks books = new FakeBooks();
    private Http2ServerConnection connection;

    /// How a request can end behind its answer.
    enum End {
        DATA,
        EMPTY_DATA,
        TRAILERS
    }

    @BeforeEach
    void begin() {
        connection =
                new Http2ServerConnection(
                        channel.loop(), handler, books, new HeadLimits(32 * 1024, 100, 8192), null);
        channel.begin(connection);
        channel.receive(Http2Wire.PREFACE);
        receive(Http2Wire.SETTINGS, 0, 0);
        channel.sent();
    }

    @AfterEach
    void leavesNothingBehind() {
        channel.finishAndReleaseAll();
        assertThat(books.open()).isZero();
    }

    private void receive(int type, int flags, int stream, byte... payload) {
        channel.receive(new String(Http2Wire.octets(type, flags, stream, payload), ISO_8859_1));
    }

    private void post(int stream, String path) {
        post(stream, path, "x-one", "1");
    }

    private void post(int stream, String path, String name, String value) {
        byte[] block =
                Http2Wire.block(
                        ":method",
                        "POST",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        path,
                        name,
                        value);
        receive(Http2Wire.HEADERS, Http2Wire.END_HEADERS, stream, block);
    }

    private void data(int stream, int octets) {
        receive(Http2Wire.DATA, 0, stream, new byte[octets]);
    }

    private void end(int stream, End how) {
        switch (how) {
            case DATA -> receive(Http2Wire.DATA, Http2Wire.END_STREAM, stream, new byte[PART]);
            case EMPTY_DATA -> receive(Http2Wire.DATA, Http2Wire.END_STREAM, stream);
            case TRAILERS ->
                    receive(
                            Http2Wire.HEADERS,
                            Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                            stream,
                            Http2Wire.block("x-sum", "1"));
        }
    }

    /// The frames of a stream that were sent since the last call, a word for each; with the number
    /// that it carries for those that carry one.
    private List<String> said(int stream) {
        List<String> words = new ArrayList<>();
        ByteBuffer sent = ByteBuffer.wrap(channel.sent().getBytes(ISO_8859_1));
        while (sent.hasRemaining()) {
            int length = sent.getInt() >>> 8;
            int type = sent.get(sent.position() - 1);
            int flags = sent.get();
            int id = sent.getInt();
            int next = sent.position() + length;
            if (id == stream) {
                words.add(word(type, flags, sent));
            }
            sent.position(next);
        }
        return words;
    }

    private static String word(int type, int flags, ByteBuffer payload) {
        String end = (flags & Http2Wire.END_STREAM) == 0 ? "" : " end";
        return switch (type) {
            case Http2Wire.HEADERS -> "head" + end;
            case Http2Wire.DATA -> "data" + end;
            case Http2Wire.RST_STREAM -> "reset " + payload.getInt();
            case Http2Wire.WINDOW_UPDATE -> "credit " + payload.getInt();
            case Http2Wire.GOAWAY -> "goaway " + payload.getInt() + " " + payload.getInt();
            default -> "frame " + type;
        };
    }

    private void answer() {
        handler.last().answer(403, "no");
    }

    private void passAlmostAll() {
        channel.passTime(HttpStream.Server.LINGER_NANOS * 9 / 10);
    }

    private void passLinger() {
        channel.passTime(2 * HttpStream.Server.LINGER_NANOS);
    }

    @ParameterizedTest
    @EnumSource
    void aRequestThatEndsBehindItsAnswerIsNotReset(End end) {
        post(1, "/");
        data(1, PART);
        answer();
        assertThat(said(1)).containsExactly("head", "data", "data end");
        data(1, PART);
        passAlmostAll();

        end(1, end);
        passLinger();

        assertThat(said(1)).isEmpty();
    }

    @Test
    void aRequestMayBeLongerThanDeclaredBehindItsAnswer() {
        post(1, "/", "content-length", "3");
        answer();
        said(1);

        end(1, End.DATA);
        passLinger();

        assertThat(said(1)).isEmpty();
    }

    @Test
    void whatComesBehindTheEndOfAnAnsweredRequestIsAMistake() {
        post(1, "/");
        answer();
        end(1, End.EMPTY_DATA);
        said(0);

        data(1, PART);

        assertThat(said(0)).containsExactly("goaway 1 5");
    }

    @Test
    void aRequestThatDoesNotEndBehindItsAnswerIsResetInTheEnd() {
        post(1, "/");
        answer();
        said(1);
        passAlmostAll();
        assertThat(said(1)).isEmpty();

        passLinger();

        assertThat(said(1)).containsExactly("reset 0");
        data(1, PART);
        assertThat(said(0)).isEmpty();
    }

    /// What has come before, and nobody has consumed, is given back with the rest.
    @Test
    void creditIsGivenForWhatIsDropped() {
        post(1, "/");
        for (int i = 0; i < 6; i++) {
            data(1, PART);
        }
        assertThat(said(1)).isEmpty();

        answer();

        assertThat(said(1)).containsExactly("head", "data", "data end", "credit " + 6 * PART);
        for (int i = 0; i < 4; i++) {
            data(1, PART);
        }
        assertThat(said(1)).containsExactly("credit " + 4 * PART);
    }

    @Test
    void whoGoesOnAndOnBehindTheAnswerIsReset() {
        post(1, "/");
        answer();
        said(1);
        int dropped = 0;
        for (; dropped + PART <= HttpStream.Server.DISCARD_OCTETS; dropped += PART) {
            data(1, PART);
        }
        assertThat(said(1)).allMatch(word -> word.startsWith("credit"));

        data(1, PART);

        assertThat(said(1)).containsExactly("reset 0");
    }

    @Test
    void saysByWhichRouteARequestGoesAlsoBehindItsAnswer() {
        assertThat(connection.routeName()).isNull();
        post(1, "/a");
        assertThat(connection.routeName()).isEqualTo("/a");
        answer();
        post(3, "/b");

        assertThat(connection.routeName()).isEqualTo("/a");
        end(1, End.EMPTY_DATA);
        assertThat(connection.routeName()).isEqualTo("/b");
    }
}
