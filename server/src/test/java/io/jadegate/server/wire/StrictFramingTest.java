package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each kind of request that two readers could cut or send elsewhere: 400, the end of the
/// connection, and not an octet to the endpoint, neither of it nor of what follows it.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class StrictFramingTest {
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static void isRefused(String octets) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(octets + SMUGGLED);
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.field("connection")).isEqualTo("close");
        assertThat(response.body()).contains("\"reason\":\"REQUEST_MALFORMED\"");
        assertThat(client.readToEnd()).isEmpty();
        assertThat(backend.untouched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc"
            })
    @Row("header-rules/length-and-encoding")
    void refusesALengthBesideAnEncoding(String fields) throws Exception {
        isRefused(POST + fields);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3\r\nContent-Length: 3",
                "3\r\nContent-Length: 4",
                "3, 3",
                "+3",
                "-3",
                "0x3",
                "3 ;",
                "",
                "3.0",
                "3 3",
                "99999999999999999999",
                "9223372036854775808"
            })
    @Row("header-rules/content-length")
    void refusesAnOddLength(String value) throws Exception {
        isRefused(POST + "Content-Length: " + value + "\r\n\r\nabc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "identity",
                "gzip, chunked",
                "chunked, gzip",
                "chunked, chunked",
                "xchunked",
                "chunked\r\nTransfer-Encoding: chunked",
                "chunked;q=1",
                "\"chunked\"",
                "chunked,",
                "",
                "chunked\u000b"
            })
    @Row("header-rules/transfer-encoding")
    void refusesAnEncodingOtherThanChunked(String value) throws Exception {
        isRefused(POST + "Transfer-Encoding: " + value + "\r\n\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "identity", "gzip"})
    @Row("header-rules/transfer-encoding-http10")
    void refusesAnEncodingOfHttp10(String value) throws Exception {
        isRefused(
                "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: " + value + "\r\n\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\n",
                "GET / HTTP/1.1\rHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n"
            })
    @Row("header-rules/bare-line-feed")
    void refusesLinesThatEndInHalfALineEnd(String head) throws Exception {
        isRefused(head);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: a\r\nX: 1\r\n 2\r\n",
                "Host: a\r\nX: 1\r\n\t2\r\n",
                " Host: a\r\n",
                "Host: a\r\n \r\n",
                "Host:\r\n a\r\n"
            })
    @Row("header-rules/obs-fold")
    void refusesFoldedLines(String fields) throws Exception {
        isRefused("GET / HTTP/1.1\r\n" + fields + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X : 1", "X\t: 1", "X Y: 1", ": 1", "X", "Content-Length : 0", "X\u00e9: 1"})
    @Row("header-rules/space-before-colon")
    void refusesNamesThatAreNone(String field) throws Exception {
        isRefused("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\n",
                "-1\r\n",
                "+5\r\nhello\r\n",
                "0x5\r\nhello\r\n",
                "\r\n",
                ";a=b\r\n",
                "5 \r\nhello\r\n",
                " 5\r\nhello\r\n",
                "5\nhello\r\n",
                "5\r\nhelloXX",
                "5\r\nhello\n",
                "ffffffffffffffffff\r\n"
            })
    @Row("header-rules/chunk-size")
    void refusesAnOddChunk(String chunks) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);

        Wire client = gateway.send(POST + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
        Wire upstream = backend.accept();
        upstream.readUntil("2\r\nok\r\n");
        client.send(chunks + SMUGGLED);
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(400);
        assertThat(client.readToEnd()).isEmpty();
        assertThat(upstream.readToEnd()).doesNotContain("0\r\n\r\n").doesNotContain("smuggled");
    }

    // ---- where to

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n", "Host:\r\n",
                        "Host: a b\r\n",
                "Host: a, b\r\n", "Host: a/b\r\n", "Host: u@a\r\n", "Host: a:x\r\n",
                        "Host: a:99999\r\n",
                "Host: [::1\r\n", "Host: [::1%25lo]\r\n", "Host: a?b\r\n", "Host: a\u00e9\r\n"
            })
    @Row("header-rules/host")
    void refusesAHostThatIsNone(String fields) throws Exception {
        isRefused("GET / HTTP/1.1\r\n" + fields + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://b/",
                "http://a:81/",
                "http://u@a/",
                "http:///",
                "http://",
                "ftp://a/"
            })
    @Row("header-rules/host-absolute")
    void refusesAnAuthorityThatIsNotTheHost(String target) throws Exception {
        isRefused("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }
}
