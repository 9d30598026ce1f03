package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.server.wire.Pairing.Version;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// WebSockets of clients of every version of HTTP (RFC 6455, RFC 8441), to endpoints of every one.
/// Each test leaves no descriptor and no tunnel behind.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class WebSocketPairingsTest {
    private static final int CONNECT_PROTOCOL = 8;
    private static final int CANCEL = 8;
    private static final int TOO_LARGE = 1009;

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String HANDSHAKE =
            "GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Key: "
                    + KEY
                    + "\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;
    private Pairing pairing;

    @BeforeEach
    void open() throws IOException {
        pairing = new Pairing(gateway, folder);
    }

    // ---- the two ends

    /// One end of a WebSocket.
    private interface End {
        void send(String octets) throws IOException;

        String read(int octets) throws IOException;

        /// Ends what this side sends.
        void end() throws IOException;

        /// Reads the orderly end of the other side.
        void readEnd() throws IOException;

        /// Ends both directions without a word.
        void cut() throws IOException;

        /// Waits until the other side is gone, in whichever way.
        void awaitGone() throws IOException;

        /// Reads a frame.
        default Frame readFrame() throws IOException {
            return Frame.read(this::read);
        }
    }

    private record Http1End(Wire wire) implements End {
        @Override
        public void send(String octets) throws IOException {
            wire.send(octets);
        }

        @Override
        public String read(int octets) throws IOException {
            return wire.read(octets);
        }

        @Override
        public void end() throws IOException {
            wire.endOutput();
        }

        @Override
        public void readEnd() throws IOException {
            assertThat(wire.readToEnd()).isEmpty();
        }

        @Override
        public void cut() throws IOException {
            wire.reset();
        }

        @Override
        public void awaitGone() throws IOException {
            wire.awaitGone();
        }
    }

    private static final class Http2End implements End {
        private final Http2Wire http2;
        private final int stream;
        private int read;

        Http2End(Http2Wire http2, int stream) {
            this.http2 = http2;
            this.stream = stream;
        }

        @Override
        public void send(String octets) throws IOException {
            http2.data(stream, false, octets);
        }

        @Override
        public String read(int octets) throws IOException {
            read += octets;
            return http2.awaitBody(stream, read).body().substring(read - octets, read);
        }

        @Override
        public void end() throws IOException {
            http2.data(stream, true, "");
        }

        @Override
        public void readEnd() throws IOException {
            Http2Wire.Answer all = http2.await(stream);
            assertThat(all.ended()).isTrue();
            assertThat(all.body()).hasSize(read);
        }

        @Override
        public void cut() throws IOException {
            http2.reset(stream, CANCEL);
        }

        @Override
        public void awaitGone() throws IOException {
            Http2Wire.Answer all = http2.answer(stream);
            while (all.reset() < 0) {
                http2.read();
            }
        }
    }

    private record Ends(End client, End endpoint) {}

    /// @param route further settings of the route, each behind a comma
    private Ends open(Version from, Version to, String route) throws IOException {
        pairing.serve(from, to, route);
        if (from.http2()) {
            Http2Wire client = ask(Http2Wire.over(pairing.connect(from)), from.scheme());
            End endpoint = accept(to);
            client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);
            assertThat(client.answer(1).status()).isEqualTo(200);
            assertThat(client.answer(1).heads().getFirst())
                    .contains("sec-websocket-protocol: chat");
            return new Ends(new Http2End(client, 1), endpoint);
        }
        Wire client = pairing.connect(from).send(HANDSHAKE);
        End endpoint = accept(to);
        Message answer = client.readResponse();
        assertThat(answer.status()).isEqualTo(101);
        assertThat(answer.field("sec-websocket-accept"))
                .isEqualTo(WebSocketOverHttp2Test.accept(KEY));
        assertThat(answer.field("sec-websocket-protocol")).isEqualTo("chat");
        return new Ends(new Http1End(client), endpoint);
    }

    private static Http2Wire ask(Http2Wire client, String scheme) throws IOException {
        return client.head(
                1,
                false,
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                scheme,
                ":authority",
                "localhost",
                ":path",
                "/chat",
                "sec-websocket-version",
                "13",
                "sec-websocket-protocol",
                "chat");
    }

    private End accept(Version version) throws IOException {
        Wire wire = pairing.accept(version);
        if (version.http2()) {
            Http2Wire endpoint = Http2Wire.accepting(wire, CONNECT_PROTOCOL, 1);
            int stream = endpoint.awaitRequest();
            assertThat(endpoint.answer(stream).heads().getFirst())
                    .contains(
                            ":protocol: websocket",
                            ":scheme: " + version.scheme(),
                            ":path: /chat",
                            "sec-websocket-protocol: chat");
            endpoint.respond(stream, false, 200, "sec-websocket-protocol", "chat");
            return new Http2End(endpoint, stream);
        }
        Message request = wire.readRequest();
        assertThat(request.target()).isEqualTo("/chat");
        wire.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: "
                        + WebSocketOverHttp2Test.accept(request.field("sec-websocket-key"))
                        + "\r\n\r\n");
        return new Http1End(wire);
    }

    // ---- what holds for all

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void messagesGoBothWaysUntilBothSayGoodbye(Version from, Version to) throws Exception {
        Ends ends = open(from, to, "");
        String large = "0123456789abcdef".repeat(1000);

        ends.endpoint.send(Frame.ofEndpoint(Frame.TEXT, "pushed"));
        assertThat(ends.client.readFrame().payload()).isEqualTo("pushed");
        ends.client.send(Frame.ofClient(Frame.TEXT, "question"));
        assertThat(ends.endpoint.readFrame().payload()).isEqualTo("question");
        ends.endpoint.send(Frame.ofEndpoint(Frame.BINARY, large));
        assertThat(ends.client.readFrame().payload()).isEqualTo(large);
        ends.client.send(Frame.ofClient(Frame.BINARY, large));
        assertThat(ends.endpoint.readFrame().payload()).isEqualTo(large);
        String bye = Frame.closing(1000, "bye");
        ends.client.send(Frame.ofClient(Frame.CLOSE, bye));
        assertThat(ends.endpoint.readFrame().payload()).isEqualTo(bye);
        ends.endpoint.send(Frame.ofEndpoint(Frame.CLOSE, bye));
        assertThat(ends.client.readFrame().payload()).isEqualTo(bye);

        ends.endpoint.end();
        ends.client.readEnd();
        ends.client.end();
        ends.endpoint.readEnd();
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void oneSideMayGoOnWhenTheOtherHasEnded(Version from, Version to) throws Exception {
        Ends ends = open(from, to, "");

        ends.client.end();
        ends.endpoint.readEnd();
        ends.endpoint.send(Frame.ofEndpoint(Frame.TEXT, "still here"));
        if (from != Version.HTTP_1_1_TLS) {
            // TLS announces the end of both directions.
            assertThat(ends.client.readFrame().payload()).isEqualTo("still here");
        }
        ends.endpoint.end();

        ends.client.readEnd();
    }

    @Test
    void anEndpointThatNobodyHearsIsNotWaitedForLong() throws Exception {
        Ends ends = open(Version.HTTP_1_1_TLS, Version.HTTP_1_1, "");

        ends.client.end();
        ends.endpoint.readEnd();

        Gateway.await("the tunnel is gone", () -> gateway.target("app", 0).inFlight() == 0);
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void aClientThatIsGoneIsGoneForTheEndpointToo(Version from, Version to) throws Exception {
        Ends ends = open(from, to, "");

        ends.client.cut();

        ends.endpoint.awaitGone();
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void anEndpointThatIsGoneIsGoneForTheClientToo(Version from, Version to) throws Exception {
        Ends ends = open(from, to, "");

        ends.endpoint.cut();

        ends.client.awaitGone();
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void tooLargeAMessageClosesBothSidesByTheirFrames(Version from, Version to) throws Exception {
        Ends ends = open(from, to, ", websocket: { max-message: 100B }");

        ends.client.send(Frame.ofClient(Frame.TEXT, "small"));
        assertThat(ends.endpoint.readFrame().payload()).isEqualTo("small");
        ends.client.send(Frame.ofClient(Frame.TEXT, "x".repeat(101)));

        Frame toClient = ends.client.readFrame();
        Frame toEndpoint = ends.endpoint.readFrame();
        assertThat(toClient.first()).isEqualTo(Frame.CLOSE);
        assertThat(toClient.masked()).isFalse();
        assertThat(toClient.code()).isEqualTo(TOO_LARGE);
        assertThat(toEndpoint.first()).isEqualTo(Frame.CLOSE);
        assertThat(toEndpoint.masked()).isTrue();
        assertThat(toEndpoint.code()).isEqualTo(TOO_LARGE);
        ends.endpoint.end();
        ends.client.end();
    }
}
