package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Http2Wire.Answer;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// WebSockets of clients of HTTP/2 (RFC 8441), to endpoints of HTTP/1.1.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class WebSocketOverHttp2Test {
    private static final int PROTOCOL_ERROR = 1;
    private static final int CANCEL = 8;

    private static final String TWO_ROUTES =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes:
              chat: { match: { path: /chat, methods: [ GET ] }, upstream: app }
              plain: { match: { path: /plain }, websocket: false, upstream: app }
              fixed: { match: { path: /fixed }, respond: { body: "fixed" } }
              moved: { match: { path: /moved }, redirect: { location: "https://b.test/" } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    /// The two ends of a WebSocket, which is stream 1 of the client's connection.
    private record Ends(Http2Wire client, Wire endpoint) {}

    private static Http2Wire connect() throws IOException {
        return Http2Wire.over(gateway.connect());
    }

    private static Http2Wire ask(Http2Wire client, int stream, String path, String... fields)
            throws IOException {
        List<String> head =
                new ArrayList<>(
                        List.of(
                                ":method", "CONNECT",
                                ":protocol", "websocket",
                                ":scheme", "http",
                                ":authority", "example.com",
                                ":path", path));
        head.addAll(List.of(fields));
        return client.head(stream, false, head.toArray(String[]::new));
    }

    private static String accepted(Message request) {
        return accepted(accept(request.field("sec-websocket-key")), "");
    }

    private static String accepted(String accept, String fields) {
        return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Accept: "
                + accept
                + "\r\n"
                + fields
                + "\r\n";
    }

    /// What proves that a handshake has been read (RFC 6455 §4.2.2).
    static String accept(String key) {
        String proof = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(proof.getBytes(ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Ends open() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());
        Http2Wire client = ask(connect(), 1, "/chat");
        Wire endpoint = backend.accept();
        endpoint.send(accepted(endpoint.readRequest()));
        client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);
        assertThat(client.answer(1).status()).isEqualTo(200);
        return new Ends(client, endpoint);
    }

    // ---- the offer

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void offersWebSocketsWhereARouteTakesThem(boolean taken) throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, websocket: %s } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                Boolean.toString(taken), gateway.backend().address());

        Http2Wire.Frame settings = connect().await(Http2Wire.SETTINGS, 0);

        assertThat(HexFormat.of().formatHex(settings.payload()))
                .contains(taken ? "000800000001" : "000800000000");
    }

    @Test
    void resetsAStreamThatUsesWhatWasNotOffered() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, websocket: false } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());

        Answer answer = ask(connect(), 1, "/chat").await(1);

        assertThat(answer.reset()).isEqualTo(PROTOCOL_ERROR);
        assertThat(backend.untouched()).isTrue();
    }

    // ---- the handshake

    @Test
    void makesTheHandshakeOfHttp11ThatTheClientDoesNotMake() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());

        Http2Wire client =
                ask(
                        connect(),
                        1,
                        "/chat?room=1",
                        "sec-websocket-version",
                        "13",
                        "sec-websocket-protocol",
                        "chat, superchat",
                        "sec-websocket-key",
                        "none of ours",
                        "origin",
                        "http://a.test");
        Wire endpoint = backend.accept();
        Message request = endpoint.readRequest();
        endpoint.send(
                accepted(
                        accept(request.field("sec-websocket-key")),
                        "Sec-WebSocket-Protocol: chat\r\nX-Extra: 1\r\n"));
        client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);

        assertThat(request.startLine()).isEqualTo("GET /chat?room=1 HTTP/1.1");
        assertThat(request.field("host")).isEqualTo("example.com");
        assertThat(request.field("connection")).isEqualTo("Upgrade");
        assertThat(request.field("upgrade")).isEqualTo("websocket");
        assertThat(request.field("sec-websocket-version")).isEqualTo("13");
        assertThat(request.field("sec-websocket-protocol")).isEqualTo("chat, superchat");
        assertThat(request.field("origin")).isEqualTo("http://a.test");
        assertThat(Base64.getDecoder().decode(request.field("sec-websocket-key"))).hasSize(16);
        assertThat(request.names()).doesNotContain("transfer-encoding", "content-length");
        assertThat(client.answer(1).heads().getFirst())
                .contains(":status: 200", "sec-websocket-protocol: chat", "x-extra: 1")
                .noneMatch(line -> line.startsWith("sec-websocket-accept"))
                .noneMatch(line -> line.startsWith("upgrade"))
                .noneMatch(line -> line.startsWith("connection"));
        endpoint.reset();
    }

    @Test
    void holdsWhatFollowsTheHandshakeUntilTheEndpointAgrees() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());

        Http2Wire client = ask(connect(), 1, "/chat").data(1, false, "ear").data(1, true, "ly");
        Wire endpoint = backend.accept();
        Message request = endpoint.readRequest();
        endpoint.send(accepted(request) + "first");

        assertThat(client.awaitBody(1, 5).body()).isEqualTo("first");
        assertThat(endpoint.readToEnd()).isEqualTo("early");
        endpoint.endOutput();
        assertThat(client.await(1).ended()).isTrue();
    }

    @Test
    void keepsNothingOfWhatFollowsTheHandshakeBehindWhatEndsIt() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                TWO_ROUTES.replace(
                        "methods: [ GET ] },", "methods: [ GET ] }, websocket: { ping: 1h },"),
                backend.address());
        Http2Wire client =
                ask(connect(), 1, "/chat")
                        .data(1, false, Frame.ofClient(0x83, "no frame"))
                        .data(1, true, "x".repeat(10_000));
        Wire endpoint = backend.accept();
        Message request = endpoint.readRequest();
        Gateway.await("all is there", () -> charged() > 10_000);
        endpoint.send(accepted(request));

        assertThat(client.await(1).ended()).isTrue();
        assertThat(Frame.read(endpoint).code()).isEqualTo(1002);
        endpoint.endOutput();
        Gateway.await("nothing is kept", () -> charged() == 0);
    }

    private static double charged() {
        return TestReadings.of(gateway).value("jadegate_buffers_charged_bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
            })
    void answers502ToWhatIsNoAgreement(String response) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());

        Http2Wire client = ask(connect(), 1, "/chat").data(1, false, "dropped");
        Wire endpoint = backend.accept();
        endpoint.readHead();
        endpoint.send(response);
        Answer answer = client.await(1);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("UPSTREAM_UPGRADE_FAILED");
        endpoint.awaitGone();
    }

    @Test
    void passesOnAnEndpointsRefusal() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());

        Http2Wire client = ask(connect(), 1, "/chat");
        Wire endpoint = backend.accept();
        endpoint.readHead();
        endpoint.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        Answer answer = client.await(1);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("no");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/plain", "/fixed"})
    void answers501WhereTheRouteTakesNoWebSocket(String path) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());

        Answer answer = ask(connect(), 1, path).await(1);

        assertThat(answer.status()).isEqualTo(501);
        assertThat(answer.body()).contains("UPGRADE_REFUSED");
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    void redirectsAHandshakeLikeAnyRequest() throws Exception {
        gateway.serve(TWO_ROUTES, gateway.backend().address());

        assertThat(ask(connect(), 1, "/moved").await(1).status()).isEqualTo(308);
    }

    @Test
    void answers501ToAnotherProtocol() throws Exception {
        gateway.serve(TWO_ROUTES, gateway.backend().address());

        Answer answer =
                connect()
                        .head(
                                1,
                                false,
                                ":method",
                                "CONNECT",
                                ":protocol",
                                "connect-udp",
                                ":scheme",
                                "http",
                                ":authority",
                                "example.com",
                                ":path",
                                "/chat")
                        .await(1);

        assertThat(answer.status()).isEqualTo(501);
        assertThat(answer.body()).contains("REQUEST_PROTOCOL");
    }

    static List<List<String>> malformed() {
        return List.of(
                List.of(":method", "CONNECT", ":protocol", "websocket", ":authority", "a"),
                List.of(
                        ":method",
                        "CONNECT",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":path",
                        "/"),
                List.of(
                        ":method",
                        "GET",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/"),
                List.of(
                        ":method",
                        "CONNECT",
                        ":protocol",
                        "websocket",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/"),
                List.of(
                        ":method",
                        "CONNECT",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/",
                        "content-length",
                        "0"),
                List.of(
                        ":method",
                        "CONNECT",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":authority",
                        "a",
                        ":path",
                        "/",
                        "upgrade",
                        "websocket"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void resetsWhatIsNoExtendedConnect(List<String> head) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());

        Answer answer = connect().head(1, false, head.toArray(String[]::new)).await(1);

        assertThat(answer.reset()).isEqualTo(PROTOCOL_ERROR);
        assertThat(backend.untouched()).isTrue();
    }

    // ---- the tunnel

    @Test
    void carriesOctetsBothWaysAndEndsEachByItself() throws Exception {
        Ends ends = open();

        ends.client.data(1, false, "hello");
        assertThat(ends.endpoint.read(5)).isEqualTo("hello");
        ends.endpoint.send("world");
        assertThat(ends.client.awaitBody(1, 5).body()).isEqualTo("world");
        ends.client.data(1, true, "last");
        assertThat(ends.endpoint.readToEnd()).isEqualTo("last");
        ends.endpoint.send("more").endOutput();

        assertThat(ends.client.await(1).body()).isEqualTo("worldmore");
        assertThat(ends.client.answer(1).ended()).isTrue();
    }

    @Test
    void letsTheClientGoOnWhenTheEndpointHasEnded() throws Exception {
        Ends ends = open();

        ends.endpoint.send("last").endOutput();
        assertThat(ends.client.await(1).body()).isEqualTo("last");
        ends.client.data(1, false, "on").data(1, true, "ward");

        assertThat(ends.endpoint.readToEnd()).isEqualTo("onward");
    }

    @Test
    void carriesMoreThanAnyWindow() throws Exception {
        Ends ends = open();
        String piece = "0123456789abcdef".repeat(1000);
        int pieces = 40;

        CompletableFuture<String> echoed =
                Beside.start(() -> {
                    String all = ends.endpoint.read(pieces * piece.length());
                    ends.endpoint.send(all);
                    return all;
                });
        int credit = 65_535;
        for (int i = 0; i < pieces; i++) {
            while (credit < piece.length()) {
                Http2Wire.Frame frame = ends.client.await(Http2Wire.WINDOW_UPDATE, 0);
                credit += frame.stream() == 1 ? frame.number(0) : 0;
            }
            ends.client.data(1, false, piece);
            credit -= piece.length();
        }

        assertThat(ends.client.awaitBody(1, pieces * piece.length()).body())
                .isEqualTo(echoed.get());
        ends.client.reset(1, CANCEL);
    }

    @Test
    void resetsTheEndpointWhenTheClientResetsItsStream() throws Exception {
        Ends ends = open();

        ends.client.reset(1, CANCEL);

        ends.endpoint.awaitGone();
        assertThat(ends.client.get(3, "/fixed").await(3).body()).isEqualTo("fixed");
    }

    @Test
    void resetsTheStreamWhenTheEndpointResets() throws Exception {
        Ends ends = open();

        ends.endpoint.reset();

        assertThat(ends.client.await(1).reset()).isEqualTo(CANCEL);
        assertThat(ends.client.get(3, "/fixed").await(3).body()).isEqualTo("fixed");
    }

    @Test
    void resetsATunnelThatIsSentTrailers() throws Exception {
        Ends ends = open();

        ends.client.head(1, true, "x-sum", "1");

        assertThat(ends.client.await(1).reset()).isEqualTo(PROTOCOL_ERROR);
        ends.endpoint.awaitGone();
    }

    @Test
    void saysGoodbyeBehindAHandshakeThatWasUnderWayWhenTheRouteWent() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());
        Http2Wire client = ask(connect(), 1, "/chat");
        Wire endpoint = backend.accept();
        Message request = endpoint.readRequest();
        gateway.serveNow(TWO_ROUTES.replace("chat:", "other:"), backend.address());
        endpoint.send(accepted(request));

        String goodbye = Frame.closing(1001, "The route was removed.");
        assertThat(client.awaitBody(1, 2 + goodbye.length()).status()).isEqualTo(200);
        assertThat(client.answer(1).body()).isEqualTo(Frame.ofEndpoint(Frame.CLOSE, goodbye));
        client.data(1, true, Frame.ofClient(Frame.CLOSE, goodbye));
        endpoint.endOutput();
        assertThat(client.await(1).ended()).isTrue();
    }

    @Test
    void saysGoodbyeInFramesWhenTheRouteGoes() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_ROUTES, backend.address());
        Http2Wire client = ask(connect(), 1, "/chat");
        Wire endpoint = backend.accept();
        endpoint.send(accepted(endpoint.readRequest()));
        client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);

        gateway.serveNow(TWO_ROUTES.replace("chat:", "other:"), backend.address());

        String goodbye = Frame.closing(1001, "The route was removed.");
        assertThat(client.awaitBody(1, 2 + goodbye.length()).body())
                .isEqualTo(Frame.ofEndpoint(Frame.CLOSE, goodbye));
        assertThat(Frame.read(endpoint).code()).isEqualTo(1001);
        client.data(1, true, Frame.ofClient(Frame.CLOSE, goodbye));
        endpoint.endOutput();
        assertThat(endpoint.readToEnd()).isEmpty();
        assertThat(client.await(1).ended()).isTrue();
    }
}
