package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FreePorts;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.TlsWire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How clients are brought from clear text to TLS, and kept there.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class HttpsOnlyTest {
    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private TestCertificates certificates;
    private int port;

    @BeforeEach
    void makeCertificates() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test");
        port = FreePorts.next();
    }

    /// @param tls more of the listener's `tls`
    private void serve(String tls, String... sections) throws IOException {
        gateway.serve(
                """
                listeners:
                  web: { address: "127.0.0.1:0", redirect-to-https: true }
                  secure:
                    address: "127.0.0.1:%d"
                    tls: { hosts: { shop.test: { %s } } %s }
                routes:
                  missing: { match: { path: /missing }, redirect: { location: /here } }
                  own:
                    match: { path: /own }
                    respond: { headers: { strict-transport-security: max-age=1 } }
                  all: { match: { path: / }, upstream: app }
                upstreams: { app: { endpoints: [ "%%s" ] } }
                %s
                """
                        .formatted(
                                port,
                                certificates.entry("shop"),
                                tls.isEmpty() ? "" : ", " + tls,
                                String.join("\n", sections)),
                gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").address());
    }

    private Message clear(String request) throws IOException {
        return gateway.keep(Wire.connect(gateway.address("web").getPort()))
                .send(request)
                .readResponse();
    }

    // ---- redirect-to-https

    @ParameterizedTest
    @CsvSource({
        "GET, /, /",
        "POST, /a/b?x=1&y=%20z, /a/b?x=1&y=%20z",
        "GET, http://shop.test:8080/abs?q, /abs?q",
        "OPTIONS, *, /",
        "DELETE, //a/./b/../c, /a/c"
    })
    @Row("header-rules/redirect-to-https")
    void redirectsToThePortOfTheListenerWithTls(String method, String target, String place)
            throws Exception {
        serve("");

        Message answer =
                clear(
                        method
                                + " "
                                + target
                                + " HTTP/1.1\r\nHost: Shop.test:8080\r\n"
                                + "Content-Length: 0\r\n\r\n");

        assertThat(answer.status()).isEqualTo(308);
        assertThat(answer.field("location")).isEqualTo("https://shop.test:" + port + place);
        assertThat(answer.has("strict-transport-security")).isFalse();
    }

    @Test
    void namesNoPortToAClientThatSeesNone() throws Exception {
        serve("");

        assertThat(clear("GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n").field("location"))
                .isEqualTo("https://shop.test/a");
    }

    @Test
    void sendsOldClientsByAStatusThatTheyKnow() throws Exception {
        serve("");

        assertThat(clear("GET /a HTTP/1.0\r\nHost: shop.test\r\n\r\n").status()).isEqualTo(301);
        assertThat(clear("GET /a HTTP/1.0\r\n\r\n").status()).isEqualTo(400);
    }

    @Test
    void redirectsClientsThatSpeakHttp2() throws Exception {
        serve("");
        Http2Wire client =
                Http2Wire.over(gateway.keep(Wire.connect(gateway.address("web").getPort())))
                        .get(1, "/a?b");

        assertThat(client.await(1).heads().getFirst())
                .contains(":status: 308", "location: https://example.com/a?b");
    }

    @Test
    void takesTheListenerThatHasTheHost() throws Exception {
        certificates.write("other", "other.test");
        int second = FreePorts.next();
        gateway.serve(
                """
                listeners:
                  web: { address: "127.0.0.1:0", redirect-to-https: true }
                  other: { address: "127.0.0.1:%d", tls: { hosts: { other.test: { %s } } } }
                  secure: { address: "127.0.0.1:%d", tls: { hosts: { shop.test: { %s } } } }
                routes: { all: { match: { path: / }, respond: { status: 204 } } }
                """
                        .formatted(
                                port,
                                certificates.entry("other"),
                                second,
                                certificates.entry("shop")));

        assertThat(clear("GET / HTTP/1.1\r\nHost: other.test:1\r\n\r\n").field("location"))
                .isEqualTo("https://other.test:" + port + "/");
        assertThat(clear("GET / HTTP/1.1\r\nHost: shop.test:1\r\n\r\n").field("location"))
                .isEqualTo("https://shop.test:" + second + "/");
    }

    @Test
    void servesWhatATrustedProxyGotByTls() throws Exception {
        serve("", "defaults: { client-address: { trusted: [ 127.0.0.0/8 ] } }");

        assertThat(clear("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n").status())
                .isEqualTo(200);
        assertThat(clear("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: http\r\n\r\n").status())
                .isEqualTo(308);
    }

    @Test
    void believesNoStrangerThatItCameByTls() throws Exception {
        serve("");

        assertThat(clear("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n").status())
                .isEqualTo(308);
    }

    // ---- Strict-Transport-Security

    private String secure(String path) throws IOException {
        try (TlsWire wire = TlsWire.connect(certificates.client(), port, "shop.test", "TLSv1.3")) {
            return wire.send("GET " + path + " HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                    .readUntil("\r\n\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | max-age=31536000",
                "{ max-age: 1h } | max-age=3600",
                "{ max-age: 0s } | max-age=0",
                "{ include-subdomains: true, preload: true }"
                        + " | max-age=31536000; includeSubDomains; preload"
            })
    @Row("header-rules/hsts")
    void saysInEveryAnswerUnderTlsThatTheHostIsToBeReachedByTlsOnly(String hsts, String value)
            throws Exception {
        serve("hsts: " + hsts);
        String line = "\r\nStrict-Transport-Security: " + value + "\r\n";

        assertThat(secure("/")).startsWith("HTTP/1.1 200 ").contains(line);
        assertThat(secure("/missing")).startsWith("HTTP/1.1 308 ").contains(line);
    }

    @Test
    void leavesAnAnswerItsOwnWord() throws Exception {
        serve("hsts: {}");

        assertThat(secure("/own"))
                .containsOnlyOnce("trict-")
                .containsIgnoringCase("\r\nstrict-transport-security: max-age=1\r\n");
    }

    @Test
    void saysNothingWithoutBeingToldTo() throws Exception {
        serve("alpn: []");

        assertThat(secure("/")).doesNotContainIgnoringCase("strict-transport-security");
    }
}
