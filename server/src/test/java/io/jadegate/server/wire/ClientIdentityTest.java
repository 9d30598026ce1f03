package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.TlsWire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What an endpoint learns of a client's certificate, and from whom.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ClientIdentityTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String CLAIMS =
            "X-Forwarded-Client-Cert: Hash=00\r\n"
                    + "cLiEnT-cErT: :AAAA:\r\n"
                    + "CLIENT-CERT-CHAIN: :AA==:\r\n";
    private static final String GET = "GET /a HTTP/1.1\r\nHost: pay.test\r\n" + CLAIMS + "\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private TestCertificates certificates;
    private Credential alice;

    @BeforeEach
    void makeCertificates() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("pay", "pay.test", "localhost");
        alice = certificates.issue("alice.test");
    }

    private FakeBackend serve(String mode, String forward) throws IOException {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(
                """
                listeners:
                  web:
                    address: "127.0.0.1:0"
                    tls:
                      hosts:
                        "*":
                          %s
                          client-certificate: { mode: %s, trusted: "%s", forward: %s }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%%s" ] } }
                """
                        .formatted(
                                certificates.entry("pay").replace(", key", "\n          key"),
                                mode,
                                certificates.path("ca.pem"),
                                forward),
                backend.address());
        return backend;
    }

    private static Message forwarded(FakeBackend backend, SSLContext client, String version)
            throws Exception {
        try (TlsWire wire = TlsWire.connect(client, gateway.port(), "pay.test", version)) {
            assertThat(wire.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
            return backend.takeRequest();
        }
    }

    private static String octets(X509Certificate certificate) throws Exception {
        return ":" + Base64.getEncoder().encodeToString(certificate.getEncoded()) + ":";
    }

    // ---- what is told

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tellsTheEndpointByRfc9440AlsoWhenASessionIsResumed(String version) throws Exception {
        FakeBackend backend = serve("required", "rfc9440");
        SSLContext client = certificates.client(alice);

        for (int i = 0; i < 2; i++) {
            Message request = forwarded(backend, client, version);

            assertThat(request.all("client-cert")).containsExactly(octets(alice.own()));
            assertThat(request.has("client-cert-chain")).isFalse();
            assertThat(request.has("x-forwarded-client-cert")).isFalse();
        }
        assertThat(resumed()).isEqualTo(1);
    }

    private static long resumed() {
        return (long) TestReadings.of(gateway).value("jadegate_listener_handshakes_resumed", "web");
    }

    @Test
    void tellsTheEndpointWhoSignedTheCertificateWhenTheClientSaidSo() throws Exception {
        FakeBackend backend = serve("optional", "rfc9440");
        X509Certificate authority = certificates.authority();
        Credential whole = new Credential(List.of(alice.own(), authority), alice.key());

        Message request = forwarded(backend, certificates.client(whole), "TLSv1.3");

        assertThat(request.all("client-cert-chain")).containsExactly(octets(authority));
    }

    @Test
    void tellsTheEndpointByForwardedClientCert() throws Exception {
        FakeBackend backend = serve("required", "xfcc");

        Message request = forwarded(backend, certificates.client(alice), "TLSv1.3");

        assertThat(request.all("x-forwarded-client-cert")).hasSize(1);
        assertThat(request.field("x-forwarded-client-cert"))
                .matches("Hash=[0-9a-f]{64};Subject=\"CN=alice.test\";DNS=alice.test;Cert=\".*\"");
        assertThat(request.names()).doesNotContain("client-cert", "client-cert-chain");
    }

    @Test
    void tellsTheEndpointAlsoOfClientsThatSpeakHttp2() throws Exception {
        FakeBackend backend = serve("required", "rfc9440");
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .sslContext(certificates.client(alice))
                        .build()) {
            URI uri = URI.create("https://localhost:" + gateway.port() + "/");
            HttpRequest request =
                    HttpRequest.newBuilder(uri).header("Client-Cert", ":AAAA:").build();
            assertThat(client.send(request, BodyHandlers.ofString()).version())
                    .isEqualTo(HttpClient.Version.HTTP_2);
        }

        assertThat(backend.takeRequest().all("client-cert")).containsExactly(octets(alice.own()));
    }

    // ---- what is not

    @ParameterizedTest
    @CsvSource({"optional, rfc9440", "optional, xfcc", "required, off"})
    void tellsTheEndpointNothingWithoutACertificateOrWithoutBeingToldTo(String mode, String forward)
            throws Exception {
        FakeBackend backend = serve(mode, forward);
        SSLContext client =
                mode.equals("optional") ? certificates.client() : certificates.client(alice);

        Message request = forwarded(backend, client, "TLSv1.3");

        assertThat(request.names())
                .doesNotContain("client-cert", "client-cert-chain", "x-forwarded-client-cert");
    }

    @Test
    void believesNoClientThatSpeaksHttp2InTheClear() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.forward(backend);
        Http2Wire client =
                Http2Wire.over(gateway.connect())
                        .get(1, "/", "client-cert", ":AA==:", "x-forwarded-client-cert", "Hash=0");

        assertThat(client.await(1).status()).isEqualTo(200);
        assertThat(backend.takeRequest().names())
                .doesNotContain("client-cert", "x-forwarded-client-cert");
    }

    @Test
    void believesNoTrailers() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.forward(backend);
        gateway.send(
                        "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n"
                                + "TE: trailers\r\nConnection: TE\r\n\r\n0\r\n"
                                + CLAIMS
                                + "Client_Cert: :AA==:\r\nX-Sum: 7\r\n\r\n")
                .readUntil("ok");

        assertThat(backend.takeRequest().trailers())
                .containsExactly(new Message.Field("X-Sum", "7"));
    }

    /// A route that tests such a field sees only what the gateway itself would say, which is
    /// nothing before it forwards.
    @Test
    void choosesNoRouteByWhatAClientSaysOfItself() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes:
                  staff:
                    match: { path: /, headers: { x-forwarded-client-cert: { present: true } } }
                    respond: { status: 200, body: staff }
                  all: { match: { path: / }, upstream: app }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());

        assertThat(gateway.send(GET).readResponse().body()).isEqualTo("ok");
    }
}
