package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.api.config.Secret;
import io.jadegate.proxy.tls.CertificateAuthority;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS to endpoints: whom the gateway believes, what it says of itself, and what every way to fail
/// leads to.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class UpstreamTlsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final int LARGE = 8 * 1024 * 1024;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private final TestAuthority authority = new TestAuthority("test authority");
    private final Credential app = authority.issue("app.test");

    @TempDir private Path folder;
    private Path trusted;
    private FakeBackend backend;

    @BeforeEach
    void open() throws IOException {
        trusted = authority.trustedIn(folder);
        backend = gateway.backend();
    }

    private void serve(String tls) throws IOException {
        serve(tls, "30s");
    }

    /// @param patience how long a handshake may take
    private void serve(String tls, String patience) throws IOException {
        gateway.serve(
                """
                defaults: { timeouts: { connect: 30s, tls: %s, first-byte: 30s }, client-address: { trusted: [ 127.0.0.1/32 ] } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, retry: { tries: 1 } } }
                upstreams: { app: { endpoints: [ "%s" ], tls: {\
                """
                        + tls
                        + " } } }\n",
                patience,
                backend.address());
    }

    private void serveNamed() throws IOException {
        serve("server-name: app.test, trusted: " + trusted);
    }

    private Wire accept() throws IOException {
        return backend.accept().secure(authority.engine(app));
    }

    /// Lets the handshake fail, and returns what the client is told.
    private static Message refusal(FakeBackend backend, SSLEngine engine) throws IOException {
        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        assertThatThrownBy(
                        () -> {
                            endpoint.secure(engine);
                            endpoint.readRequest();
                        })
                .isInstanceOf(IOException.class);
        endpoint.close();
        return client.readResponse();
    }

    private static void assertReason(Message response, String reason, String error) {
        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"reason\":\"" + reason + "\"");
        assertThat(response.field("proxy-status")).startsWith("jadegate; error=" + error);
    }

    // ---- a handshake that succeeds

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void speaksBothVersions(String version) throws Exception {
        serveNamed();
        SSLEngine engine = authority.engine(app);
        engine.setEnabledProtocols(new String[] {version});

        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept().secure(engine);
        assertThat(endpoint.readRequest().target()).isEqualTo("/");
        endpoint.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(engine.getSession().getProtocol()).isEqualTo(version);
    }

    @Test
    void keepsTheConnectionForTheNextRequest() throws Exception {
        serveNamed();

        Wire client = gateway.send(GET);
        Wire endpoint = accept();
        for (int i = 0; i < 3; i++) {
            endpoint.readRequest();
            endpoint.send(OK);
            assertThat(client.readResponse().body()).isEqualTo("ok");
            client.send(GET);
        }
        endpoint.readRequest();

        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void asksForTheServerNameAndOffersHttp11() throws Exception {
        serveNamed();
        SSLEngine engine = authority.engine(app);
        engine.setHandshakeApplicationProtocolSelector((_, offered) -> offered.getLast());

        gateway.send(GET);
        backend.accept().secure(engine).readRequest();

        assertThat(asked(engine)).containsExactly("app.test");
        assertThat(engine.getApplicationProtocol()).isEqualTo("http/1.1");
    }

    @Test
    void asksForNamesOfOneLabelToo() throws Exception {
        serve("server-name: app, trusted: " + trusted);
        SSLEngine engine = authority.engine(authority.issue("app"));

        gateway.send(GET);
        backend.accept().secure(engine).readRequest();

        assertThat(asked(engine)).containsExactly("app");
    }

    @Test
    void asksForNoNameWhereTheEndpointIsAnAddress() throws Exception {
        serve("trusted: " + trusted);
        SSLEngine engine = authority.engine(authority.issue("127.0.0.1"));

        gateway.send(GET);
        backend.accept().secure(engine).readRequest();

        assertThat(asked(engine)).isEmpty();
    }

    private static List<String> asked(SSLEngine engine) {
        return ((ExtendedSSLSession) engine.getSession())
                .getRequestedServerNames().stream()
                        .map(name -> ((SNIHostName) name).getAsciiName())
                        .toList();
    }

    @Test
    void believesAnybodyWhereItIsToldTo() throws Exception {
        serve("verify: false");

        Wire client = gateway.send(GET);
        Wire endpoint = accept();
        endpoint.readRequest();
        endpoint.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void takesUpItsSessionAgain() throws Exception {
        serveNamed();
        SSLContext endpoints = authority.context(app);

        long first = sessionOfOneRequest(endpoints);
        long second = sessionOfOneRequest(endpoints);

        assertThat(second).isEqualTo(first);
    }

    /// When the session began that a request on a connection of its own was served in.
    private long sessionOfOneRequest(SSLContext endpoints) throws IOException {
        SSLEngine engine = endpoints.createSSLEngine();
        engine.setUseClientMode(false);
        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept().secure(engine);
        endpoint.readRequest();
        endpoint.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        client.readResponse();
        endpoint.readToEnd();
        endpoint.close();
        return engine.getSession().getCreationTime();
    }

    // ---- client certificates

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void showsItsCertificate(String version) throws Exception {
        Credential own = authority.issue("gateway.test");
        Path chain = write("client.pem", CertificateAuthority.chainPem(own));
        Path key = write("client.key", CertificateAuthority.keyPem(own));
        serve(
                "server-name: app.test, trusted: %s, certificate: %s, key: %s"
                        .formatted(trusted, chain, key));
        SSLEngine engine = demanding(version);

        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept().secure(engine);
        endpoint.readRequest();
        endpoint.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(engine.getSession().getPeerPrincipal().getName()).isEqualTo("CN=gateway.test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void saysThatTheEndpointWantsACertificate(String version) throws Exception {
        serveNamed();

        Message refused = refusal(backend, demanding(version));

        assertReason(refused, "UPSTREAM_TLS_ALERT", "tls_alert_received");
        assertThat(refused.body())
                .containsPattern("alert (handshake_failure|bad_certificate|certificate_required)");
    }

    private SSLEngine demanding(String version) {
        SSLEngine engine = authority.engine(app);
        engine.setEnabledProtocols(new String[] {version});
        engine.setNeedClientAuth(true);
        return engine;
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text, StandardCharsets.US_ASCII);
    }

    // ---- certificates that are not believed

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void refusesAnotherName(String version) throws Exception {
        serveNamed();
        SSLEngine engine = authority.engine(authority.issue("other.test", "10.0.0.1"));
        engine.setEnabledProtocols(new String[] {version});

        Message refused = refusal(backend, engine);

        assertReason(refused, "UPSTREAM_CERTIFICATE_NAME", "tls_certificate_error");
        assertThat(refused.body())
                .contains("the certificate is for other.test, 10.0.0.1, not for app.test");
    }

    @Test
    void refusesANameWhereTheEndpointIsAnAddress() throws Exception {
        serve("trusted: " + trusted);

        assertReason(
                refusal(backend, authority.engine(app)),
                "UPSTREAM_CERTIFICATE_NAME",
                "tls_certificate_error");
    }

    @Test
    void refusesAnExpiredCertificate() throws Exception {
        serveNamed();

        Message refused = refusal(backend, authority.engine(authority.expired("app.test")));

        assertReason(refused, "UPSTREAM_CERTIFICATE_EXPIRED", "tls_certificate_error");
        assertThat(refused.body()).contains("CN=app.test expired at 20");
    }

    @Test
    void refusesACertificateThatIsNotValidYet() throws Exception {
        serveNamed();

        Message refused = refusal(backend, authority.engine(authority.early("app.test")));

        assertReason(refused, "UPSTREAM_CERTIFICATE_EXPIRED", "tls_certificate_error");
        assertThat(refused.body()).contains("CN=app.test is not valid before 20");
    }

    @Test
    void refusesAnUnknownAuthority() throws Exception {
        serveNamed();
        TestAuthority unknown = new TestAuthority("unknown");

        Message refused = refusal(backend, unknown.engine(unknown.issue("app.test")));

        assertReason(refused, "UPSTREAM_CERTIFICATE_UNTRUSTED", "tls_certificate_error");
        assertThat(refused.body()).contains("signed by nobody trusted: CN=app.test < CN=unknown");
    }

    @Test
    void refusesACertificateSignedByItself() throws Exception {
        serve("server-name: app.test");

        Message refused = refusal(backend, authority.engine(signedByItself()));

        assertReason(refused, "UPSTREAM_CERTIFICATE_UNTRUSTED", "tls_certificate_error");
        assertThat(refused.body()).contains("signed by itself and not trusted: CN=app.test");
    }

    private Credential signedByItself() throws Exception {
        Path file = folder.resolve("itself.p12");
        String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process made =
                new ProcessBuilder(
                                List.of(
                                        keytool,
                                        "-genkeypair",
                                        "-alias",
                                        "own",
                                        "-keyalg",
                                        "EC",
                                        "-dname",
                                        "CN=app.test",
                                        "-ext",
                                        "san=dns:app.test",
                                        "-storetype",
                                        "PKCS12",
                                        "-storepass",
                                        "secret",
                                        "-keystore",
                                        file.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("keytool.log").toFile())
                        .start();
        assertThat(made.waitFor()).isZero();
        return Credential.read(file, null, new Secret("test", "secret"));
    }

    // ---- handshakes that fail otherwise

    @Test
    void saysThatTheEndpointDoesNotSpeakTls() throws Exception {
        serveNamed();

        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        endpoint.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");

        Message refused = client.readResponse();
        assertReason(refused, "UPSTREAM_TLS_BROKEN", "tls_protocol_error");
        assertThat(refused.body()).contains("the endpoint does not speak TLS");
        endpoint.awaitGone();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void saysThatTheEndpointEndedTheHandshake(boolean byReset) throws Exception {
        serveNamed();

        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        endpoint.readBytes(5);
        if (byReset) {
            endpoint.reset();
        } else {
            endpoint.endOutput();
        }

        assertReason(client.readResponse(), "UPSTREAM_TLS_BROKEN", "tls_protocol_error");
    }

    @Test
    @Row("timeouts/tls")
    void waitsForTheHandshakeNoLongerThanItMay() throws Exception {
        serve("server-name: app.test, trusted: " + trusted, "300ms");

        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        Message refused = client.readResponse();

        assertThat(refused.status()).isEqualTo(504);
        assertThat(refused.body()).contains("\"reason\":\"UPSTREAM_TLS_TIMEOUT\"");
        assertThat(refused.field("proxy-status")).isEqualTo("jadegate; error=connection_timeout");
        endpoint.awaitGone();
    }

    @Test
    void saysThatNobodyListensWhereNobodyDoes() throws Exception {
        backend = FakeBackend.refusing();
        serveNamed();

        assertReason(
                gateway.send(GET).readResponse(), "UPSTREAM_CONNECT_REFUSED", "connection_refused");
    }

    @Test
    void triesAnotherEndpointWhenAHandshakeFails() throws Exception {
        FakeBackend broken = gateway.answering("HTTP/1.1 400 Bad Request\r\n\r\n");
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams:
                  app:
                    load-balancer: round-robin
                    endpoints: [ "%s", "%s" ]
                    tls: { server-name: app.test, trusted: TRUSTED }
                """
                        .replace("TRUSTED", trusted.toString()),
                broken.address(),
                backend.address());

        Wire endpoint = null;
        for (int i = 0; i < 2; i++) {
            Wire client =
                    gateway.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
            endpoint = endpoint == null ? accept() : endpoint;
            assertThat(endpoint.readRequest().body()).isEqualTo("body");
            endpoint.send(OK);
            assertThat(client.readResponse().body()).isEqualTo("ok");
        }
    }

    // ---- ends

    @Test
    void takesAnAnnouncedEndForTheEndOfAnAnswer() throws Exception {
        serveNamed();

        Wire client = gateway.send(GET);
        Wire endpoint = accept();
        endpoint.readRequest();
        endpoint.send("HTTP/1.1 200 OK\r\n\r\nall of it").endOutput();

        assertThat(client.readResponse().body()).isEqualTo("all of it");
    }

    @Test
    void cutsAnAnswerWhoseEndWasNotAnnounced() throws Exception {
        serveNamed();

        Wire client = gateway.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        Wire endpoint = accept();
        endpoint.readRequest();
        endpoint.send("HTTP/1.1 200 OK\r\n\r\nhalf of it");
        client.readUntil("half of it");
        endpoint.cutOutput();

        assertThat(client.readToReset()).isEmpty();
    }

    @Test
    void cutsAnAnswerWhenARecordIsForged() throws Exception {
        serveNamed();

        Wire client = gateway.send(GET);
        Wire endpoint = accept();
        endpoint.readRequest();
        endpoint.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        client.readUntil("half");
        String forged = "\027\003\003\000\040" + "x".repeat(32);
        endpoint.sendInTheClear(forged + forged);

        assertThat(client.readToReset()).isEmpty();
    }

    @Test
    void doesNotMakeAnAbortedRequestLookWhole() throws Exception {
        serveNamed();

        Wire client = gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
        Wire endpoint = accept();
        endpoint.readHead();
        assertThat(endpoint.read(4)).isEqualTo("half");
        client.reset();

        assertThatThrownBy(endpoint::readToEnd).isInstanceOf(SSLException.class);
    }

    @Test
    void endsAnIdleConnectionWithAnAnnouncement() throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ], tls: { verify: false }, pool: { idle: 100ms } } }
                """,
                backend.address());

        Wire client = gateway.send(GET);
        Wire endpoint = accept();
        endpoint.readRequest();
        endpoint.send(OK);
        client.readResponse();

        assertThat(endpoint.readToEnd()).isEmpty();
    }

    // ---- bodies and tunnels

    @Test
    void carriesLargeBodiesBothWaysAtTheSameTime() throws Exception {
        serveNamed();

        LargeBodies large = new LargeBodies(LARGE);
        Wire client = gateway.send(large.request());
        Wire endpoint = accept();
        endpoint.readHead();
        large.cross(client, endpoint);
    }

    private Wire[] tunnel() throws IOException {
        Wire client =
                gateway.send(
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Sec-WebSocket-Version: 13\r\n\r\n");
        Wire endpoint = accept();
        endpoint.readHead();
        endpoint.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\n\r\n");
        client.readHead();
        return new Wire[] {client, endpoint};
    }

    @Test
    void passesTheClientsEndOfATunnelOn() throws Exception {
        serveNamed();
        Wire[] ends = tunnel();

        ends[0].send("last").endOutput();
        assertThat(ends[1].readToEnd()).isEqualTo("last");
        ends[1].send("more").endOutput();

        assertThat(ends[0].readToEnd()).isEqualTo("more");
    }

    @Test
    void passesTheEndpointsEndOfATunnelOn() throws Exception {
        serveNamed();
        Wire[] ends = tunnel();

        ends[1].send("last").endOutput();
        assertThat(ends[0].readToEnd()).isEqualTo("last");
        ends[0].send("more").endOutput();

        ends[1].awaitGone();
    }

    @Test
    void resetsATunnelWhoseEndpointIsCutOff() throws Exception {
        serveNamed();
        Wire[] ends = tunnel();

        ends[1].cutOutput();

        assertThat(ends[0].readToReset()).isEmpty();
    }

    // ---- changes

    @Test
    void opensNewConnectionsWhenAFileHasChanged() throws Exception {
        serveNamed();
        Wire client = gateway.send(GET);
        Wire endpoint = accept();
        endpoint.readRequest();
        endpoint.send(OK);
        client.readResponse();

        TestAuthority next = new TestAuthority("the next authority");
        SSLEngine engine = next.engine(next.issue("app.test"));
        next.trustedIn(folder);
        gateway.serveAgain();
        assertThat(endpoint.readToEnd()).isEmpty();
        client.send(GET);
        Wire other = backend.accept().secure(engine);
        other.readRequest();
        other.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void keepsConnectionsWhenNothingHasChanged() throws Exception {
        serveNamed();
        Wire client = gateway.send(GET);
        Wire endpoint = accept();
        endpoint.readRequest();
        endpoint.send(OK);
        client.readResponse();

        authority.trustedIn(folder);
        gateway.serveAgain();
        client.send(GET);
        endpoint.readRequest();
        endpoint.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }
}
