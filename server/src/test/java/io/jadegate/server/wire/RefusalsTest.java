package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is no request that could be served: each gets its answer, and the connection ends where
/// nobody can know any more where the next request would begin.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class RefusalsTest {
    private static final String LIMITS =
            "defaults: { limits: { head: 2KiB, fields: 20, uri: 1KiB, body: 1KiB } }";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Framing that two readers could understand differently
                "POST / HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Content-Length: 3\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                "POST / HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Transfer-Encoding: chunked, chunked\r\n\r\n"
                        + "0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Transfer-Encoding: chunked\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                // Lines
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX Y: 1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
                // Request lines
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\r\nHost: a\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
                // Host
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [:::::]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [12345::]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:7:8:9]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [::1.2.3.400]\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: [fe80::1%25lo]\r\n\r\n",
                "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://a#x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
                // Paths that upstreams read differently
                "GET /a/..;/b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a/%2e%2E%3bx/b HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void answers400AndClosesOn(String octets) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(octets + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.field("connection")).isEqualTo("close");
        assertThat(response.field("content-type")).isEqualTo("application/problem+json");
        assertThat(response.field("proxy-status")).isEqualTo("jadegate; error=http_request_error");
        assertThat(response.body()).contains("\"reason\":\"REQUEST_MALFORMED\"", "\"status\":400");
        assertThat(response.has("date")).isTrue();
        assertThat(client.readToEnd()).isEmpty();
        assertThat(backend.untouched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\n",
                "-1\r\n",
                "\r\n",
                "5 \r\nhello\r\n",
                "5\nhello\r\n",
                "5\r\nhelloXX",
                "ffffffffffffffffff\r\n",
                "5;a\rb\r\nhello\r\n",
                "5;a=\"\r\nhello\r\n",
                "5;a=\"\r\n\"\r\nhello\r\n",
                "5;\r\nhello\r\n",
                "0\r\nBad Trailer: 1\r\n\r\n"
            })
    void answers400ToABodyOfBrokenChunks(String chunks) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "POST / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"
                                + "2\r\n"
                                + "ok\r\n");
        Wire upstream = backend.accept();
        upstream.readUntil("2\r\nok\r\n");
        client.send(chunks);
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(400);
        assertThat(client.readToEnd()).isEmpty();
        // The endpoint must not take what it has for the whole.
        assertThat(upstream.readToEnd()).doesNotContain("0\r\n\r\n");
    }

    @Test
    void answers400ToATlsHello() throws Exception {
        gateway.forward(gateway.backend());

        Wire client =
                gateway.connect()
                        .send(new byte[] {22, 3, 1, 0, 5, 1, 0, 0, 1, 3})
                        .send("\0".repeat(200) + "\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(400);
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void answersWhatIsAlmostAnHttp2PrefaceAndCloses() throws Exception {
        gateway.forward(gateway.backend());

        Wire client = gateway.send("PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n\0\0\0\4\0\0\0\0\0");

        assertThat(client.readResponse().status()).isEqualTo(505);
        assertThat(client.readToEnd()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"})
    void answers505ToOtherVersions(String version) throws Exception {
        gateway.forward(gateway.backend());

        Wire client = gateway.send("GET / " + version + "\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(505);
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void closesOnGarbageWithoutEnd() throws Exception {
        gateway.forward(gateway.backend());

        Wire client = gateway.connect();
        client.send("\0\1\2\3".repeat(100));

        assertThat(client.readResponse().status()).isEqualTo(400);
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void ignoresEmptyLinesBeforeARequest() throws Exception {
        gateway.forward(gateway.echoing());

        Wire client = gateway.send("\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().body()).isEqualTo("/x");
    }

    // ---- limits

    @Test
    @Row("size-limits/uri")
    void answers414ToALongTarget() throws Exception {
        gateway.forward(gateway.echoing(), LIMITS);

        Wire client = gateway.send("GET /" + "a".repeat(1200) + " HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(414);
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("size-limits/uri")
    void answers414BeforeTheLineHasEnded() throws Exception {
        gateway.forward(gateway.echoing(), LIMITS);

        Wire client = gateway.send("GET /" + "a".repeat(1800));

        assertThat(client.readResponse().status()).isEqualTo(414);
    }

    @Test
    @Row("size-limits/head")
    void answers431ToALargeHead() throws Exception {
        gateway.forward(gateway.echoing(), LIMITS);

        Wire client = gateway.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(3000));

        assertThat(client.readResponse().status()).isEqualTo(431);
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("size-limits/fields")
    void answers431ToManyFields() throws Exception {
        gateway.forward(gateway.echoing(), LIMITS);

        Wire client =
                gateway.send("GET / HTTP/1.1\r\nHost: a\r\n" + "X: 1\r\n".repeat(20) + "\r\n");

        assertThat(client.readResponse().status()).isEqualTo(431);
    }

    @Test
    @Row("size-limits/fields")
    void takesAHeadThatJustFits() throws Exception {
        gateway.forward(gateway.echoing(), LIMITS);

        Wire client =
                gateway.send("GET /x HTTP/1.1\r\nHost: a\r\n" + "X: 1\r\n".repeat(19) + "\r\n");

        assertThat(client.readResponse().body()).isEqualTo("/x");
    }

    @Test
    @Row("size-limits/body")
    void answers413ToALargeBodyBeforeAnybodySeesIt() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, LIMITS);

        Wire client = gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(413);
        assertThat(response.body()).contains("REQUEST_BODY_TOO_LARGE");
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    @Row("size-limits/body")
    void answers413ToAChunkedBodyThatGrowsTooLarge() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, LIMITS);

        Wire client =
                gateway.send(
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "400\r\n"
                                + "x".repeat(1024)
                                + "\r\n");
        Wire upstream = backend.accept();
        upstream.readUntil("x".repeat(1024));
        client.send("1\r\nx\r\n");

        assertThat(client.readResponse().status()).isEqualTo(413);
        assertThat(upstream.readToEnd()).doesNotContain("0\r\n\r\n");
    }

    @Test
    @Row("size-limits/discard")
    void servesTheNextRequestBehindARefusedBody() throws Exception {
        gateway.forward(gateway.echoing(), LIMITS);

        Wire client =
                gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n")
                        .send("x".repeat(2000) + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(413);
        assertThat(client.readResponse().body()).isEqualTo("/next");
    }

    @Test
    @Row("size-limits/discard")
    void givesUpOnABodyThatIsMuchTooLarge() throws Exception {
        gateway.forward(gateway.echoing(), LIMITS);

        Wire client =
                gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(413);
        byte[] piece = "x".repeat(64 * 1024).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(sendsUntilClosed(client, piece)).isTrue();
    }

    private static boolean sendsUntilClosed(Wire client, byte[] piece) {
        try {
            for (int i = 0; i < 1000; i++) {
                client.send(piece);
            }
            return false;
        } catch (IOException closed) {
            return true;
        }
    }

    // ---- sound requests that are refused

    @ParameterizedTest
    @CsvSource({
        "TRACE / HTTP/1.1, 405, REQUEST_METHOD",
        "GET /nowhere HTTP/1.1, 404, ROUTE_NOT_FOUND"
    })
    void answersByItself(String line, int status, String reason) throws Exception {
        FakeBackend backend = gateway.echoing();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { some: { match: { path: /some }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());

        Wire client = gateway.send(line + "\r\nHost: a\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).contains("\"reason\":\"" + reason + "\"");
        assertThat(response.body()).contains(response.field("x-request-id"));
        client.send("GET /some HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.readResponse().body()).isEqualTo("/some");
    }

    @Test
    void takesNothingBehindARefusedConnectForARequest() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client =
                gateway.send(
                        "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"
                                + "GET /tunnelled HTTP/1.1\r\nHost: a\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(405);
        assertThat(response.field("connection")).isEqualTo("close");
        assertThat(client.readToEnd()).isEmpty();
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    void answers421ToAnHttpsTargetOnAConnectionInTheClear() throws Exception {
        gateway.forward(gateway.backend());

        Wire client = gateway.send("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(421);
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    @Row("header-rules/expect-unknown")
    void answers417ToAnUnknownExpectation() throws Exception {
        gateway.forward(gateway.echoing());

        Wire client = gateway.send("GET / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(417);
    }

    @Test
    @Row("header-rules/loop")
    void answers508WhenItSeesItselfTooOften() throws Exception {
        gateway.forward(gateway.echoing());
        String own = "1.1 jadegate, ";

        Wire client =
                gateway.send(
                        "GET / HTTP/1.1\r\nHost: a\r\nVia: " + own.repeat(4) + "1.1 x\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(200);
        client.send("GET / HTTP/1.1\r\nHost: a\r\nVia: " + own.repeat(5) + "1.1 x\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(508);
        assertThat(response.field("proxy-status")).isEqualTo("jadegate; error=proxy_loop_detected");
    }

    @Test
    @Row("header-rules/proxy-status-details")
    void hidesDetailsFromStrangersAndTellsThemToTrustedPeers() throws Exception {
        gateway.forward(
                gateway.backend(), "defaults: { client-address: { trusted: [ 127.0.0.0/8 ] } }");

        Message response =
                gateway.send("GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n").readResponse();

        assertThat(response.body()).contains("\"detail\":", "RFC 9112");
        assertThat(response.field("proxy-status")).contains("; details=\"");
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { ping: { match: { path: { exact: /ping } }, respond: { status: 200, body: pong } } }
                """);

        Wire client =
                gateway.send(
                        "HEAD /ping HTTP/1.1\r\n"
                                + "Host: a\r\n\r\n"
                                + "HEAD /none HTTP/1.1\r\n"
                                + "Host: a\r\n\r\n");

        assertThat(client.readHeadResponse().field("content-length")).isEqualTo("4");
        assertThat(client.readHeadResponse().status()).isEqualTo(404);
        assertThat(client.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n").readResponse().body())
                .isEqualTo("pong");
    }
}
