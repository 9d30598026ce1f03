package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.server.demonstration.EchoUpstream;
import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the gateway does to WebSockets by itself: how it closes them, what it holds them to.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class WebSocketFramesTest {
    private static final String HANDSHAKE =
            "GET /chat HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Version: 13\r\n\r\n";
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

    /// Has the name of the route, its settings and the address of the endpoint put in.
    private static final String CONFIG =
            """
            node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 1h } }
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { %s: { match: { path: / }, upstream: app, websocket: %s } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    /// There is another listener.
    private static final String TWO =
            CONFIG.replace(" } }\nroutes", " }, side: { address: \"127.0.0.2:0\" } }\nroutes");

    /// The listener has another address: that of before goes.
    private static final String MOVED = CONFIG.replace("127.0.0.1:0", "127.0.0.2:0");

    @RegisterExtension static final Gateway gateway = new Gateway();

    /// The two ends of a WebSocket.
    private record Ends(Wire client, Wire endpoint) {}

    /// A WebSocket under the settings of a route's `websocket`.
    private static Ends open(String settings) throws Exception {
        return open(settings, "");
    }

    private static Ends open(String settings, String fields) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, "chat", settings, backend.address());
        return open(backend, fields);
    }

    private static Ends open(FakeBackend backend, String fields) throws Exception {
        Wire client = gateway.send(HANDSHAKE);
        Wire endpoint = backend.accept();
        endpoint.readHead();
        endpoint.send(SWITCH + fields + "\r\n");
        client.readHead();
        return new Ends(client, endpoint);
    }

    private static CompletableFuture<Integer> drain() {
        return Beside.start(gateway.proxy()::drain);
    }

    /// Each end is told by a frame of its own, answers, and sees the end.
    private static void assertClosed(Ends ends, int code, String reason) throws IOException {
        Frame toClient = Frame.read(ends.client);
        assertClose(toClient, code, reason);
        assertThat(toClient.masked()).isFalse();
        Frame toEndpoint = Frame.read(ends.endpoint);
        assertClose(toEndpoint, code, reason);
        assertThat(toEndpoint.masked()).isTrue();
        ends.client.send(Frame.ofClient(Frame.CLOSE, toClient.payload()));
        ends.endpoint.send(Frame.ofEndpoint(Frame.CLOSE, toEndpoint.payload())).endOutput();
        assertThat(ends.client.readToEnd()).isEmpty();
        assertThat(ends.endpoint.readToEnd()).isEmpty();
        ends.client.endOutput();
    }

    private static void assertClose(Frame frame, int code, String reason) {
        assertThat(frame.first()).isEqualTo(Frame.CLOSE);
        assertThat(frame.code()).isEqualTo(code);
        assertThat(frame.reason()).isEqualTo(reason);
    }

    // ---- going away

    @Test
    void saysGoodbyeToBothSidesWhenTheNodeDrains() throws Exception {
        Ends ends = open("true");

        CompletableFuture<Integer> drained = drain();

        assertClosed(ends, 1001, "The gateway is shutting down.");
        assertThat(drained.get()).isZero();
    }

    @Test
    void saysGoodbyeBehindAFrameThatIsUnderWayAndDropsWhatFollows() throws Exception {
        Ends ends = open("true");
        ends.endpoint.send("\u0081\nhello");
        assertThat(ends.client.read(7)).isEqualTo("\u0081\nhello");

        CompletableFuture<Integer> drained = drain();
        assertClose(Frame.read(ends.endpoint), 1001, "The gateway is shutting down.");
        ends.endpoint.send("world" + Frame.ofEndpoint(Frame.TEXT, "too late"));
        assertThat(ends.client.read(5)).isEqualTo("world");
        assertClose(Frame.read(ends.client), 1001, "The gateway is shutting down.");
        ends.client.send(Frame.ofClient(Frame.TEXT, "too late")).endOutput();
        ends.endpoint.endOutput();

        assertThat(ends.client.readToEnd()).isEmpty();
        assertThat(ends.endpoint.readToEnd()).isEmpty();
        assertThat(drained.get()).isZero();
    }

    @Test
    void spreadsItsGoodbyesOverTheDrain() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, "chat", "true", backend.address());
        List<Ends> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(open(backend, ""));
        }

        CompletableFuture<Integer> drained = drain();
        all.forEach(ends -> Thread.ofPlatform().start(() -> answerClose(ends)));
        Gateway.await("the first to be gone", () -> gateway.clientConnections() == 2);
        assertThat(counts()).containsEntry("jadegate_websocket_closes_sent chat 1001", 1L);
        gateway.proxy().hurry();

        assertThat(drained.get()).isEqualTo(2);
    }

    private static void answerClose(Ends ends) {
        try {
            Frame goodbye = Frame.read(ends.client);
            ends.client.send(Frame.ofClient(goodbye.first(), goodbye.payload())).endOutput();
            ends.endpoint.endOutput();
        } catch (IOException cut) {
            // So are those that were not told in time.
        }
    }

    @Test
    void saysGoodbyeWhenTheRouteGoes() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, "chat", "true", backend.address());
        Ends ends = open(backend, "");

        gateway.serveNow(CONFIG, "other", "true", backend.address());

        assertClosed(ends, 1001, "The route was removed.");
    }

    @Test
    void saysGoodbyeWhenTheListenerGoes() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, "chat", "true", backend.address());
        Ends ends = open(backend, "");

        gateway.serveNow(MOVED, "chat", "true", backend.address());

        assertClosed(ends, 1001, "The gateway is shutting down.");
    }

    @Test
    void saysGoodbyeWhenTheListenerGoesThatHadAnotherNameMeanwhile() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, "chat", "true", backend.address());
        Ends ends = open(backend, "");

        gateway.serveNow(CONFIG.replace("web:", "renamed:"), "chat", "true", backend.address());
        gateway.serveNow(MOVED.replace("web:", "renamed:"), "chat", "true", backend.address());

        assertClosed(ends, 1001, "The gateway is shutting down.");
    }

    /// What speaks TCP from now on has no HTTP connections, and none of their tunnels.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void saysGoodbyeWhenItsListenerChangesOverToTcp(boolean open) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO, "chat", "true", backend.address());
        Wire client = gateway.keep(Wire.connect(gateway.address("web"))).send(HANDSHAKE);
        Wire endpoint = backend.accept();
        endpoint.readHead();
        if (open) {
            endpoint.send(SWITCH + "\r\n");
            client.readHead();
        }

        String byTcp = "127.0.0.1:0\", protocol: tcp, upstream: app";
        gateway.serveNow(TWO.replace("127.0.0.1:0\"", byTcp), "chat", "true", backend.address());
        if (!open) {
            endpoint.send(SWITCH + "\r\n");
            client.readHead();
        }

        assertClosed(new Ends(client, endpoint), 1001, "The gateway is shutting down.");
        gateway.serveNow(CONFIG, "chat", "true", backend.address());
        Ends again = open(backend, "");
        again.endpoint.send(Frame.ofEndpoint(Frame.TEXT, "here again"));
        assertThat(Frame.read(again.client).first()).isEqualTo(Frame.TEXT);
        again.endpoint.close();
    }

    @Test
    void goesOnWhenAListenerGoesThatHasTheNameItsOwnHad() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO, "chat", "true", backend.address());
        Ends ends = open(backend, "");

        String renamed = TWO.replace("web:", "main:").replace("side:", "web:");
        gateway.serveNow(renamed, "chat", "true", backend.address());
        gateway.serveNow(CONFIG.replace("web:", "main:"), "chat", "true", backend.address());

        assertThat(gateway.send("GET /chat HTTP/1.1\r\n\r\n").readResponse().status())
                .isEqualTo(400);
        ends.endpoint.send(Frame.ofEndpoint(Frame.TEXT, "still here"));
        assertThat(Frame.read(ends.client).first()).isEqualTo(Frame.TEXT);
        ends.endpoint.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "listener", "route"})
    void saysGoodbyeBehindAHandshakeThatWasUnderWay(String going) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, "chat", "true", backend.address());
        Wire client = gateway.send(HANDSHAKE);
        Wire endpoint = backend.accept();
        endpoint.readHead();
        switch (going) {
            case "node" -> {
                CompletableFuture<Integer> _ = drain();
                Gateway.await("the drain", WebSocketFramesTest::refusesConnections);
            }
            case "listener" -> gateway.serveNow(MOVED, "chat", "true", backend.address());
            default -> gateway.serveNow(CONFIG, "other", "true", backend.address());
        }
        endpoint.send(SWITCH + "\r\n");

        assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
        assertClosed(
                new Ends(client, endpoint),
                1001,
                going.equals("route") ? "The route was removed." : "The gateway is shutting down.");
    }

    /// The last thing that a drain does before it turns to the tunnels.
    private static boolean refusesConnections() {
        try (Wire _ = gateway.connect()) {
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"websocket: false", "filters: [ { ip-filter: { deny: [ 127.0.0.0/8 ] } } ]"})
    void closesWhatTheRouteWouldNotLetInAnyMore(String change) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, "chat", "true", backend.address());
        Ends ends = open(backend, "");

        gateway.serveNow(
                CONFIG.replace("websocket: %s", change + " %s"), "chat", "", backend.address());

        assertClosed(ends, 1008, "The route does not let this in any more.");
    }

    @Test
    void leavesAWebSocketAloneThatWouldStillBeLetIn() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, "chat", "true", backend.address());
        Ends ends = open(backend, "");

        gateway.serveNow(
                CONFIG.replace(
                        "websocket: %s", "filters: [ { ip-filter: { deny: [ 10.0.0.0/8 ] } } ] %s"),
                "chat",
                "",
                backend.address());
        String text = Frame.ofClient(Frame.TEXT, "still here");
        ends.client.send(text);

        assertThat(ends.endpoint.read(text.length())).isEqualTo(text);
        ends.client.reset();
    }

    @Test
    void saysNothingBehindACloseFrameThatWasUnderWay() throws Exception {
        Ends ends = open("true");
        String bye = Frame.ofEndpoint(Frame.CLOSE, Frame.closing(1000, "bye"));
        ends.endpoint.send(bye.substring(0, 3));
        assertThat(ends.client.read(3)).isEqualTo(bye.substring(0, 3));

        CompletableFuture<Integer> drained = drain();
        assertClose(Frame.read(ends.endpoint), 1001, "The gateway is shutting down.");
        ends.endpoint.send(bye.substring(3)).endOutput();
        ends.client.send(Frame.ofClient(Frame.CLOSE, Frame.closing(1000, "")));

        assertThat(ends.client.readToEnd()).isEqualTo(bye.substring(3));
        assertThat(ends.endpoint.readToEnd()).isEmpty();
        ends.client.endOutput();
        assertThat(drained.get()).isZero();
    }

    @Test
    void countsNoGoodbyeToAWebSocketThatHasEndedBeforeItsTurn() throws Exception {
        FakeBackend backend = gateway.backend();
        String quick = CONFIG.replace("1h", "1s");
        gateway.serve(quick, "chat", "true", backend.address());
        Ends first = open(backend, "");
        Ends second = open(backend, "");
        Ends third = open(backend, "");

        gateway.serveNow(quick, "chat", "false", backend.address());
        assertClose(Frame.read(first.client), 1008, "The route does not let this in any more.");
        first.client.reset();
        second.client.reset();
        assertClose(Frame.read(third.client), 1008, "The route does not let this in any more.");

        assertThat(closesSent()).isEqualTo(2);
        third.client.reset();
    }

    private static long closesSent() {
        return counts().getOrDefault("jadegate_websocket_closes_sent chat 1008", 0L);
    }

    @Test
    void saysNothingToASideThatHasBeenToldByTheOther() throws Exception {
        Ends ends = open("true");
        String bye = Frame.ofClient(Frame.CLOSE, Frame.closing(1000, "bye"));
        ends.client.send(bye);
        assertThat(ends.endpoint.read(bye.length())).isEqualTo(bye);

        CompletableFuture<Integer> drained = drain();
        assertClose(Frame.read(ends.client), 1001, "The gateway is shutting down.");
        ends.endpoint.send(Frame.ofEndpoint(Frame.CLOSE, Frame.closing(1000, ""))).endOutput();

        assertThat(ends.endpoint.readToEnd()).isEmpty();
        assertThat(ends.client.readToEnd()).isEmpty();
        ends.client.endOutput();
        assertThat(drained.get()).isZero();
    }

    @Test
    @Row("timeouts/tunnel-age")
    void closesAWebSocketThatHasLivedLongEnough() throws Exception {
        Ends ends = open("{ max-age: 100ms }");

        assertClosed(ends, 1001, "The tunnel was open for as long as it may.");
    }

    // ---- policies

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0081\u008b\0\0\0\0hello world",
                "\u0082\u00ff\0\0\0\0\u0010\0\0\0\0\0\0\0",
                "\u0081\u00fe\u0001\0\0\0\0\0"
            })
    void closesWithTooBigBeforeAnythingOfTheMessageGoesOn(String frame) throws Exception {
        Ends ends = open("{ max-message: 10B }");

        ends.client.trickle(frame);

        if (frame.startsWith("\u0081\u008b")) {
            assertClosed(ends, 1009, "A message is too large.");
        } else {
            // A client in the middle of a frame cannot answer before its end.
            assertClose(Frame.read(ends.client), 1009, "A message is too large.");
            assertClose(Frame.read(ends.endpoint), 1009, "A message is too large.");
            ends.endpoint.reset();
            ends.client.awaitGone();
        }
    }

    @Test
    void addsUpTheFragmentsOfAMessage() throws Exception {
        Ends ends = open("{ max-message: 10B }");
        String begin = Frame.ofClient(0x01, "hello");
        String ping = Frame.ofClient(Frame.PING, "in between");
        String more = Frame.ofClient(0x00, "worl");

        ends.client.send(begin + ping + more);
        assertThat(ends.endpoint.read(begin.length() + ping.length() + more.length()))
                .isEqualTo(begin + ping + more);
        ends.client.send(Frame.ofClient(0x80, "d!"));

        assertClosed(ends, 1009, "A message is too large.");
    }

    @Test
    void holdsEndpointsToTheSizeOfMessagesToo() throws Exception {
        Ends ends = open("{ max-message: 10B }");

        String fits = Frame.ofEndpoint(Frame.TEXT, "0123456789");
        ends.endpoint.send(fits + Frame.ofEndpoint(Frame.TEXT, "hello world"));

        assertThat(ends.client.read(fits.length())).isEqualTo(fits);
        assertClosed(ends, 1009, "A message is too large.");
    }

    @Test
    void closesWhenAClientSendsMoreMessagesThanItMay() throws Exception {
        Ends ends = open("{ messages: 3/d }");
        String three =
                Frame.ofClient(Frame.TEXT, "one")
                        + Frame.ofClient(0x01, "tw")
                        + Frame.ofClient(0x80, "o")
                        + Frame.ofClient(Frame.PING, "three");

        ends.client.send(three + Frame.ofClient(Frame.TEXT, "four"));

        assertThat(ends.endpoint.read(three.length())).isEqualTo(three);
        assertClosed(ends, 1008, "Too many messages were sent.");
    }

    @Test
    void letsEndpointsPushAsMuchAsTheyLike() throws Exception {
        Ends ends = open("{ messages: 1/d }");
        String pushed = Frame.ofEndpoint(Frame.TEXT, "push").repeat(100);

        ends.endpoint.send(pushed);

        assertThat(ends.client.read(pushed.length())).isEqualTo(pushed);
        ends.client.reset();
    }

    @Test
    void closesWhenASideHasSentAsMuchAsItMay() throws Exception {
        Ends ends = open("{ max-bytes: 10B }");
        String first = Frame.ofClient(Frame.TEXT, "hello");

        ends.client.send(first + Frame.ofClient(Frame.TEXT, "worlds"));

        assertThat(ends.endpoint.read(first.length())).isEqualTo(first);
        assertClosed(ends, 1008, "More was sent than a tunnel may carry.");
    }

    static List<String> malformed() {
        return List.of(
                Frame.ofClient(0x83, "reserved kind"),
                Frame.ofClient(0x8b, "reserved kind"),
                Frame.ofClient(0xc1, "compressed, which nobody agreed on"),
                Frame.ofClient(0x91, "RSV3"),
                Frame.ofClient(0x80, "continues nothing"),
                Frame.ofClient(0x09, "ping in fragments"),
                Frame.ofClient(Frame.PING, "p".repeat(126)),
                Frame.ofClient(Frame.CLOSE, "1"),
                Frame.ofClient(Frame.CLOSE, Frame.closing(1005, "")),
                Frame.ofClient(Frame.CLOSE, Frame.closing(1000, "\u00c3(")),
                Frame.ofEndpoint(Frame.TEXT, "no mask"),
                "\u0081\u00fe\0\u0003\0\0\0\0abc",
                "\u0081\u00ff\0\0\0\0\0\0\u00ff\u00ff\0\0\0\0",
                "\u0081\u00ff\u0080\0\0\0\0\0\0\0\0\0\0\0");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void closesWithProtocolErrorWhenAClientSendsNoFrame(String octets) throws Exception {
        Ends ends = open("{ ping: 1h }");
        String good = Frame.ofClient(Frame.BINARY, "good");

        ends.client.send(good + octets);

        assertThat(ends.endpoint.read(good.length())).isEqualTo(good);
        assertClosed(ends, 1002, "A frame breaks the protocol.");
    }

    @Test
    void closesWithProtocolErrorWhenAMessageBeginsInsideAnother() throws Exception {
        Ends ends = open("{ ping: 1h }");
        String begin = Frame.ofClient(0x01, "one");

        ends.client.send(begin + Frame.ofClient(0x01, "two"));

        assertThat(ends.endpoint.read(begin.length())).isEqualTo(begin);
        assertClosed(ends, 1002, "A frame breaks the protocol.");
    }

    @Test
    void closesWithProtocolErrorWhenAnEndpointMasks() throws Exception {
        Ends ends = open("{ ping: 1h }");

        ends.endpoint.send(Frame.ofClient(Frame.TEXT, "masked"));

        assertClosed(ends, 1002, "A frame breaks the protocol.");
    }

    @Test
    void closesWithProtocolErrorWhenAnEndpointClosesWithWhatIsNoStatusCode() throws Exception {
        Ends ends = open("{ ping: 1h }");

        ends.endpoint.trickle(Frame.ofEndpoint(Frame.CLOSE, Frame.closing(1006, "gone")));

        assertClosed(ends, 1002, "A frame breaks the protocol.");
    }

    @Test
    void letsCompressedMessagesPassWhereThatWasAgreedOn() throws Exception {
        Ends ends =
                open(
                        "{ ping: 1h }",
                        "Sec-WebSocket-Extensions: permessage-deflate;"
                                + " client_max_window_bits=9\r\n");
        String compressed = Frame.ofClient(0x41, "begin") + Frame.ofClient(0x80, "end");

        ends.client.send(compressed);

        assertThat(ends.endpoint.read(compressed.length())).isEqualTo(compressed);
        ends.client.send(Frame.ofClient(0xc9, "a ping is not compressed"));
        assertClosed(ends, 1002, "A frame breaks the protocol.");
    }

    @Test
    void passesDecodedFramesOctetByOctet() throws Exception {
        Ends ends = open("{ max-message: 1MiB }");
        String up =
                Frame.ofClient(Frame.TEXT, "")
                        + Frame.ofClient(Frame.BINARY, "b".repeat(300))
                        + Frame.ofClient(Frame.PONG, "12345678")
                        + Frame.ofClient(Frame.CLOSE, Frame.closing(1000, "bye"));
        String down =
                Frame.ofEndpoint(Frame.PONG, "12345678")
                        + Frame.ofEndpoint(Frame.TEXT, "t".repeat(200))
                        + Frame.ofEndpoint(Frame.CLOSE, "");

        ends.client.trickle(up);
        ends.endpoint.trickle(down).endOutput();

        assertThat(ends.endpoint.read(up.length())).isEqualTo(up);
        assertThat(ends.client.readToEnd()).isEqualTo(down);
        ends.client.endOutput();
        assertThat(ends.endpoint.readToEnd()).isEmpty();
    }

    @Test
    void passesLargeDecodedMessagesWhole() throws Exception {
        Ends ends = open("{ max-message: 16MiB }");
        String large = Frame.ofClient(Frame.BINARY, "x".repeat(3_000_000));

        CompletableFuture<Wire> sent = Beside.start(() -> ends.client.send(large));

        assertThat(ends.endpoint.read(large.length())).isEqualTo(large);
        sent.get();
        ends.endpoint.reset();
    }

    @Test
    void passesHalfAHeadOnWhenItsSenderEnds() throws Exception {
        Ends ends = open("{ ping: 1h }");

        ends.client.send("\u0081").endOutput();

        assertThat(ends.endpoint.readToEnd()).isEqualTo("\u0081");
        ends.endpoint.endOutput();
        assertThat(ends.client.readToEnd()).isEmpty();
    }

    // ---- signs of life

    @Test
    @Row("timeouts/tunnel-ping")
    void pingsSilentSidesAndKeepsTheAnswers() throws Exception {
        Ends ends = open("{ ping: 1s }");

        Frame toClient = Frame.read(ends.client);
        Frame toEndpoint = Frame.read(ends.endpoint);
        assertThat(toClient.first()).isEqualTo(Frame.PING);
        assertThat(toClient.masked()).isFalse();
        assertThat(toEndpoint.first()).isEqualTo(Frame.PING);
        assertThat(toEndpoint.masked()).isTrue();
        String text = Frame.ofClient(Frame.TEXT, "text");
        String answer = Frame.ofEndpoint(Frame.TEXT, "answer");
        ends.client.send(Frame.ofClient(Frame.PONG, toClient.payload()) + text);
        ends.endpoint.send(Frame.ofEndpoint(Frame.PONG, toEndpoint.payload()) + answer);

        assertThat(nextButPings(ends.endpoint)).isEqualTo(new Frame(Frame.TEXT, true, "text"));
        assertThat(nextButPings(ends.client)).isEqualTo(new Frame(Frame.TEXT, false, "answer"));
        ends.client.reset();
    }

    private static Frame nextButPings(Wire wire) throws IOException {
        Frame frame = Frame.read(wire);
        return frame.first() == Frame.PING ? nextButPings(wire) : frame;
    }

    @Test
    void closesWhenASideDoesNotAnswerAPing() throws Exception {
        Ends ends = open("{ ping: 1s }");

        Frame ping = Frame.read(ends.client);
        assertThat(ping.first()).isEqualTo(Frame.PING);
        assertClose(nextButPings(ends.client), 1001, "A ping was not answered.");

        assertClose(nextButPings(ends.endpoint), 1001, "A ping was not answered.");
        ends.client.reset();
    }

    @Test
    void pingsDoNotHideThatNobodySaysAnything() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                CONFIG + "defaults: { timeouts: { tunnel-idle: 3s } }\n",
                "chat",
                "{ ping: 1s }",
                backend.address());
        Ends ends = open(backend, "");

        CompletableFuture<Frame> last = CompletableFuture.supplyAsync(() -> answeringPings(ends));
        Frame toClient = Frame.read(ends.client);
        while (toClient.first() == Frame.PING) {
            ends.client.send(Frame.ofClient(Frame.PONG, toClient.payload()));
            toClient = Frame.read(ends.client);
        }

        assertClose(toClient, 1001, "The tunnel was idle for too long.");
        assertClose(last.get(), 1001, "The tunnel was idle for too long.");
        ends.client.reset();
    }

    private static Frame answeringPings(Ends ends) {
        try {
            Frame frame = Frame.read(ends.endpoint);
            while (frame.first() == Frame.PING) {
                ends.endpoint.send(Frame.ofEndpoint(Frame.PONG, frame.payload()));
                frame = Frame.read(ends.endpoint);
            }
            return frame;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void servesTheJdkClientWhileItPingsIt() throws Exception {
        try (EchoUpstream upstream = new EchoUpstream("echo");
                HttpClient client = HttpClient.newHttpClient()) {
            gateway.serve(
                    CONFIG,
                    "chat",
                    "{ ping: 1s, max-message: 1KiB }",
                    "127.0.0.1:" + upstream.port());
            Talk talk = new Talk();
            URI uri = URI.create("ws://127.0.0.1:" + gateway.port() + "/chat");
            WebSocket socket = client.newWebSocketBuilder().buildAsync(uri, talk).get();

            for (int i = 0; i < 2; i++) {
                talk.pinged.take();
            }
            socket.sendText("one ", /* last= */ false).get();
            socket.sendText("message", /* last= */ true).get();
            assertThat(talk.received.take()).isEqualTo("one message");
            socket.sendText("x".repeat(1025), /* last= */ true).get();

            assertThat(talk.closed.get()).isEqualTo("1009 A message is too large.");
        }
    }

    /// What the JDK's client is told.
    private static final class Talk implements WebSocket.Listener {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final BlockingQueue<ByteBuffer> pinged = new LinkedBlockingQueue<>();
        private final CompletableFuture<String> closed = new CompletableFuture<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            message.append(text);
            if (last) {
                received.add(message.toString());
                message.setLength(0);
            }
            return WebSocket.Listener.super.onText(from, text, last);
        }

        @Override
        public CompletionStage<?> onPing(WebSocket from, ByteBuffer payload) {
            pinged.add(payload);
            return WebSocket.Listener.super.onPing(from, payload);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code + " " + reason);
            return WebSocket.Listener.super.onClose(from, code, reason);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.completeExceptionally(error);
        }
    }

    // ---- counts

    @Test
    void countsTunnelsWhileTheyAreOpen() throws Exception {
        Ends ends = open("{ max-message: 10B }");
        String up = Frame.ofClient(Frame.TEXT, "hello") + Frame.ofClient(Frame.TEXT, "there");
        String down = Frame.ofEndpoint(Frame.BINARY, "world");
        ends.client.send(up);
        ends.endpoint.read(up.length());
        ends.endpoint.send(down);
        ends.client.read(down.length());

        assertThat(counts())
                .containsEntry("jadegate_tunnels_open chat websocket", 1L)
                .containsEntry("jadegate_tunnel_received_bytes chat websocket", (long) up.length())
                .containsEntry("jadegate_tunnel_sent_bytes chat websocket", (long) down.length())
                .containsEntry("jadegate_websocket_messages chat client", 2L)
                .containsEntry("jadegate_websocket_messages chat endpoint", 1L);
        ends.client.send(Frame.ofClient(Frame.TEXT, "hello world"));
        assertClosed(ends, 1009, "A message is too large.");
        Gateway.await("the end", () -> counts().get("jadegate_tunnels_open chat websocket") == 0);
        assertThat(counts())
                .containsEntry("jadegate_tunnels chat websocket", 1L)
                .containsEntry("jadegate_websocket_closes_sent chat 1009", 1L)
                .containsEntry("jadegate_websocket_messages chat client", 2L);
    }

    /// What is counted of tunnels, by name and labels.
    private static Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        Telemetry.Readings readings =
                new Telemetry.Readings() {
                    @Override
                    public void value(Metric metric, double value, String... labels) {
                        counts.put(
                                metric.name() + " " + String.join(" ", labels), Math.round(value));
                    }

                    @Override
                    public void distribution(
                            Metric metric, Telemetry.Distribution distribution, String... labels) {
                        // Tunnels have none.
                    }
                };
        gateway.proxy().telemetry().forEach(telemetry -> telemetry.report(readings));
        return counts;
    }
}
