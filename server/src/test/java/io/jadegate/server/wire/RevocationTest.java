package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.TlsWire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Certificates that their authorities have taken back, of clients and of endpoints.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class RevocationTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: pay.test\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private final Instant now = Instant.now();
    private final TestAuthority authority = new TestAuthority("test authority");
    private final Credential alice = authority.issue("alice.test");
    private final Credential mallory = authority.issue("mallory.test");

    private void write(String pem) throws IOException {
        Files.writeString(folder.resolve("revoked.pem"), pem);
    }

    private String list(X509Certificate... revoked) {
        return TestRevocations.pem(authority.own(), now.minus(HOUR), now.plus(HOUR), revoked);
    }

    // ---- clients

    private TestCertificates certificates;

    @BeforeEach
    void makeCertificates() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("pay", "pay.test");
        authority.trustedIn(folder);
    }

    private String listener() {
        return """
        listeners:
          web:
            address: "127.0.0.1:0"
            tls:
              hosts:
                pay.test:
                  certificate: "%1$s/pay.pem"
                  key: "%1$s/pay.key"
                  client-certificate: { trusted: "%1$s/trusted.pem", revoked: "%1$s/revoked.pem" }
        routes: { all: { match: { path: / }, upstream: app } }
        upstreams: { app: { endpoints: [ "%%s" ] } }
        """
                .formatted(folder);
    }

    private SSLContext client(Credential own) {
        return TlsWire.client(certificates.authority(), own.chain(), own.key());
    }

    private static String answer(SSLContext client, String version) throws IOException {
        try (TlsWire wire = TlsWire.connect(client, gateway.port(), "pay.test", version)) {
            return wire.send(GET).readUntil("ok");
        }
    }

    private static void assertRefused(SSLContext client, String version) {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> answer(client, version));
    }

    private static long refused() {
        return (long)
                TestReadings.of(gateway)
                        .value("jadegate_listener_handshakes", "web", "", "client-certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void refusesAClientThatIsOnTheList(String version) throws Exception {
        write(list(mallory.own()));
        gateway.serve(listener(), gateway.answering(OK).address());

        assertThat(answer(client(alice), version)).startsWith("HTTP/1.1 200 OK\r\n");
        assertRefused(client(mallory), version);
        Gateway.await("one refused", () -> refused() == 1);
    }

    @Test
    void refusesASessionOfAClientThatWasPutOnTheListSince() throws Exception {
        write(list());
        gateway.serve(listener(), gateway.answering(OK).address());
        SSLContext session = client(mallory);
        assertThat(answer(session, "TLSv1.3")).startsWith("HTTP/1.1 200 OK\r\n");

        write(list(mallory.own()));
        gateway.serveAgain();

        assertRefused(session, "TLSv1.3");
        assertThat(answer(client(alice), "TLSv1.3")).startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    void letsNobodyInWhoseAuthorityHasNoList() throws Exception {
        write(
                TestRevocations.pem(
                        new TestAuthority("another").own(), now.minus(HOUR), now.plus(HOUR)));
        gateway.serve(listener(), gateway.answering(OK).address());

        assertRefused(client(alice), "TLSv1.3");
    }

    @Test
    void letsNobodyInByAListThatHasRunOutAndSaysSo() throws Exception {
        write(list());
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(listener(), backend.address());
        write(
                TestRevocations.pem(
                        authority.own(), now.minus(HOUR.multipliedBy(2)), now.minus(HOUR)));

        ApplyResult applied = gateway.apply(listener(), backend.address());

        assertThat(((ApplyResult.Applied) applied).warnings())
                .extracting(Problem::toString)
                .anyMatch(text ->
                        text.startsWith(
                                        "warning:"
                                                + " listeners.web.tls.hosts.pay.test.client-certificate.revoked:"
                                                + " ran out at ")
                                && text.endsWith("; no client of its authority is let in"));
        assertRefused(client(alice), "TLSv1.3");
    }

    @Test
    void takesListsOfSeveralAuthoritiesInOneFile() throws Exception {
        write(
                TestRevocations.pem(
                                new TestAuthority("another").own(), now.minus(HOUR), now.plus(HOUR))
                        + list(mallory.own()));
        gateway.serve(listener(), gateway.answering(OK).address());

        assertThat(answer(client(alice), "TLSv1.3")).startsWith("HTTP/1.1 200 OK\r\n");
        assertRefused(client(mallory), "TLSv1.3");
    }

    // ---- endpoints

    private FakeBackend serveUpstream() throws IOException {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                defaults: { client-address: { trusted: [ 127.0.0.1/32 ] } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, retry: { tries: 1 } } }
                upstreams:
                  app:
                    endpoints: [ "%%s" ]
                    tls: { server-name: app.test, trusted: "%1$s/trusted.pem", revoked: "%1$s/revoked.pem" }
                """
                        .formatted(folder),
                backend.address());
        return backend;
    }

    @Test
    void asksAnEndpointThatIsNotOnTheList() throws Exception {
        write(list(mallory.own()));
        FakeBackend backend = serveUpstream();

        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept().secure(authority.engine(authority.issue("app.test")));
        endpoint.readRequest();
        endpoint.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void refusesAnEndpointThatIsOnTheList() throws Exception {
        Credential app = authority.issue("app.test");
        write(list(app.own()));

        assertRefused(serveUpstream(), app, "UPSTREAM_CERTIFICATE_REVOKED", "revoked: CN=app.test");
    }

    @Test
    void refusesAnEndpointThatNoListInItsTimeTellsOf() throws Exception {
        write(
                TestRevocations.pem(
                        authority.own(), now.minus(HOUR.multipliedBy(2)), now.minus(HOUR)));

        assertRefused(
                serveUpstream(),
                authority.issue("app.test"),
                "UPSTREAM_CERTIFICATE_UNTRUSTED",
                "no revocation list in its time tells of CN=app.test");
    }

    private void assertRefused(FakeBackend backend, Credential app, String reason, String detail)
            throws IOException {
        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> {
                    endpoint.secure(authority.engine(app));
                    endpoint.readRequest();
                });
        endpoint.close();

        Message response = client.readResponse();
        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"reason\":\"" + reason + "\"").contains(detail);
        assertThat(
                        TestReadings.of(gateway)
                                .value(
                                        "jadegate_target_handshakes",
                                        "app",
                                        backend.address(),
                                        "failed"))
                .isEqualTo(1);
    }
}
