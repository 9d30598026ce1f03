package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// WebSockets to endpoints of HTTP/2 (RFC 8441), from clients of either version.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class WebSocketToHttp2Test {
    private static final int CONNECT_PROTOCOL = 8;
    private static final int PROTOCOL_ERROR = 1;
    private static final int CANCEL = 8;

    private static final String HANDSHAKE =
            "GET /chat?room=1 HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n"
                    + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private FakeBackend backend;

    @BeforeEach
    void serve() throws Exception {
        backend = gateway.backend();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { protocol: http2, endpoints: [ "%s" ] } }
                """,
                backend.address());
    }

    private Http2Wire accept() throws Exception {
        return Http2Wire.accepting(backend.accept(), CONNECT_PROTOCOL, 1);
    }

    /// A WebSocket of a client of HTTP/1.1.
    record Ends(Wire client, Http2Wire endpoint, int stream) {}

    private Ends open() throws Exception {
        Wire client = gateway.send(HANDSHAKE);
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 200);
        assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
        return new Ends(client, endpoint, stream);
    }

    @Test
    void makesAnExtendedConnectOfTheHandshakeOfHttp11() throws Exception {
        Wire client = gateway.send(HANDSHAKE);
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(
                stream,
                false,
                200,
                "sec-websocket-protocol",
                "chat",
                "sec-websocket-accept",
                "none of ours");
        Message response = client.readResponse();

        assertThat(endpoint.answer(stream).heads().getFirst())
                .contains(
                        ":method: CONNECT",
                        ":protocol: websocket",
                        ":scheme: http",
                        ":authority: a.test",
                        ":path: /chat?room=1",
                        "sec-websocket-version: 13",
                        "sec-websocket-protocol: chat")
                .noneMatch(line -> line.startsWith("sec-websocket-key"))
                .noneMatch(line -> line.startsWith("upgrade"))
                .noneMatch(line -> line.startsWith("connection"));
        assertThat(endpoint.answer(stream).ended()).isFalse();
        assertThat(response.status()).isEqualTo(101);
        assertThat(response.field("upgrade")).isEqualTo("websocket");
        assertThat(response.field("sec-websocket-protocol")).isEqualTo("chat");
        assertThat(response.all("sec-websocket-accept"))
                .containsExactly("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        client.reset();
        assertThat(endpoint.await(stream).reset()).isEqualTo(CANCEL);
    }

    @Test
    void carriesOctetsBothWaysAndEndsEachByItself() throws Exception {
        Ends ends = open();

        ends.client.send("hello");
        assertThat(ends.endpoint.awaitBody(ends.stream, 5).body()).isEqualTo("hello");
        ends.endpoint.data(ends.stream, false, "world");
        assertThat(ends.client.read(5)).isEqualTo("world");
        ends.client.send("last").endOutput();
        assertThat(ends.endpoint.await(ends.stream).body()).isEqualTo("hellolast");
        ends.endpoint.data(ends.stream, true, "more");

        assertThat(ends.client.readToEnd()).isEqualTo("more");
    }

    @Test
    void letsTheClientGoOnWhenTheEndpointHasEnded() throws Exception {
        Ends ends = open();

        ends.endpoint.data(ends.stream, true, "last");
        assertThat(ends.client.readToEnd()).isEqualTo("last");
        ends.client.send("onward").endOutput();

        assertThat(ends.endpoint.await(ends.stream).body()).isEqualTo("onward");
    }

    enum Gone {
        BY_RESET {
            @Override
            void go(Ends ends) throws IOException {
                ends.endpoint.reset(ends.stream, CANCEL);
            }
        },
        BY_GOAWAY {
            @Override
            void go(Ends ends) throws IOException {
                ends.endpoint.frame(Http2Wire.GOAWAY, 0, 0, new byte[8]);
            }
        },
        BY_A_FRAME_TOO_MANY {
            @Override
            void go(Ends ends) throws IOException {
                ends.endpoint.data(ends.stream, false, "behind the end");
            }
        },
        WITH_ITS_CONNECTION {
            @Override
            void go(Ends ends) throws IOException {
                ends.endpoint.close();
            }
        };

        abstract void go(Ends ends) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void letsGoOfAClientThatGoesOnWhenTheEndpointThatHasEndedIsGone(Gone gone) throws Exception {
        Ends ends = open();
        ends.endpoint.data(ends.stream, true, "last");
        assertThat(ends.client.readToEnd()).isEqualTo("last");

        gone.go(ends);
        ends.client.send("nobody hears this");

        Gateway.await("the end", () -> gateway.clientConnections() == 0);
        Gateway.await("the request", () -> gateway.target("app", 0).inFlight() == 0);
    }

    @Test
    void carriesOneStreamOfHttp2InAnother() throws Exception {
        Http2Wire client =
                Http2Wire.over(gateway.connect())
                        .head(
                                1,
                                false,
                                ":method",
                                "CONNECT",
                                ":protocol",
                                "websocket",
                                ":scheme",
                                "http",
                                ":authority",
                                "a.test",
                                ":path",
                                "/chat");
        client.data(1, false, "early");
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 200);
        client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);

        assertThat(client.answer(1).status()).isEqualTo(200);
        assertThat(client.answer(1).heads().getFirst())
                .noneMatch(line -> line.startsWith("sec-websocket-accept"));
        assertThat(endpoint.awaitBody(stream, 5).body()).isEqualTo("early");
        endpoint.data(stream, true, "all");
        client.data(1, true, "");
        assertThat(client.await(1).body()).isEqualTo("all");
        assertThat(endpoint.await(stream).ended()).isTrue();
    }

    @Test
    void answers502WhereTheEndpointOffersNoWebSockets() throws Exception {
        Wire client = gateway.send(HANDSHAKE);
        Http2Wire endpoint = Http2Wire.accepting(backend.accept());
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("UPSTREAM_UPGRADE_FAILED");
        client.send("GET /plain HTTP/1.1\r\nHost: a.test\r\n\r\n");
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, true, 204);
        assertThat(client.readResponse().status()).isEqualTo(204);
    }

    @Test
    void passesOnARefusalAndEndsItsOwnSide() throws Exception {
        Wire client = gateway.send(HANDSHAKE);
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 403, "content-length", "2");
        assertThat(endpoint.await(stream).ended()).isTrue();
        endpoint.data(stream, true, "no");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(403);
        assertThat(response.body()).isEqualTo("no");
    }

    @Test
    void resetsTheClientWhenTheEndpointResetsItsStream() throws Exception {
        Ends ends = open();

        ends.endpoint.reset(ends.stream, CANCEL);

        ends.client.readToReset();
    }

    @Test
    void resetsATunnelThatIsSentTrailers() throws Exception {
        Ends ends = open();

        ends.endpoint.head(ends.stream, true, "x-sum", "1");

        assertThat(ends.endpoint.await(ends.stream).reset()).isEqualTo(PROTOCOL_ERROR);
        ends.client.awaitGone();
    }
}
