package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.proxy.tls.CertificateAuthority;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.FreePorts;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.TlsWire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS with the programs of others: OpenSSL and curl as clients, OpenSSL and nginx as endpoints.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class RealTlsPeersTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n";
    private static final String LAST =
            "GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private final TestAuthority authority = new TestAuthority("test authority");
    private final List<Process> started = new ArrayList<>();
    private TestCertificates certificates;

    @BeforeEach
    void makeCertificates() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test");
        authority.trustedIn(folder);
        Files.createFile(folder.resolve("input"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private Process start(String... command) throws IOException {
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("output").toFile())
                            .redirectInput(folder.resolve("input").toFile())
                            .start();
        } catch (IOException e) {
            assumeTrue(false, command[0] + " is not installed");
            throw e;
        }
        started.add(process);
        return process;
    }

    private void write(String name, Credential credential) throws IOException {
        Files.writeString(folder.resolve(name + ".pem"), CertificateAuthority.chainPem(credential));
        Files.writeString(folder.resolve(name + ".key"), CertificateAuthority.keyPem(credential));
    }

    private static void awaitListening(int port) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> {
                    new Socket(InetAddress.getLoopbackAddress(), port).close();
                    return true;
                });
    }

    // ---- clients

    private void serve() throws IOException {
        gateway.serve(
                """
                listeners:
                  web: { address: "127.0.0.1:0", tls: { hosts: { shop.test: { %s } } } }
                routes: { all: { match: { path: / }, respond: { status: 200, body: "{{scheme}}" } } }
                """
                        .formatted(certificates.entry("shop")));
    }

    /// What a client prints that is fed with some octets.
    private String printed(String input, String... command) throws Exception {
        Files.writeString(folder.resolve("input"), input, ISO_8859_1);
        assertThat(start(command).waitFor(30, TimeUnit.SECONDS)).isTrue();
        return Files.readString(folder.resolve("output"), ISO_8859_1);
    }

    private String openssl(String... options) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + gateway.port(),
                                "-CAfile",
                                "ca.pem",
                                "-verify_return_error",
                                "-ign_eof"));
        command.addAll(List.of(options));
        return printed(LAST, command.toArray(String[]::new));
    }

    private static long handshakes(String version, String result) {
        return (long)
                TestReadings.of(gateway)
                        .value("jadegate_listener_handshakes", "web", version, result);
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, TLSv1.2", "-tls1_3, TLSv1.3"})
    void servesOpenssl(String option, String version) throws Exception {
        serve();

        assertThat(openssl("-servername", "shop.test", option))
                .contains("Verify return code: 0 (ok)")
                .contains("New, " + version)
                .contains("HTTP/1.1 200 OK")
                .contains("https");
        assertThat(handshakes(version, "ok")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void resumesTheSessionOfOpenssl(String option) throws Exception {
        serve();
        openssl("-servername", "shop.test", option, "-sess_out", "session");

        assertThat(openssl("-servername", "shop.test", option, "-sess_in", "session"))
                .contains("Reused, TLSv1.")
                .contains("HTTP/1.1 200 OK");
        assertThat(TestReadings.of(gateway).value("jadegate_listener_handshakes_resumed", "web"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1", "-tls1_1"})
    void speaksNoOldVersionWithOpenssl(String option) throws Exception {
        serve();

        assertThat(openssl("-servername", "shop.test", option, "-cipher", "ALL:@SECLEVEL=0"))
                .contains("alert protocol version")
                .doesNotContain("HTTP/1.1");
        assertThat(handshakes("", "protocol")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256"})
    void agreesOnNoCipherWithoutForwardSecrecyAndAuthentication(String cipher) throws Exception {
        serve();

        assertThat(openssl("-servername", "shop.test", "-tls1_2", "-cipher", cipher))
                .contains("alert handshake failure")
                .doesNotContain("HTTP/1.1");
        assertThat(handshakes("", "protocol")).isEqualTo(1);
    }

    @Test
    void tellsOpensslThatItDoesNotHaveTheName() throws Exception {
        serve();

        assertThat(openssl("-servername", "other.test")).contains("unrecognized name");
        assertThat(openssl("-noservername")).contains("unrecognized name");
        assertThat(handshakes("", "unknown-name")).isEqualTo(2);
    }

    @Test
    void curlBelievesTheRightAuthorityOnly() throws Exception {
        serve();
        String url = "https://shop.test:" + gateway.port() + "/";
        String resolve = "shop.test:" + gateway.port() + ":127.0.0.1";

        assertThat(printed("", "curl", "-s", "--cacert", "ca.pem", "--resolve", resolve, url))
                .isEqualTo("https");
        assertThat(printed("", "curl", "-sS", "--cacert", "trusted.pem", "--resolve", resolve, url))
                .startsWith("curl: (60) ");
        Gateway.await("its alert", () -> handshakes("", "client-refused") == 1);
    }

    // ---- endpoints

    private void serveUpstream(int port, String tls) throws IOException {
        gateway.serve(
                """
                defaults: { client-address: { trusted: [ 127.0.0.1/32 ] } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, retry: { tries: 1 } } }
                upstreams:
                  app:
                    endpoints: [ "127.0.0.1:%d" ]
                    tls: { server-name: app.test, trusted: "%s/trusted.pem" %s }
                    pool: { max-requests: 1 }
                """
                        .formatted(port, folder, tls));
    }

    private int opensslServer(Credential shown, String... options) throws IOException {
        write("app", shown);
        return opensslServer(options);
    }

    /// With the certificate in `app.pem`.
    private int opensslServer(String... options) throws IOException {
        int port = FreePorts.next();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_server",
                                "-accept",
                                "127.0.0.1:" + port,
                                "-cert",
                                "app.pem",
                                "-key",
                                "app.key",
                                "-www"));
        command.addAll(List.of(options));
        start(command.toArray(String[]::new));
        awaitListening(port);
        return port;
    }

    private static long failedHandshakes(int port) {
        return (long)
                TestReadings.of(gateway)
                        .value("jadegate_target_handshakes", "app", "127.0.0.1:" + port, "failed");
    }

    private static void assertFails(int port, String reason) throws IOException {
        Message response = gateway.send(GET).readResponse();
        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"reason\":\"" + reason + "\"");
        assertThat(failedHandshakes(port)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"-tls1_2, TLSv1.2", "-tls1_3, TLSv1.3"})
    void asksOpenssl(String option, String version) throws Exception {
        serveUpstream(opensslServer(authority.issue("app.test"), option), "");

        for (int i = 0; i < 2; i++) {
            Message response = gateway.send(GET).readResponse();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).contains(version);
        }
    }

    @Test
    void asksNoEndpointOfAnOldVersion() throws Exception {
        int port =
                opensslServer(authority.issue("app.test"), "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
        serveUpstream(port, "");

        assertFails(port, "UPSTREAM_TLS_ALERT");
    }

    @Test
    void refusesAnExpiredCertificateOfOpenssl() throws Exception {
        int port = opensslServer(authority.expired("app.test"));
        serveUpstream(port, "");

        assertFails(port, "UPSTREAM_CERTIFICATE_EXPIRED");
    }

    @Test
    void refusesACertificateOfOpensslForAnotherName() throws Exception {
        int port = opensslServer(authority.issue("other.test"));
        serveUpstream(port, "");

        assertFails(port, "UPSTREAM_CERTIFICATE_NAME");
    }

    @Test
    void refusesACertificateOfOpensslThatSignedItself() throws Exception {
        String command =
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout"
                        + " app.key -out app.pem -days 1 -subj /CN=app.test -addext"
                        + " subjectAltName=DNS:app.test";
        printed("", command.split(" ", -1));
        int port = opensslServer();
        serveUpstream(port, "");

        assertFails(port, "UPSTREAM_CERTIFICATE_UNTRUSTED");
    }

    @Test
    void showsNginxItsCertificateAndResumesItsSessions() throws Exception {
        int port = nginx("ssl_verify_client on;");
        write("gateway", authority.issue("gateway.test"));
        serveUpstream(
                port,
                ", certificate: \"%1$s/gateway.pem\", key: \"%1$s/gateway.key\"".formatted(folder));

        assertThat(gateway.send(GET).readResponse().body())
                .isEqualTo("TLSv1.3 . CN=gateway.test app.test");
        assertThat(gateway.send(GET).readResponse().body())
                .isEqualTo("TLSv1.3 r CN=gateway.test app.test");
    }

    @Test
    void saysWhatNginxSaysToAGatewayWithoutACertificate() throws Exception {
        serveUpstream(nginx("ssl_verify_client on;"), "");

        Message response = gateway.send(GET).readResponse();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).contains("No required SSL certificate was sent");
    }

    /// On both sides: the same files are shown to the client and to nginx.
    @ParameterizedTest
    @ValueSource(strings = {"pkcs12", "pkcs8"})
    void opensWhatOpensslHasEncrypted(String form) throws Exception {
        write("own", authority.issue("shop.test"));
        Files.writeString(folder.resolve("secret"), "open sesame");
        String entry;
        if (form.equals("pkcs12")) {
            String command = "openssl pkcs12 -export -in own.pem -inkey own.key -out own.p12";
            printed("", (command + " -passout file:secret").split(" ", -1));
            entry = "certificate: \"%1$s/own.p12\", passphrase: { file: \"%1$s/secret\" }";
        } else {
            String command = "openssl pkcs8 -topk8 -in own.key -out locked.key";
            printed("", (command + " -passout file:secret").split(" ", -1));
            assertThat(folder.resolve("locked.key")).content().contains("ENCRYPTED PRIVATE KEY");
            entry =
                    "certificate: \"%1$s/own.pem\", key: \"%1$s/locked.key\","
                            + " passphrase: { file: \"%1$s/secret\" }";
        }
        int port = nginx("ssl_verify_client on;");
        gateway.serve(
                """
                listeners:
                  web: { address: "127.0.0.1:0", tls: { hosts: { shop.test: { %3$s } } } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams:
                  app:
                    endpoints: [ "127.0.0.1:%1$d" ]
                    tls: { server-name: app.test, trusted: "%2$s/trusted.pem", %3$s }
                """
                        .formatted(port, folder, entry.formatted(folder)));

        SSLContext client = TlsWire.client(authority.own().own(), List.of(), null);
        try (TlsWire wire = TlsWire.connect(client, gateway.port(), "shop.test", "TLSv1.3")) {
            assertThat(wire.send(GET).readUntil("app.test"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("TLSv1.3 . CN=shop.test app.test");
        }
    }

    private int nginx(String more) throws IOException {
        write("app", authority.issue("app.test"));
        int port = FreePorts.next();
        Path config =
                Files.writeString(
                        folder.resolve("nginx.conf"),
                        """
                        daemon off;
                        master_process off;
                        pid nginx.pid;
                        error_log stderr;
                        events {}
                        http {
                            access_log off;
                            client_body_temp_path temp;
                            proxy_temp_path temp;
                            fastcgi_temp_path temp;
                            uwsgi_temp_path temp;
                            scgi_temp_path temp;
                            server {
                                listen 127.0.0.1:%d ssl;
                                ssl_certificate app.pem;
                                ssl_certificate_key app.key;
                                ssl_protocols TLSv1.2 TLSv1.3;
                                ssl_client_certificate trusted.pem;
                                ssl_session_cache builtin;
                                %s
                                location / {
                                    return 200 "$ssl_protocol $ssl_session_reused $ssl_client_s_dn $ssl_server_name";
                                }
                            }
                        }
                        """
                                .formatted(port, more));
        start("nginx", "-e", "stderr", "-p", folder.toString(), "-c", config.toString());
        awaitListening(port);
        return port;
    }
}
