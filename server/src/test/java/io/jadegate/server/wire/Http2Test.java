package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.api.plane.Stats;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Http2Wire.Answer;
import io.jadegate.testkit.Http2Wire.GoAway;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP/2 from clients that know that we speak it (RFC 9113), to endpoints of HTTP/1.1.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class Http2Test {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int INTERNAL_ERROR = 2;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int STREAM_CLOSED = 5;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;
    private static final int ENHANCE_YOUR_CALM = 11;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static Http2Wire connect() throws IOException {
        return Http2Wire.over(gateway.connect());
    }

    // ---- one request

    @Test
    void aRequestReachesAnEndpointOfHttp11AndItsAnswerComesBack() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client =
                connect().get(1, "/a/../b?c", "x-one", "1", "cookie", "a=1", "cookie", "b");
        Wire upstream = backend.accept();
        String request = upstream.readHead();
        upstream.send(
                "HTTP/1.1 200 Fine\r\n"
                        + "X-Two: 2\r\n"
                        + "Connection: x\r\n"
                        + "X: y\r\n"
                        + "Content-Length: 2\r\n\r\n"
                        + "ok");
        Answer answer = client.await(1);

        assertThat(request)
                .startsWith("GET /b?c HTTP/1.1\r\n")
                .contains("\r\nHost: example.com\r\n", "\r\nx-one: 1\r\n", "\r\nCookie: a=1; b\r\n")
                .contains("\r\nVia: 2.0 ", "\r\nX-Forwarded-Proto: http\r\n")
                .doesNotContain(":authority", "Transfer-Encoding", "Content-Length");
        assertThat(answer.heads()).hasSize(1);
        assertThat(answer.heads().getFirst())
                .contains(":status: 200", "x-two: 2", "content-length: 2")
                .noneMatch(line -> line.startsWith("connection") || line.startsWith("x: "));
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.ended()).isTrue();
    }

    @Test
    void aBodyOfUnknownLengthGoesInChunksAndTrailersGoBothWays() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client =
                connect()
                        .request(1, false, "POST", "/", "te", "trailers")
                        .data(1, false, "hel")
                        .data(1, false, "lo")
                        .head(1, true, "x-sum", "5");
        Wire upstream = backend.accept();
        String head = upstream.readHead();
        String body = upstream.readUntil("0\r\nx-sum: 5\r\n\r\n");
        upstream.send(
                "HTTP/1.1 200 OK\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "2\r\n"
                        + "ok\r\n"
                        + "0\r\n"
                        + "X-End: 1\r\n\r\n");
        Answer answer = client.await(1);

        assertThat(head).contains("\r\nTransfer-Encoding: chunked\r\n", "\r\nTE: trailers\r\n");
        assertThat(body).contains("hel", "lo");
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.heads()).hasSize(2);
        assertThat(answer.heads().getLast()).containsExactly("x-end: 1");
    }

    @Test
    void aBodyOfDeclaredLengthGoesAsItIs() throws Exception {
        FakeBackend backend = gateway.echoing();
        gateway.forward(backend);

        Http2Wire client =
                connect()
                        .request(1, false, "PUT", "/x", "content-length", "5")
                        .data(1, true, "hello");

        assertThat(client.await(1).body()).isEqualTo("/xhello");
        Message request = backend.takeRequest();
        assertThat(request.field("content-length")).isEqualTo("5");
        assertThat(request.has("transfer-encoding")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            })
    void anAnswerWithoutContentEndsWithItsHead(String response) throws Exception {
        gateway.forward(gateway.answering(response));

        Answer answer = connect().get(1, "/").await(1);

        assertThat(answer.heads()).hasSize(1);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.ended()).isTrue();
    }

    @Test
    void anAnswerToHeadHasTheLengthAndNoContent() throws Exception {
        gateway.forward(gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"));

        Answer answer = connect().request(1, true, "HEAD", "/").await(1);

        assertThat(answer.heads().getFirst()).contains("content-length: 100");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void interimAnswersArePassedOnEarlyHintsToo() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().request(1, false, "POST", "/", "expect", "100-continue");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send(
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
        while (client.answer(1).heads().size() < 2) {
            client.read();
        }
        client.data(1, true, "x");
        upstream.readUntil("0\r\n\r\n");
        upstream.send(OK);
        Answer answer = client.await(1);

        assertThat(answer.heads().get(0)).contains(":status: 103", "link: </a>");
        assertThat(answer.heads().get(1)).contains(":status: 100");
        assertThat(answer.status()).isEqualTo(200);
    }

    private void refuseAll() throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, respond: { status: 403, body: "no" } } }
                """);
    }

    @Test
    void anEarlyAnswerIsWholeAndTheRestOfTheRequestIsDropped() throws Exception {
        refuseAll();

        Http2Wire client = connect();
        client.request(1, false, "POST", "/").data(1, false, "part").data(1, true, "last");
        client.request(3, false, "POST", "/").data(3, false, "part").head(3, true, "x-sum", "1");
        client.request(5, false, "POST", "/", "content-length", "3").data(5, true, "longer");
        client.get(7, "/").await(7);

        for (int stream = 1; stream <= 7; stream += 2) {
            Answer answer = client.answer(stream);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).isEqualTo("no");
            assertThat(answer.ended()).isTrue();
        }
    }

    @Test
    void whoGoesOnWithAnAnsweredRequestIsToldThatItIsUnwanted() throws Exception {
        refuseAll();

        Http2Wire client = connect().request(1, false, "POST", "/").data(1, false, "part");
        Answer answer = client.await(1);
        while (answer.reset() < 0) {
            client.read();
        }

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("no");
        assertThat(answer.ended()).isTrue();
        assertThat(answer.reset()).isEqualTo(NO_ERROR);
        assertThat(client.get(3, "/").await(3).status()).isEqualTo(403);
    }

    @Test
    void anAnsweredRequestThatGoesOnAndOnIsReset() throws Exception {
        refuseAll();
        String part = "x".repeat(10 * 1024);

        Http2Wire client = connect().request(1, false, "POST", "/");
        Answer answer = client.answer(1);
        int window = HttpStream.WINDOW;
        int sent = 0;
        while (answer.reset() < 0) {
            if (window < part.length()) {
                Http2Wire.Frame frame = client.read();
                boolean credit = frame.type() == Http2Wire.WINDOW_UPDATE && frame.stream() == 1;
                window += credit ? frame.number(0) : 0;
            } else {
                client.data(1, false, part);
                window -= part.length();
                sent += part.length();
            }
        }

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.ended()).isTrue();
        assertThat(answer.reset()).isEqualTo(NO_ERROR);
        // Beyond the limit goes what the window lets in before the reset is heard of.
        assertThat(sent).isLessThanOrEqualTo(HttpStream.Server.DISCARD_OCTETS + HttpStream.WINDOW);
        assertThat(client.get(3, "/").await(3).status()).isEqualTo(403);
    }

    @Test
    void aCutAnswerIsResetAndNeverLooksWhole() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, "/");
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        client.awaitBody(1, 4);
        upstream.close();
        Answer answer = client.await(1);

        assertThat(answer.ended()).isFalse();
        assertThat(answer.reset()).isEqualTo(INTERNAL_ERROR);
        assertThat(client.ping().wire()).isNotNull();
    }

    @Test
    void aStreamGivenUpByTheClientEndsTheAttempt() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, "/");
        Wire upstream = backend.accept();
        upstream.readRequest();
        client.reset(1, CANCEL);

        upstream.awaitGone();
        client.ping();
    }

    @Test
    void aConnectionThatGoesEndsAllItsAttempts() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, "/").get(3, "/");
        Wire first = backend.accept();
        Wire second = backend.accept();
        first.readRequest();
        second.readRequest();
        client.wire().reset();

        first.awaitGone();
        second.awaitGone();
    }

    // ---- what is HTTP/2 at all

    @Test
    void aPrefaceThatTricklesInIsAPreface() throws Exception {
        gateway.forward(gateway.answering(OK));

        Wire wire = gateway.connect().trickle(Http2Wire.PREFACE.substring(0, 23));
        wire.send(Http2Wire.PREFACE.substring(23));
        wire.send(Http2Wire.octets(Http2Wire.SETTINGS, 0, 0));
        wire.send(
                Http2Wire.octets(
                        Http2Wire.HEADERS,
                        Http2Wire.END_HEADERS | Http2Wire.END_STREAM,
                        1,
                        Http2Wire.block(
                                ":method",
                                "GET",
                                ":scheme",
                                "http",
                                ":authority",
                                "a",
                                ":path",
                                "/")));

        assertThat(wire.readBytes(9)[3]).isEqualTo((byte) Http2Wire.SETTINGS);
    }

    @Test
    void whatBeginsLikeAPrefaceMayBeHttp11() throws Exception {
        FakeBackend backend = gateway.echoing();
        gateway.forward(backend);

        Wire client = gateway.connect().trickle("PRIZE /x HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().body()).isEqualTo("/x");
    }

    @Test
    void aClientThatEndsInsideAPrefaceIsForgotten() throws Exception {
        gateway.forward(gateway.backend());

        Wire client = gateway.send("PRI * HT").endOutput();

        client.awaitGone();
    }

    // ---- malformed requests

    static Stream<Arguments> malformed() {
        return Stream.of(
                malformedBy("no method", ":scheme", "http", ":authority", "a", ":path", "/"),
                malformedBy("no scheme", ":method", "GET", ":authority", "a", ":path", "/"),
                malformedBy("no path", ":method", "GET", ":scheme", "http", ":authority", "a"),
                malformedBy("empty path", with(":path", "")),
                malformedBy("relative path", with(":path", "x")),
                malformedBy("absolute target", with(":path", "http://b/")),
                malformedBy("asterisk", with(":path", "*")),
                malformedBy("strange scheme", with(":scheme", "ftp")),
                malformedBy("line end in path", with(":path", "/\r\nx: y")),
                malformedBy("space in method", with(":method", "GET /a")),
                malformedBy("unknown pseudo-header", plus(":foo", "x")),
                malformedBy("protocol unasked", plus(":protocol", "websocket")),
                malformedBy("repeated pseudo-header", plus(":method", "GET")),
                malformedBy("status", plus(":status", "200")),
                malformedBy("upper case", plus("X-A", "1")),
                malformedBy("empty name", plus("", "1")),
                malformedBy("space in name", plus("x a", "1")),
                malformedBy("line end in name", plus("x\r\na", "1")),
                malformedBy("line end in value", plus("x", "a\r\nb: c")),
                malformedBy("nul in value", plus("x", "a\0b")),
                malformedBy("space around value", plus("x", " a")),
                malformedBy("connection", plus("connection", "close")),
                malformedBy("proxy-connection", plus("proxy-connection", "close")),
                malformedBy("keep-alive", plus("keep-alive", "1")),
                malformedBy("upgrade", plus("upgrade", "websocket")),
                malformedBy("transfer-encoding", plus("transfer-encoding", "chunked")),
                malformedBy("te", plus("te", "gzip")),
                malformedBy("another host", plus("host", "b")),
                malformedBy("two lengths", plus("content-length", "0", "content-length", "0")),
                malformedBy("signed length", plus("content-length", "+5")),
                malformedBy("length and no content", plus("content-length", "5")),
                malformedBy(
                        "connect with a path",
                        ":method",
                        "CONNECT",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/"));
    }

    private static Arguments malformedBy(String what, String... fields) {
        return Arguments.of(what, fields);
    }

    private static String[] with(String name, String value) {
        String[] fields = plus();
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equals(name)) {
                fields[i + 1] = value;
            }
        }
        return fields;
    }

    private static String[] plus(String... more) {
        List<String> fields = new ArrayList<>();
        boolean pseudo = more.length > 0 && more[0].startsWith(":");
        fields.addAll(
                List.of(":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/"));
        fields.addAll(pseudo ? List.of(more) : List.of("x-first", "1"));
        fields.addAll(pseudo ? List.of() : List.of(more));
        return fields.toArray(String[]::new);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    @Row("header-rules/h2-connection-fields")
    void aMalformedRequestIsResetAndReachesNobody(String what, String[] fields) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().head(1, true, fields);
        Answer answer = client.await(1);

        assertThat(answer.reset()).as(what).isEqualTo(PROTOCOL_ERROR);
        assertThat(answer.heads()).isEmpty();
        client.ping();
        assertThat(backend.untouched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hell", "hello!"})
    void contentOfAnotherLengthThanDeclaredNeverReachesAnEndpointAsWhole(String content)
            throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client =
                connect()
                        .request(1, false, "POST", "/", "content-length", "5")
                        .data(1, true, content);

        assertThat(client.await(1).reset()).isEqualTo(PROTOCOL_ERROR);
        client.ping();
    }

    @ParameterizedTest
    @ValueSource(strings = {"user@a", "a b", ""})
    void anAuthorityThatIsNoneIsAnsweredWith400(String authority) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Answer answer = connect().head(1, true, with(":authority", authority)).await(1);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    void pseudoHeaderFieldsBehindFieldsOrAmongTrailersAreMalformed() throws Exception {
        gateway.forward(gateway.backend());

        Http2Wire client =
                connect()
                        .head(
                                1,
                                true,
                                ":method",
                                "GET",
                                ":scheme",
                                "http",
                                "x",
                                "y",
                                ":authority",
                                "a",
                                ":path",
                                "/")
                        .request(3, false, "POST", "/")
                        .head(3, true, ":path", "/");

        assertThat(client.await(1).reset()).isEqualTo(PROTOCOL_ERROR);
        assertThat(client.await(3).reset()).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    void aSecondHeadThatDoesNotEndTheStreamIsMalformed() throws Exception {
        gateway.forward(gateway.backend());

        Http2Wire client = connect().request(1, false, "POST", "/").head(1, false, "x-sum", "1");

        assertThat(client.await(1).reset()).isEqualTo(PROTOCOL_ERROR);
    }

    @Test
    @Row("size-limits/h2-header-list")
    void headsBeyondTheLimitsAreAnsweredOnTheirStreams() throws Exception {
        gateway.forward(gateway.answering(OK));
        String[] many = new String[2 * 101];
        for (int i = 0; i < many.length; i += 2) {
            many[i] = "x-" + i;
            many[i + 1] = "1";
        }

        Http2Wire client = connect().get(1, "/" + "a".repeat(9000)).get(3, "/", many).get(7, "/");

        Http2Wire.Frame settings = client.await(Http2Wire.SETTINGS, 0);
        assertThat(HexFormat.of().formatHex(settings.payload())).contains("000600008000");
        assertThat(client.await(1).status()).isEqualTo(414);
        assertThat(client.await(3).status()).isEqualTo(431);
        assertThat(client.await(7).status()).isEqualTo(200);
    }

    @Test
    void aHeadOfTooManyOctetsIsAnsweredAndTheConnectionGoesOn() throws Exception {
        gateway.forward(gateway.answering(OK));
        byte[] block =
                Http2Wire.block(
                        ":method",
                        "GET",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/",
                        "x-large",
                        "x".repeat(40_000));

        Http2Wire client = connect();
        sendInPieces(client, block);

        assertThat(client.await(1).status()).isEqualTo(431);
        assertThat(client.get(3, "/").await(3).status()).isEqualTo(200);
    }

    private static void sendInPieces(Http2Wire client, byte[] block) throws IOException {
        int most = 16 * 1024;
        for (int at = 0; at < block.length; at += most) {
            byte[] piece = Arrays.copyOfRange(block, at, Math.min(at + most, block.length));
            int last = at + most >= block.length ? Http2Wire.END_HEADERS : 0;
            if (at == 0) {
                client.frame(Http2Wire.HEADERS, last | Http2Wire.END_STREAM, 1, piece);
            } else {
                client.frame(Http2Wire.CONTINUATION, last, 1, piece);
            }
        }
    }

    // ---- floods

    /// Frames that make work and bring nothing.
    enum Flood {
        RESETS {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                client.get(2 * i + 1, "/").reset(2 * i + 1, CANCEL);
            }
        },
        PINGS {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                client.frame(Http2Wire.PING, 0, 0, new byte[8]);
            }
        },
        SETTINGS {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                client.settings();
            }
        },
        PRIORITIES {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                client.frame(Http2Wire.PRIORITY, 0, 1, new byte[5]);
            }
        },
        WINDOW_UPDATES {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                client.windowUpdate(0, 1);
            }
        },
        EMPTY_DATA {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                if (i == 0) {
                    client.request(1, false, "POST", "/");
                }
                client.data(1, false, "");
            }
        },
        CONTINUATIONS {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                int type = i == 0 ? Http2Wire.HEADERS : Http2Wire.CONTINUATION;
                client.frame(type, 0, 1, Http2Wire.block("x-" + i, "1"));
            }
        },
        LARGE_CONTINUATIONS {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                int type = i == 0 ? Http2Wire.HEADERS : Http2Wire.CONTINUATION;
                if (i < 10) {
                    client.frame(type, 0, 1, Http2Wire.block("x-" + i, "1".repeat(16_000)));
                }
            }
        },
        MALFORMED_REQUESTS {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                client.get(2 * i + 1, "no-slash");
            }
        },
        UNKNOWN_FRAMES {
            @Override
            void send(Http2Wire client, int i) throws IOException {
                client.frame(0xbe, 0, 0, new byte[8]);
            }
        };

        abstract void send(Http2Wire client, int i) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aFloodEndsTheConnection(Flood flood) throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, respond: { status: 200, body: "ok" } } }
                """);

        Http2Wire client = connect();
        client.ping();
        CompletableFuture<Void> sending =
                CompletableFuture.runAsync(() -> {
                    try {
                        for (int i = 0; i < 1100; i++) {
                            flood.send(client, i);
                        }
                    } catch (IOException ended) {
                        // As it should.
                    }
                });
        GoAway goAway = client.awaitGoAway();
        client.wire().awaitGone();
        sending.join();

        assertThat(goAway.code()).isEqualTo(ENHANCE_YOUR_CALM);
        assertThat(Http2Wire.over(gateway.connect()).get(1, "/").await(1).status()).isEqualTo(200);
    }

    @Test
    void moreStreamsAtOnceThanAllowedAreRefusedAndTheOthersGoOn() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect();
        for (int i = 0; i <= 100; i++) {
            client.get(2 * i + 1, "/" + i);
        }

        assertThat(client.await(201).reset()).isEqualTo(REFUSED_STREAM);
        for (int i = 0; i < 100; i++) {
            Wire upstream = gateway.keep(backend.accept());
            upstream.readRequest();
            upstream.send(OK);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(client.await(2 * i + 1).body()).isEqualTo("ok");
        }
    }

    // ---- windows

    @Test
    void twentyStalledStreamsOfAHundredStopNobodyElse() throws Exception {
        int size = 100_000;
        gateway.forward(
                gateway.answering(
                        "HTTP/1.1 200 OK\r\nContent-Length: "
                                + size
                                + "\r\n\r\n"
                                + "x".repeat(size)));

        Http2Wire client = connect();
        List<Integer> streams = IntStream.range(0, 100).mapToObj(i -> 2 * i + 1).toList();
        for (int stream : streams) {
            if (stream % 10 == 1) {
                client.stall(stream);
            }
            client.get(stream, "/");
        }
        for (int stream : streams) {
            if (stream % 10 != 1) {
                Answer answer = client.await(stream);
                assertThat(answer.body()).hasSize(size);
                assertThat(answer.ended()).isTrue();
            }
        }
        Stats.Buffers buffers = gateway.proxy().stats().buffers();

        for (int stream : streams) {
            if (stream % 10 == 1) {
                assertThat(client.answer(stream).body().length()).isLessThanOrEqualTo(65_535);
                assertThat(client.answer(stream).ended()).isFalse();
            }
        }
        assertThat(buffers.usedBytes()).isLessThan(20 * 4 * 64 * 1024L);
        client.close();
        Gateway.await("nothing is held", () -> gateway.proxy().stats().buffers().usedBytes() == 0);
    }

    @Test
    void anUploadThatItsEndpointDoesNotReadStopsNoOther() throws Exception {
        FakeBackend stuck = gateway.backend();
        FakeBackend reading = gateway.echoing();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes:
                  stuck: { match: { path: /stuck }, upstream: stuck }
                  reading: { match: { path: /reading }, upstream: reading }
                upstreams:
                  stuck: { endpoints: [ "%s" ] }
                  reading: { endpoints: [ "%s" ] }
                """,
                stuck.address(), reading.address());

        Http2Wire client = connect().request(1, false, "POST", "/stuck");
        gateway.keep(stuck.accept());
        client.data(1, false, "x".repeat(16_000))
                .data(1, false, "x".repeat(16_000))
                .data(1, false, "x".repeat(16_000))
                .request(3, false, "POST", "/reading")
                .data(3, true, "hello");

        assertThat(client.await(3).body()).isEqualTo("/readinghello");
    }

    @Test
    void creditComesBackAsTheEndpointReads() throws Exception {
        gateway.forward(gateway.echoing());
        int most = 16_000;
        int total = 400_000;

        Http2Wire client = connect().request(1, false, "POST", "/", "content-length", "" + total);
        int window = 65_535;
        for (int sent = 0; sent < total; ) {
            while (window < most) {
                Http2Wire.Frame frame = client.read();
                if (frame.type() == Http2Wire.WINDOW_UPDATE && frame.stream() == 1) {
                    window += frame.number(0);
                }
            }
            client.data(1, sent + most == total, "x".repeat(most));
            sent += most;
            window -= most;
        }

        assertThat(client.await(1).body()).hasSize(total + 1);
    }

    @Test
    @Row("size-limits/h2-window")
    void aClientThatIgnoresTheWindowOfAStreamLosesTheStream() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Http2Wire client = connect().request(1, false, "POST", "/");

        Wire upstream = gateway.keep(backend.accept());
        upstream.readHead();
        for (int i = 0; i < 1000 && client.answer(1).reset() < 0; i++) {
            client.data(1, false, "x".repeat(16_000)).ping();
        }

        assertThat(client.answer(1).reset()).isEqualTo(FLOW_CONTROL_ERROR);
    }

    @Test
    void aClosedWindowLetsNothingOutUntilItOpens() throws Exception {
        gateway.forward(gateway.answering(OK));

        Http2Wire client = Http2Wire.withWindow(gateway.connect(), 0).get(1, "/");
        while (client.answer(1).heads().isEmpty()) {
            client.read();
        }
        client.ping();
        assertThat(client.answer(1).body()).isEmpty();

        client.windowUpdate(1, 1).ping();
        assertThat(client.answer(1).body()).isEqualTo("o");

        assertThat(client.windowUpdate(1, 10).await(1).body()).isEqualTo("ok");
    }

    // ---- streams that are closed

    @Test
    void aFrameOnAHalfClosedStreamResetsIt() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Http2Wire client = connect().get(1, "/").data(1, false, "more");

        assertThat(client.await(1).reset()).isEqualTo(STREAM_CLOSED);
    }

    // ---- the end of a connection

    @Test
    void aDrainSaysSoTwiceAndFinishesWhatIsUnderWay() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Http2Wire client = connect().get(1, "/");
        Wire upstream = backend.accept();
        upstream.readRequest();

        CompletableFuture<Integer> drained = Beside.start(gateway.proxy()::drain);
        GoAway first = client.awaitGoAway();
        GoAway second = client.awaitGoAway();
        upstream.send(OK);

        assertThat(first).isEqualTo(new GoAway(Integer.MAX_VALUE, NO_ERROR));
        assertThat(second).isEqualTo(new GoAway(1, NO_ERROR));
        assertThat(client.await(1).body()).isEqualTo("ok");
        client.wire().awaitGone();
        client.close();
        assertThat(drained.get()).isZero();
    }

    @Test
    void anIdleConnectionIsEndedWithAWord() throws Exception {
        gateway.forward(gateway.answering(OK), "defaults: { timeouts: { keep-alive: 1s } }");

        Http2Wire client = connect().get(1, "/");
        client.await(1);

        assertThat(client.awaitGoAway()).isEqualTo(new GoAway(1, NO_ERROR));
        client.wire().awaitGone();
    }

    @Test
    void aHeaderBlockThatDoesNotEndIsNotWaitedForForEver() throws Exception {
        gateway.forward(gateway.answering(OK), "defaults: { timeouts: { header: 1s } }");

        Http2Wire client = connect().ping();
        client.frame(Http2Wire.HEADERS, 0, 1, Http2Wire.block(":method", "GET"));

        assertThat(client.awaitGoAway().code()).isEqualTo(ENHANCE_YOUR_CALM);
        client.wire().awaitGone();
    }

    // ---- clients of others

    @Test
    void curlAndH2loadAreServed() throws Exception {
        gateway.forward(gateway.answering(OK));
        String url = "http://127.0.0.1:" + gateway.port() + "/";

        assertThat(run("curl", "-s", "--http2-prior-knowledge", "-w", "%{http_version}", url))
                .isEqualTo("ok2");
        assertThat(run("h2load", "-n", "2000", "-c", "4", "-m", "50", url))
                .contains("2000 succeeded, 0 failed, 0 errored");
    }

    /// curl 7 takes an answer for none when the stream is reset before its own request has ended.
    @Test
    void curlGetsAnAnswerThatIsThereBeforeItsRequestHasEnded() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        String url = "http://127.0.0.1:" + gateway.port() + "/";

        for (int i = 0; i < 3; i++) {
            Process curl =
                    start("curl", "-s", "--http2-prior-knowledge", "-m", "30", "-T", "-", url);
            Wire upstream = backend.accept();
            upstream.readHead();
            long answered = System.nanoTime();
            upstream.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");
            upstream.awaitGone();
            endInput(curl, "x");
            String output = textOf(curl);
            if (curl.waitFor() != 0) {
                assumeTrue(
                        System.nanoTime() - answered < HttpStream.Server.LINGER_NANOS,
                        "this machine stood still until the stream had to be reset");
            }
            assertThat(curl.exitValue()).isZero();
            assertThat(output).isEqualTo("no");
        }
    }

    private static void endInput(Process process, String last) {
        try (OutputStream input = process.getOutputStream()) {
            input.write(last.getBytes(UTF_8));
        } catch (IOException e) {
            // It has ended already, and its status tells.
        }
    }

    private static String run(String... command) throws Exception {
        return outputOf(start(command));
    }

    private static Process start(String... command) throws IOException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, command[0] + " is not installed");
            throw e;
        }
    }

    private static String outputOf(Process process) throws Exception {
        String output = textOf(process);
        assertThat(process.waitFor()).isZero();
        return output;
    }

    private static String textOf(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }
}
