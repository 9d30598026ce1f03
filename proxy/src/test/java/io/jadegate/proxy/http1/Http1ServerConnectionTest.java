package io.jadegate.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.TestChannel;
import io.netty.buffer.Unpooled;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Http1ServerConnectionTest {
    private static final String LARGE = "x".repeat(100_000);

    private final TestChannel channel = new TestChannel();
    private final FakeHandler handler = new FakeHandler();
    private final FakeBooks books = new FakeBooks();
    private Http1ServerConnection connection;

    @BeforeEach
    void begin() {
        connection =
                new Http1ServerConnection(
                        channel.loop(), handler, books, new HeadLimits(32 * 1024, 100, 8192), null);
        channel.begin(connection);
    }

    @AfterEach
    void leavesNothingBehind() {
        channel.letGo();
        channel.finishAndReleaseAll();
        assertThat(books.open()).isZero();
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    private static String post(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static int count(String text, String part) {
        return text.split(part, -1).length - 1;
    }

    private void passKeepAlive() {
        channel.passTime(76 * FakeHandler.SECOND);
    }

    private void passWrite() {
        channel.passTime(61 * FakeHandler.SECOND);
    }

    private void passLinger() {
        channel.passTime(3 * FakeHandler.SECOND);
    }

    // ---- beginning

    @Test
    void servesNobodyWhoIsGoneBeforeItIsKnownWhoItWas() {
        TestChannel gone = new TestChannel();
        gone.losePeer();

        gone.begin(
                new Http1ServerConnection(
                        gone.loop(), handler, books, new HeadLimits(32 * 1024, 100, 8192), null));

        // Without an address it would pass for a peer on this machine.
        assertThat(gone.isOpen()).isFalse();
        assertThat(handler.paths()).isEmpty();
    }

    // ---- pipelining

    @Test
    void servesPipelinedRequestsOneAfterAnother() {
        channel.receive(get("/1") + get("/2") + get("/3"));
        assertThat(handler.paths()).containsExactly("/1");

        handler.last().answer(200, "one");
        handler.last().answer(200, "two");
        handler.last().answer(200, "three");

        assertThat(handler.paths()).containsExactly("/1", "/2", "/3");
        assertThat(channel.sent()).containsSubsequence("one", "two", "three");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void beginsNoRequestWhileTheClientDoesNotReadTheAnswers() {
        AtomicInteger answers = new AtomicInteger();
        handler.answerAtOnce(
                request -> request.answer(200, answers.getAndIncrement() == 0 ? LARGE : "small"));
        channel.hold();

        channel.receive(get("/").repeat(20));
        channel.receive(get("/").repeat(5_000));

        assertThat(handler.paths()).hasSize(1);
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.letGo();
        assertThat(handler.paths()).hasSize(5_020);
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void answersEveryRequestThatCameBeforeTheClientHalfClosed() {
        channel.receive(get("/1") + get("/2") + get("/3"));
        channel.receiveEnd();
        handler.answerAtOnce(request -> request.answer(200, "local"));

        handler.last().answer(200, "first");

        String sent = channel.sent();
        assertThat(handler.paths()).containsExactly("/1", "/2", "/3");
        assertThat(count(sent, "local")).isEqualTo(2);
        assertThat(count(sent, "Connection: close")).isEqualTo(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void saysThatTheClientHasHalfClosedOnlyBehindItsLastRequest() {
        channel.receive(get("/1") + get("/2"));
        channel.receiveEnd();
        FakeHandler.Received first = handler.last();
        assertThat(first.halfClosedTimes()).isZero();

        first.answer(200, "");

        assertThat(handler.last()).isNotSameAs(first);
        assertThat(handler.last().halfClosedTimes()).isEqualTo(1);
        handler.last().answer(200, "");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void breaksARequestWhoseClientHalfClosedInsideItsBody() {
        channel.receive(get("/1") + post("/2", 10) + "12345");
        channel.receiveEnd();

        handler.last().answer(200, "");

        assertThat(handler.paths()).containsExactly("/1", "/2");
        assertThat(handler.last().failure()).isEqualTo(Failure.of(Failure.Kind.CLIENT_CLOSED));
        assertThat(channel.isOpen()).isFalse();
    }

    // ---- answers that the client does not read

    @Test
    void resetsAConnectionWhoseClientNeverReadsTheLastAnswer() {
        channel.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        channel.hold();
        handler.last().answer(200, LARGE);
        assertThat(channel.isOpen()).isTrue();

        passWrite();

        assertThat(channel.resetting()).isTrue();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void keepsAnAnswerWholeThatAHalfClosingClientReadsSlowly() {
        channel.receive(get("/"));
        channel.hold();
        handler.last().answer(200, LARGE);
        channel.receiveEnd();
        assertThat(channel.isOpen()).isTrue();

        channel.letGo();

        assertThat(channel.sent()).endsWith(LARGE);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void keepsAnAnswerWholeThatIsStillGoingOutWhenItDrains() {
        channel.receive(get("/"));
        channel.hold();
        handler.last().answer(200, LARGE);

        connection.drain();
        assertThat(channel.isOpen()).isTrue();
        channel.letGo();

        assertThat(channel.sent()).endsWith(LARGE);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void keepsTheAnswerToGarbageWholeWhenTheClientHasHalfClosed() {
        channel.receive(get("/"));
        channel.hold();
        handler.last().answer(200, LARGE);
        channel.receive("garbage\r\n\r\n");
        channel.receiveEnd();
        assertThat(channel.isOpen()).isTrue();

        channel.letGo();
        assertThat(channel.sent()).contains("200 OK");
        assertThat(channel.isOpen()).isFalse();
    }

    // ---- early answers

    @Test
    void servesTheNextRequestBehindABodyThatNobodyWanted() {
        channel.receive(post("/", 10) + "12345");
        handler.last().answer(404, "no");

        channel.receive("67890" + get("/next"));

        assertThat(handler.paths()).containsExactly("/", "/next");
        assertThat(channel.isOutputShutdown()).isFalse();
    }

    @Test
    void lingersWhenTooMuchOfAnUnwantedBodyComes() {
        channel.receive(post("/", 300_000));
        handler.last().answer(404, "no");

        channel.receive("x".repeat(270_000));
        assertThat(channel.isOutputShutdown()).isTrue();
        assertThat(channel.isOpen()).isTrue();
        channel.receive("x".repeat(30_000) + get("/next"));

        assertThat(handler.paths()).containsExactly("/");
        channel.receiveEnd();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void neverTakesTheEndOfAnOverlongUnwantedBodyForANewStart() {
        channel.receive(post("/", 270_000));
        handler.last().answer(404, "no");

        channel.receive("x".repeat(270_000));
        channel.receive(get("/next"));

        assertThat(handler.paths()).containsExactly("/");
    }

    @Test
    void closesWhenTheRestOfAnUnwantedBodyDoesNotCome() {
        channel.receive(post("/", 10));
        handler.last().answer(404, "no");

        passLinger();
        assertThat(channel.isOutputShutdown()).isTrue();
        passLinger();

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void doesNotCutAnEarlyAnswerThatTheClientReadsSlowly() {
        channel.receive(post("/", 10));
        channel.hold();
        handler.last().answer(404, LARGE);
        passLinger();
        assertThat(channel.isOpen()).isTrue();

        channel.letGo();

        assertThat(channel.sent()).endsWith(LARGE);
    }

    @Test
    void refusesABrokenChunkAndClosesBehindTheAnswer() {
        channel.receive(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX");

        assertThat(handler.last().body()).isEqualTo("abc");
        assertThat(channel.sent()).startsWith("HTTP/1.1 400").contains("Connection: close");
        assertThat(channel.isOutputShutdown()).isTrue();
        passLinger();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void breaksAnUnwantedBodyThatIsFaulty() {
        channel.receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        handler.last().answer(404, "no");

        channel.receive("X\r\n" + get("/next"));

        assertThat(handler.paths()).containsExactly("/");
        assertThat(channel.isOutputShutdown()).isTrue();
    }

    // ---- bugs

    @Test
    void answersWhenAHandlerFails() {
        handler.answerAtOnce(_ -> {
            throw new IllegalStateException("a bug");
        });

        channel.receive(get("/"));

        assertThat(channel.sent()).startsWith("HTTP/1.1 500").contains("Connection: close");
        assertThat(channel.isOutputShutdown()).isTrue();
    }

    // ---- deadlines

    @Test
    void closesAConnectionThatStaysIdle() {
        channel.receive(get("/"));
        handler.last().answer(200, "");

        passKeepAlive();

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void answersAHeadThatDoesNotComeToItsEnd() {
        channel.receive("GET / HTTP/1.1\r\nHo");

        channel.passTime(11 * FakeHandler.SECOND);

        assertThat(channel.sent()).startsWith("HTTP/1.1 408").contains("Connection: close");
    }

    @Test
    void closesWithoutAWordWhenNoHeadBegins() {
        channel.passTime(11 * FakeHandler.SECOND);

        assertThat(channel.sent()).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    // ---- backpressure

    @Test
    void stopsReadingWhenABodyIsNotConsumedAndGoesOnWhenItIs() {
        channel.receive(post("/", 1_000_000));
        channel.receive("x".repeat(ByteStream.WINDOW));
        assertThat(channel.config().isAutoRead()).isFalse();

        handler.last().stream().consumed(ByteStream.WINDOW / 4);
        assertThat(channel.config().isAutoRead()).isFalse();
        handler.last().stream().consumed(ByteStream.WINDOW / 4);

        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void readsAgainAfterAnExchangeThatNeverGaveItsCreditBack() {
        channel.receive(post("/", ByteStream.WINDOW) + "x".repeat(ByteStream.WINDOW));
        assertThat(channel.config().isAutoRead()).isFalse();

        handler.last().answer(200, "");

        assertThat(channel.config().isAutoRead()).isTrue();
    }

    // ---- tunnels

    @Test
    void passesOnWhatCameBeforeTheTunnelStoodAndFlushesIt() {
        channel.receive(get("/") + "early");
        FakeHandler.Received request = handler.last();
        int before = request.readCompletedTimes();

        request.switchProtocols();

        assertThat(request.body()).isEqualTo("early");
        assertThat(request.readCompletedTimes()).isGreaterThan(before);
    }

    @Test
    void endsATunnelOnceBothSidesHave() {
        channel.receive(get("/") + "early");
        channel.receiveEnd();
        handler.last().switchProtocols();
        assertThat(handler.last().ended()).isTrue();
        handler.last().stream().send(Unpooled.copiedBuffer(new byte[] {'b', 'y', 'e'}));

        handler.last().stream().sendEnd();

        assertThat(channel.sent()).endsWith("bye");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesATunnelWhoseClientDoesNotReadItsEnd() {
        channel.receive(get("/"));
        handler.last().switchProtocols();
        channel.hold();
        handler.last().stream().send(Unpooled.copiedBuffer(new byte[100_000]));
        handler.last().stream().sendEnd();
        channel.receiveEnd();
        assertThat(channel.isOpen()).isTrue();

        passWrite();

        assertThat(channel.isOpen()).isFalse();
    }

    // ---- framing of answers

    @Test
    void endsAnHttp10AnswerOfUnknownLengthWithTheConnection() {
        channel.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        FakeHandler.Received request = handler.last();
        request.begin(new ResponseHead(), HttpStream.UNKNOWN_LENGTH);
        request.stream().send(Unpooled.copiedBuffer(new byte[] {'h', 'i'}));
        request.stream().sendEnd();
        request.stream().flush();

        assertThat(channel.sent()).isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi");
        assertThat(channel.isOutputShutdown()).isTrue();
    }

    @Test
    void lateCallsOnAStreamThatHasEndedDoNothing() {
        channel.receive(get("/"));
        FakeHandler.Received first = handler.last();
        first.answer(200, "");
        channel.receive(get("/2"));
        channel.sent();

        first.stream().send(Unpooled.copiedBuffer(new byte[] {'x'}));
        first.stream().sendEnd();
        first.stream().consumed(1_000_000);
        first.stream().reset();
        first.stream().flush();

        assertThat(channel.sent()).isEmpty();
        assertThat(channel.isOpen()).isTrue();
    }
}
