package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Http2Wire.Answer;
import io.jadegate.testkit.Http2Wire.Frame;
import io.jadegate.testkit.Http2Wire.GoAway;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that use HTTP/2 (RFC 9113) against the gateway: to hold its memory, to keep it busy, to
/// have it say what is not so, or to get a second request past it.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class Http2HostileClientsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static final String LOCAL =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, respond: { status: 200, body: "%s" } } }
            """;

    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int ENHANCE_YOUR_CALM = 11;

    private static final int HEADER_TABLE_SIZE = 1;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int PADDED = 8;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static Http2Wire connect() throws IOException {
        return Http2Wire.over(gateway.connect());
    }

    private static long held() {
        return gateway.proxy().stats().buffers().usedBytes();
    }

    // ---- who does not read

    @Test
    void anAnswerThatNoWindowLetsOutIsNotKeptForEver() throws Exception {
        gateway.serve(LOCAL + "defaults: { timeouts: { write: 200ms } }", "x".repeat(1000));

        Http2Wire client = Http2Wire.withWindow(gateway.connect(), 0).get(1, "/");
        Answer answer = client.await(1);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.ended()).isFalse();
        Gateway.await("nothing is held", () -> held() == 0);
        client.settings(INITIAL_WINDOW_SIZE, 65_535).get(3, "/");
        assertThat(client.await(3).body()).hasSize(1000);
    }

    @Test
    void anAnswerOfAnEndpointThatNoWindowLetsOutIsNotKeptForEver() throws Exception {
        gateway.forward(gateway.answering(OK), "defaults: { timeouts: { write: 200ms } }");

        Http2Wire client = Http2Wire.withWindow(gateway.connect(), 0).get(1, "/");

        assertThat(client.await(1).ended()).isFalse();
        Gateway.await("nothing is held", () -> held() == 0);
        client.settings(INITIAL_WINDOW_SIZE, 65_535).get(3, "/");
        assertThat(client.await(3).body()).isEqualTo("ok");
    }

    @Test
    void anAnswerWhoseWindowOpensNowAndThenHasItsTimeAnew() throws Exception {
        gateway.serve(LOCAL + "defaults: { timeouts: { write: 5s } }", "x".repeat(64));

        Http2Wire client = Http2Wire.withWindow(gateway.connect(), 0).get(1, "/");
        for (int i = 1; i <= 64; i++) {
            client.windowUpdate(1, 1).awaitBody(1, i);
        }

        assertThat(client.await(1).ended()).isTrue();
    }

    @Test
    void answersThatNobodyReadsEndTheConnectionBeforeTheyFillTheMemory() throws Exception {
        gateway.serve(LOCAL + "defaults: { timeouts: { keep-alive-requests: 1000000 } }", "x");
        Http2Wire client = Http2Wire.over(gateway.keep(Wire.connectNarrow(gateway.port())));
        client.ping();

        long most = 0;
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        try {
            for (int stream = 1; stream < 400_000; stream += 2) {
                many.writeBytes(head(stream, "HEAD"));
                if (many.size() > 4096) {
                    client.wire().send(many.toByteArray());
                    many.reset();
                    most = Math.max(most, held());
                }
            }
        } catch (IOException ended) {
            // As it should.
        }

        assertThat(most).isLessThan(1024 * 1024);
        assertThat(client.awaitGoAway().code()).isEqualTo(ENHANCE_YOUR_CALM);
    }

    private static byte[] head(int stream, String method) {
        return Http2Wire.octets(
                Http2Wire.HEADERS,
                Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                stream,
                Http2Wire.block(
                        ":method", method, ":scheme", "http", ":authority", "a", ":path", "/"));
    }

    // ---- who does not go on

    @ParameterizedTest
    @ValueSource(strings = {"PRI * HT", Http2Wire.PREFACE, Http2Wire.PREFACE + "\0\0"})
    void aBeginningThatDoesNotGoOnIsNotWaitedForForEver(String octets) throws Exception {
        gateway.serve(LOCAL + "defaults: { timeouts: { header: 200ms } }", "x");

        Wire client = gateway.send(octets);

        client.awaitGone();
    }

    @Test
    void aFrameThatDoesNotGoOnEndsAnIdleConnectionInItsTime() throws Exception {
        gateway.serve(LOCAL + "defaults: { timeouts: { keep-alive: 1s } }", "x");

        Http2Wire client = connect().get(1, "/");
        client.await(1);
        client.wire().send("\0\0\u0008\u0006\0");

        assertThat(client.awaitGoAway()).isEqualTo(new GoAway(1, NO_ERROR));
        client.wire().awaitGone();
    }

    @Test
    void anUploadThatDoesNotGoOnEndsItsStreamOnly() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, "defaults: { timeouts: { body-idle: 200ms } }");

        Http2Wire client = connect().request(1, false, "POST", "/").data(1, false, "x");
        Wire upstream = gateway.keep(backend.accept());
        upstream.readHead();

        assertThat(client.await(1).status()).isEqualTo(408);
        upstream.awaitGone();
        client.get(3, "/");
        Wire second = gateway.keep(backend.accept());
        second.readRequest();
        second.send(OK);
        assertThat(client.await(3).body()).isEqualTo("ok");
    }

    // ---- what is held of who does not go on

    @Test
    void aHeaderBlockThatIsNotWholeIsChargedForWhatItHolds() throws Exception {
        gateway.serve(LOCAL, "x");

        Http2Wire client = connect().ping();
        client.frame(Http2Wire.HEADERS, 0, 1, Http2Wire.block("x-0", "1".repeat(16_000)));
        client.frame(Http2Wire.CONTINUATION, 0, 1, Http2Wire.block("x-1", "1".repeat(16_000)));

        Gateway.await("both are charged", () -> held() >= 32_000);
        client.frame(Http2Wire.CONTINUATION, Http2Wire.END_HEADERS, 1, new byte[0]).ping();
        Gateway.await("nothing is held", () -> held() == 0);
    }

    @Test
    void changesOfTheTableThatNobodyAnswersAreNotGathered() throws Exception {
        gateway.serve(LOCAL, "x");

        Http2Wire client = connect();
        for (int i = 0; i < 200; i++) {
            client.settings(HEADER_TABLE_SIZE, i % 2 == 0 ? 0 : 1024);
        }
        Frame head = client.get(1, "/").await(Http2Wire.HEADERS, 0);

        int changes = 0;
        int at = 0;
        while ((head.payload()[at] & 0xe0) == 0x20) {
            changes++;
            // The number behind the prefix, in as many octets as it takes (RFC 7541 5.1).
            boolean more = (head.payload()[at++] & 0x1f) == 0x1f;
            while (more) {
                more = (head.payload()[at++] & 0x80) != 0;
            }
        }
        assertThat(changes).isBetween(1, 2);
        assertThat(client.await(1).status()).isEqualTo(200);
    }

    // ---- frames that come too late

    /// Frames on a stream that was reset by the gateway.
    enum Late {
        HEADS {
            @Override
            byte[] frame() {
                return head(1, "GET");
            }
        },
        ENDS {
            @Override
            byte[] frame() {
                return Http2Wire.octets(Http2Wire.DATA, Http2Wire.END_STREAM, 1);
            }
        },
        GOODBYES {
            @Override
            byte[] frame() {
                return Http2Wire.octets(Http2Wire.GOAWAY, 0, 0, new byte[8]);
            }
        };

        abstract byte[] frame();
    }

    @ParameterizedTest
    @EnumSource
    void framesThatCanMeanNothingAnyMoreAreNotTakenForEver(Late late) throws Exception {
        gateway.serve(LOCAL, "x");
        Http2Wire client = connect().get(1, "no-slash");
        assertThat(client.await(1).reset()).isEqualTo(PROTOCOL_ERROR);

        CompletableFuture<Void> sending =
                CompletableFuture.runAsync(() -> {
                    try {
                        for (int i = 0; i < 6000; i++) {
                            client.wire().send(late.frame());
                        }
                    } catch (IOException ended) {
                        // As it should.
                    }
                });
        GoAway goAway = client.awaitGoAway();
        client.wire().awaitGone();
        sending.join();

        assertThat(goAway.code()).isEqualTo(ENHANCE_YOUR_CALM);
    }

    @Test
    void refusedStreamsAreNotRefusedForEver() throws Exception {
        gateway.forward(gateway.backend());
        Http2Wire client = connect();
        for (int stream = 1; stream < 200; stream += 2) {
            client.get(stream, "/");
        }
        client.ping();

        int refused = 0;
        try {
            for (; refused < 20_000; refused++) {
                client.get(201 + 2 * refused, "/");
                if (refused % 100 == 0) {
                    client.ping();
                }
            }
        } catch (IOException ended) {
            // As it should.
        }

        assertThat(refused).isBetween(5000, 10_000);
    }

    @Test
    void aFrameThatIsTooLargeEndsTheConnection() throws Exception {
        gateway.serve(LOCAL, "x");

        Http2Wire client = connect().request(1, false, "POST", "/none");
        client.frame(Http2Wire.DATA, 0, 1, new byte[16 * 1024 + 1]);

        assertThat(client.awaitGoAway().code()).isEqualTo(FRAME_SIZE_ERROR);
        client.wire().awaitGone();
    }

    @Test
    void streamsThatWereNotServedAreNeverCalledServed() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, "defaults: { timeouts: { keep-alive-age: 1ms } }");

        Http2Wire client = connect();
        Gateway.await("accepted", () -> gateway.clientConnections() == 1);
        long accepted = System.nanoTime();
        Gateway.await("old", () -> System.nanoTime() - accepted > Duration.ofMillis(1).toNanos());
        client.get(1, "/");
        Wire upstream = backend.accept();
        upstream.readRequest();
        assertThat(client.awaitGoAway()).isEqualTo(new GoAway(Integer.MAX_VALUE, NO_ERROR));
        assertThat(client.awaitGoAway()).isEqualTo(new GoAway(1, NO_ERROR));
        client.get(3, "/").get(5, "/").ping();
        upstream.send(OK);

        assertThat(client.await(1).body()).isEqualTo("ok");
        assertThat(client.awaitGoAway()).isEqualTo(new GoAway(1, NO_ERROR));
        client.wire().awaitGone();
    }

    @Test
    void aBusyConnectionOutlivesItsNumberOfRequests() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, "defaults: { timeouts: { keep-alive-requests: 1 } }");

        Http2Wire client = connect().get(1, "/");
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(OK);
        assertThat(client.await(1).body()).isEqualTo("ok");
        client.get(3, "/");
        upstream.readRequest();
        upstream.send(OK);

        assertThat(client.await(3).body()).isEqualTo("ok");
        assertThat(client.awaitGoAway()).isEqualTo(new GoAway(3, NO_ERROR));
        client.wire().awaitGone();
    }

    // ---- windows

    @Test
    void paddingCountsForBothWindowsAndComesBack() throws Exception {
        FakeBackend backend = gateway.echoing();
        gateway.forward(backend);
        byte[] padded = new byte[16_000];
        padded[0] = (byte) 255;
        padded[1] = 'a';
        Arrays.fill(padded, 2, padded.length - 255, (byte) 'a');

        Http2Wire client = connect().request(1, false, "POST", "/");
        int sent = 0;
        int connection = 65_535;
        int stream = 65_535;
        for (int i = 0; i < 300; i++) {
            while (connection < padded.length || stream < padded.length) {
                Frame frame = client.read();
                if (frame.type() == Http2Wire.WINDOW_UPDATE) {
                    connection += frame.stream() == 0 ? frame.number(0) : 0;
                    stream += frame.stream() == 1 ? frame.number(0) : 0;
                }
            }
            client.frame(Http2Wire.DATA, PADDED, 1, padded);
            connection -= padded.length;
            stream -= padded.length;
            sent += padded.length - 256;
        }

        assertThat(client.data(1, true, "").await(1).body()).hasSize(1 + sent);
    }

    @Test
    void contentOnStreamsThatAreOverDoesNotUseTheConnectionUp() throws Exception {
        gateway.serve(LOCAL, "x");
        Http2Wire client = connect().get(1, "no-slash");
        client.await(1);

        int window = 1024 * 1024;
        for (int i = 0; i < 300; i++) {
            while (window < 16_000) {
                Frame frame = client.read();
                window += frame.type() == Http2Wire.WINDOW_UPDATE ? frame.number(0) : 0;
            }
            client.data(1, false, "x".repeat(16_000));
            window -= 16_000;
        }

        assertThat(client.get(3, "/").await(3).status()).isEqualTo(200);
    }

    @Test
    void aWindowThatShrinksBelowNothingOpensAgain() throws Exception {
        int size = 5000;
        gateway.serve(LOCAL, "x".repeat(size));

        Http2Wire client = Http2Wire.withWindow(gateway.connect(), 1000).get(1, "/");
        client.stall(1).awaitBody(1, 1000);
        client.settings(INITIAL_WINDOW_SIZE, 0).ping();
        client.windowUpdate(1, 999).ping();
        client.windowUpdate(1, 1).ping();
        assertThat(client.answer(1).body()).hasSize(1000);
        client.windowUpdate(1, 1).awaitBody(1, 1001);
        client.ping();
        assertThat(client.answer(1).body()).hasSize(1001);
        client.settings(INITIAL_WINDOW_SIZE, 65_535);

        assertThat(client.await(1).body()).hasSize(size);
    }

    @Test
    void windowsThatGrowBeyondTheirMostAreRefused() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, "/").get(3, "/");
        client.windowUpdate(1, Integer.MAX_VALUE);
        assertThat(client.await(1).reset()).isEqualTo(FLOW_CONTROL_ERROR);
        client.windowUpdate(3, 0);
        assertThat(client.await(3).reset()).isEqualTo(PROTOCOL_ERROR);

        client.windowUpdate(0, Integer.MAX_VALUE);
        assertThat(client.awaitGoAway().code()).isEqualTo(FLOW_CONTROL_ERROR);
    }

    @Test
    void settingsThatMakeAWindowTooLargeEndTheConnection() throws Exception {
        gateway.forward(gateway.backend());

        Http2Wire client = connect().get(1, "/").windowUpdate(1, 1).ping();
        client.settings(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);

        assertThat(client.awaitGoAway().code()).isEqualTo(FLOW_CONTROL_ERROR);
    }

    // ---- a second request in the first

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a b",
                "/a HTTP/1.1",
                "/a\tb",
                "/a#b",
                "/a?b#c",
                "/a?b c",
                "/a\\b",
                "/%0",
                "/%zz",
                "/a%00",
                "/a%2fb",
                "/a%5cb",
                "/..;/a",
                "/\u00e4",
                "/a\u0085b"
            })
    void aPathThatIsNoneIsAnswered(String path) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, path);

        assertThat(client.await(1).status()).isEqualTo(400);
        client.ping();
        assertThat(backend.untouched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,b", "a:1:2", "a:port", "a:99999", "a/b", "a?b", "a#b", "a%2eb", "[::1", "::1",
                "a\u00e4"
            })
    void anAuthorityThatIsNoneIsAnswered(String authority) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client =
                connect()
                        .head(
                                1,
                                true,
                                ":method",
                                "GET",
                                ":scheme",
                                "http",
                                ":authority",
                                authority,
                                ":path",
                                "/");

        assertThat(client.await(1).status()).isEqualTo(400);
        client.ping();
        assertThat(backend.untouched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRequestForNoHostIsAnswered(boolean twoHosts) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        List<String> fields =
                new ArrayList<>(List.of(":method", "GET", ":scheme", "http", ":path", "/"));
        if (twoHosts) {
            fields.addAll(List.of("host", "a", "host", "a"));
        }

        Http2Wire client = connect().head(1, true, fields.toArray(String[]::new));

        assertThat(client.await(1).status()).isEqualTo(400);
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    void anEscapedLineEndStaysEscaped() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        connect().get(1, "/a%0d%0aX:%20b?%0d%0a", "x-odd", "\u00e4\tb");
        Wire upstream = gateway.keep(backend.accept());
        Message request = upstream.readRequest();

        assertThat(request.startLine()).isEqualTo("GET /a%0D%0AX:%20b?%0d%0a HTTP/1.1");
        assertThat(request.field("x-odd")).isEqualTo("\u00e4\tb");
    }

    @Test
    void fieldsOfFramingAndAuthenticationDoNotGoOnBehindTheContent() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().request(1, false, "POST", "/").data(1, false, "x");
        client.head(
                1,
                true,
                "content-length",
                "100",
                "host",
                "other",
                "authorization",
                "Basic eDp5",
                "cookie",
                "a=b",
                "x-forwarded-for",
                "1.2.3.4",
                "te",
                "trailers",
                "trailer",
                "x-sum",
                "x-sum",
                "1");
        Wire upstream = gateway.keep(backend.accept());

        assertThat(upstream.readUntil("\r\n0\r\n")).endsWith("1\r\nx\r\n0\r\n");
        assertThat(upstream.readUntil("\r\n\r\n")).isEqualToIgnoringCase("x-sum: 1\r\n\r\n");
    }

    @Test
    void aBodyOfNoOctetsThatIsEndedLaterEndsOnce() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().request(1, false, "POST", "/", "content-length", "0");
        Wire upstream = gateway.keep(backend.accept());
        assertThat(upstream.readHead()).containsIgnoringCase("content-length: 0\r\n");
        client.data(1, true, "").ping();
        upstream.send(OK);
        assertThat(client.await(1).body()).isEqualTo("ok");
        client.get(3, "/next");

        assertThat(upstream.readHead()).startsWith("GET /next HTTP/1.1\r\n");
        upstream.send(OK);
        assertThat(client.await(3).body()).isEqualTo("ok");
    }

    @Test
    void moreContentThanDeclaredNeverBecomesTheNextRequest() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().request(1, false, "POST", "/", "content-length", "1");
        Wire upstream = gateway.keep(backend.accept());
        upstream.readHead();
        client.data(1, false, "x").ping();
        client.data(1, true, "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.await(1).reset()).isEqualTo(PROTOCOL_ERROR);
        assertThat(restOf(upstream)).isIn("", "x");
    }

    private static String restOf(Wire wire) throws IOException {
        StringBuilder rest = new StringBuilder();
        try {
            while (true) {
                rest.append(new String(wire.readBytes(1), ISO_8859_1));
            }
        } catch (EOFException ended) {
            return rest.toString();
        } catch (IOException reset) {
            return rest.toString();
        }
    }

    // ---- what endpoints send

    @Test
    void fieldsOfAnEndpointsConnectionStayWithIt() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, "/", "te", "trailers");
        Wire upstream = gateway.keep(backend.accept());
        upstream.readRequest();
        upstream.send(
                "HTTP/1.1 200 OK\r\n"
                        + "Connection: X-Hop, close\r\n"
                        + "X-Hop: 1\r\n"
                        + "Keep-Alive: timeout=5\r\n"
                        + "Proxy-Connection: close\r\n"
                        + "Upgrade: h2c\r\n"
                        + "Trailer: x-sum\r\n"
                        + "X-Odd: \u00e4\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "1\r\n"
                        + "x\r\n"
                        + "0\r\n"
                        + "X-Sum: 1\r\n"
                        + "Connection: close\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n");
        Answer answer = client.await(1);

        assertThat(answer.body()).isEqualTo("x");
        assertThat(answer.heads().getFirst()).contains("x-odd: \u00e4");
        assertThat(answer.heads().getFirst())
                .noneMatch(field ->
                        field.startsWith("connection")
                                || field.startsWith("x-hop")
                                || field.startsWith("keep-alive")
                                || field.startsWith("proxy-connection")
                                || field.startsWith("upgrade")
                                || field.startsWith("transfer-encoding"));
        assertThat(answer.heads().getLast()).containsExactly("x-sum: 1");
    }

    @Test
    void aLargeHeadOfAnEndpointGoesInSeveralFrames() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        String large = "x".repeat(30_000);

        Http2Wire client = connect().get(1, "/");
        Wire upstream = gateway.keep(backend.accept());
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Large: " + large + "\r\n\r\nok");

        assertThat(client.await(1).heads().getFirst()).contains("x-large: " + large);
        assertThat(client.answer(1).body()).isEqualTo("ok");
        Gateway.await("nothing is held", () -> held() == 0);
    }

    @Test
    void interimAnswersWithoutEndAreNotPassedOnForEver() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, "/");
        Wire upstream = gateway.keep(backend.accept());
        upstream.readRequest();
        upstream.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(1000));

        assertThat(client.await(1).status()).isEqualTo(502);
        assertThat(client.answer(1).heads()).hasSizeLessThan(50);
    }

    /// Where an endpoint can break off, as what it had sent by then.
    static List<String> phases() {
        return List.of(
                "",
                "HTTP/1.1 20",
                "HTTP/1.1 103 Early Hints\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\n",
                "HTTP/1.1 999 Odd\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("phases")
    void anEndpointThatBreaksOffAnywhereLeavesNothingBehind(String sent) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().request(1, false, "POST", "/", "te", "trailers");
        client.data(1, false, "x".repeat(10_000));
        Wire upstream = gateway.keep(backend.accept());
        upstream.readHead();
        upstream.send(sent);
        client.ping();
        upstream.reset();
        Answer answer = client.await(1);

        if (answer.status() == 200) {
            assertThat(answer.ended()).isFalse();
        } else {
            assertThat(answer.status()).isEqualTo(502);
        }
        client.ping();
        Gateway.await("nothing is held", () -> held() == 0);
        Gateway.await("nothing is in flight", () -> gateway.target("app", 0).inFlight() == 0);
    }

    @Test
    void aGoodbyeOfTheClientLetsWhatIsUnderWayFinish() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, "/");
        Wire upstream = gateway.keep(backend.accept());
        upstream.readRequest();
        client.frame(Http2Wire.GOAWAY, 0, 0, new byte[8]);
        client.wire().endOutput();
        upstream.send(OK);

        assertThat(client.await(1).body()).isEqualTo("ok");
        client.wire().awaitGone();
    }
}
