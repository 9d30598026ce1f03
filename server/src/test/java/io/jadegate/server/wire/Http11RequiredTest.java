package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Endpoints that speak HTTP/2 and want to be asked by HTTP/1.1 all the same (RFC 9113 §7).
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class Http11RequiredTest {
    private static final int HTTP_1_1_REQUIRED = 13;

    private static final String GET = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
    private static final String POST =
            "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 3\r\n\r\nabc";
    private static final String HANDSHAKE =
            "GET / HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Version: 13\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private final TestAuthority authority = new TestAuthority("test authority");

    @TempDir private Path folder;
    private FakeBackend backend;

    @BeforeEach
    void open() throws IOException {
        backend = gateway.backend();
    }

    private void serve(String protocol, String route) throws IOException {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app ROUTE } }
                upstreams:
                  app:
                    protocol: PROTOCOL
                    endpoints: [ "%s" ]
                    tls: { server-name: app.test, trusted: TRUSTED }
                """
                        .replace("ROUTE", route)
                        .replace("PROTOCOL", protocol)
                        .replace("TRUSTED", authority.trustedIn(folder).toString()),
                backend.address());
    }

    /// Takes a connection as an endpoint that speaks both, HTTP/2 rather.
    private Wire accept() throws IOException {
        SSLEngine engine = authority.engine(authority.issue("app.test"));
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        engine.setSSLParameters(parameters);
        return backend.accept().secure(engine);
    }

    @ParameterizedTest
    @ValueSource(strings = {GET, POST})
    void aRequestIsAskedAgainByHttp11AndThoseThatFollowAtOnce(String request) throws Exception {
        serve("auto", "");
        Wire client = gateway.send(request);
        Http2Wire http2 = Http2Wire.accepting(accept());
        int stream = http2.awaitRequest();
        http2.reset(stream, HTTP_1_1_REQUIRED);

        Wire http1 = accept();
        Message again = http1.readRequest();
        http1.send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(http2.awaitGoAway().code()).isZero();
        client.send(GET);
        http1.readRequest();
        http1.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(again.body()).isEqualTo(request.equals(POST) ? "abc" : "");
        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void aConnectionThatEndsForItLeavesOnlyWhatItHasNotBegunToHttp11() throws Exception {
        serve("auto", "");
        Wire first = gateway.send(GET);
        Http2Wire http2 = Http2Wire.accepting(accept());
        int begun = http2.awaitRequest();
        Wire second = gateway.send(GET);
        http2.awaitRequest();
        http2.frame(
                Http2Wire.GOAWAY,
                0,
                0,
                ByteBuffer.allocate(8).putInt(begun).putInt(HTTP_1_1_REQUIRED).array());

        Wire http1 = accept();
        http1.readRequest();
        http1.send(OK);
        assertThat(second.readResponse().body()).isEqualTo("ok");
        http2.respond(begun, true, 204);
        assertThat(first.readResponse().status()).isEqualTo(204);
    }

    @Test
    void aWebSocketIsAskedForAgainByHttp11() throws Exception {
        serve("auto", "");
        Wire client = gateway.send(HANDSHAKE);
        Http2Wire http2 = Http2Wire.accepting(accept(), 8, 1);
        http2.reset(http2.awaitRequest(), HTTP_1_1_REQUIRED);

        Wire http1 = accept();
        assertThat(http1.readRequest().field("upgrade")).isEqualTo("websocket");
        http1.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello");

        assertThat(client.readUntil("hello")).startsWith("HTTP/1.1 101 ");
        client.reset();
        http1.awaitGone();
    }

    @Test
    void whereTheRouteTriesOnceOnlyTheNextRequestGoesByHttp11() throws Exception {
        serve("auto", ", retry: { tries: 1 }");
        Wire client = gateway.send(GET);
        Http2Wire http2 = Http2Wire.accepting(accept());
        http2.reset(http2.awaitRequest(), HTTP_1_1_REQUIRED);

        assertFailed(client.readResponse());
        client.send(GET);
        Wire http1 = accept();
        http1.readRequest();
        http1.send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void whereHttp2IsAllThatIsSpokenTheRequestFails() throws Exception {
        serve("http2", "");
        Wire client = gateway.send(GET);
        Http2Wire http2 = Http2Wire.accepting(accept());
        http2.reset(http2.awaitRequest(), HTTP_1_1_REQUIRED);

        assertFailed(client.readResponse());
        assertThat(backend.untouched()).isTrue();
    }

    private static void assertFailed(Message response) {
        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"reason\":\"UPSTREAM_NO_HTTP2\"");
    }
}
