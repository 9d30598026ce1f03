package io.jadegate.proxy.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.http1.HeadReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    private RequestHead head = new RequestHead();

    private HeadReader.Result read(String line, String host) {
        String fields = host.isEmpty() ? "" : "Host: " + host + "\r\n";
        head = new RequestHead();
        return HeadReader.read(
                (line + "\r\n" + fields + "\r\n").getBytes(ISO_8859_1),
                head,
                new HeadLimits(8192, 100, 4096));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    GET /a/../b?q HTTP/1.1            | A.example      | A.example      | a.example  | 80   | /b   | q
                    GET / HTTP/1.1                    | a:8080         | a:8080         | a          | 8080 | /    | -
                    GET /? HTTP/1.1                   | a:             | a:             | a          | 80   | /    | ''
                    GET / HTTP/1.1                    | [::1]:81       | [::1]:81       | [::1]      | 81   | /    | -
                    GET / HTTP/1.1                    | [2001:DB8::1]  | [2001:DB8::1]  | [2001:db8::1] | 80 | /   | -
                    GET http://A.b/c?d HTTP/1.1       | a.B            | A.b            | a.b        | 80   | /c   | d
                    GET http://a HTTP/1.1             | a              | a              | a          | 80   | /    | -
                    GET http://a?q HTTP/1.1           | a              | a              | a          | 80   | /    | q
                    OPTIONS http://a HTTP/1.1         | a              | a              | a          | 80   | *    | -
                    OPTIONS http://a/ HTTP/1.1        | a              | a              | a          | 80   | /    | -
                    OPTIONS * HTTP/1.1                | a              | a              | a          | 80   | *    | -
                    GET / HTTP/1.0                    | ''             | ''             | ''         | 80   | /    | -
                    """)
    void resolves(
            String line,
            String host,
            String authority,
            String lower,
            int port,
            String path,
            String query) {
        assertThat(read(line, host)).isInstanceOf(HeadReader.Result.Read.class);
        assertThat(head.authority()).isEqualTo(authority);
        assertThat(head.host()).isEqualTo(lower);
        assertThat(head.port()).isEqualTo(port);
        assertThat(head.path()).isEqualTo(path);
        assertThat(head.query()).isEqualTo(query);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b", "a@b", "a/b", "a,b", "a:b", "a:-1", "a:99999", "a:123456", ":80", "[::1",
                "[::1]x", "[]", "[:]", "[g::1]", "user@a", "a?b", "a#b", "a%41", "\u00e9", "a\\b",
                "a;b", "a'b", "a*b"
            })
    void refusesAHost(String host) {
        assertThat(read("GET / HTTP/1.1", host)).isInstanceOf(HeadReader.Result.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://b/ HTTP/1.1",
                "GET http://a:80/ HTTP/1.1",
                "GET http:/// HTTP/1.1",
                "GET http:// HTTP/1.1",
                "GET http:/a HTTP/1.1",
                "GET http: HTTP/1.1",
                "GET http HTTP/1.1",
                "GET ftp://a/ HTTP/1.1",
                "GET http://u@a/ HTTP/1.1",
                "GET http://a#f HTTP/1.1",
                "GET * HTTP/1.1",
                "OPTIONS *a HTTP/1.1",
                "GET a HTTP/1.1",
                "GET /a#f HTTP/1.1",
                "GET /a?b#f HTTP/1.1",
                "GET /%zz HTTP/1.1",
                "GET /a?\\ HTTP/1.1",
            })
    void refusesATarget(String line) {
        assertThat(read(line, "a")).isInstanceOf(HeadReader.Result.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host:\r\n", "", "Host: a\r\nHost: a\r\n", "Host: a, b\r\n"})
    void refusesARequestWithoutOneHost(String fields) {
        byte[] octets = ("GET / HTTP/1.1\r\n" + fields + "\r\n").getBytes(ISO_8859_1);

        assertThat(HeadReader.read(octets, new RequestHead(), new HeadLimits(8192, 100, 4096)))
                .isInstanceOf(HeadReader.Result.Refused.class);
    }
}
