package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jadegate.server.wire.TestCertificates;
import io.jadegate.testkit.FreePorts;
import io.jadegate.testkit.TlsWire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
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
import org.junit.jupiter.api.io.TempDir;

/// A gateway on a machine for which there is no BoringSSL: a process of its own that was told to do
/// without.
@Timeout(120)
class JdkTlsTest {
    private static final String WITHOUT = "-Dio.netty.handler.ssl.noOpenSsl=true";
    private static final Duration LIFE = Duration.ofSeconds(5);
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n";

    @TempDir private Path folder;

    private TestCertificates certificates;
    private Path output;
    private Process process;
    private int port;
    private int metrics;

    @BeforeEach
    void start() throws Exception {
        certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test", "localhost");
        output = folder.resolve("output");
        port = FreePorts.next();
        metrics = FreePorts.next();
        Path config =
                Files.writeString(
                        folder.resolve("gateway.yaml"),
                        """
                        node:
                          state-dir: state
                          event-loops: 1
                          access-log: { to: off }
                          admin: { address: "127.0.0.1:0" }
                          metrics: { address: "127.0.0.1:%1$d" }
                          drain: { announce: 0s, deadline: 1s }
                        listeners:
                          web:
                            address: "127.0.0.1:%2$d"
                            tls:
                              hosts:
                                shop.test: { %3$s }
                                localhost: { %3$s }
                                pay.test: { %3$s, client-certificate: { trusted: ca.pem, forward: rfc9440 } }
                        routes:
                          all: { match: { path: / }, respond: { status: 200, body: ok } }
                          self: { match: { path: /self }, filters: [ { rewrite-path: / } ], upstream: self }
                          other: { match: { path: /other }, upstream: other }
                        upstreams:
                          self:
                            endpoints: [ "127.0.0.1:%2$d" ]
                            tls: { server-name: shop.test, trusted: ca.pem }
                          other:
                            endpoints: [ "127.0.0.1:%2$d" ]
                            tls: { server-name: other.test, trusted: ca.pem }
                        """
                                .formatted(metrics, port, certificates.entry("shop")));
        process = java("run", "-c", config.toString());
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> answer(certificates.client(), "shop.test", "TLSv1.3") != null);
    }

    private Process java(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                WITHOUT,
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.jadegate.server.Main"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private String answer(SSLContext client, String name, String version) throws IOException {
        try (TlsWire wire = TlsWire.connect(client, port, name, version)) {
            return wire.send(GET.replace("shop.test", name)).readUntil("ok");
        }
    }

    private List<String> handshakes() throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + metrics + "/metrics");
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("jadegate_listener_handshakes"))
                    .toList();
        }
    }

    @Test
    void servesByTheJdkAndSaysSo() throws Exception {
        SSLContext client = certificates.client();
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            for (int i = 0; i < 2; i++) {
                assertThat(answer(client, "shop.test", version)).startsWith("HTTP/1.1 200 OK\r\n");
            }
        }
        try (HttpClient http2 = HttpClient.newBuilder().sslContext(client).build()) {
            URI uri = URI.create("https://localhost:" + port + "/");
            assertThat(
                            http2.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                                    .version())
                    .isEqualTo(HttpClient.Version.HTTP_2);
        }

        assertThat(Files.readString(output))
                .contains("TLS: BoringSSL cannot be loaded, the JDK takes its place and is slower");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(handshakes())
                                .contains(
                                        "jadegate_listener_handshakes_resumed_total{listener=\"web\"}"
                                                + " 2.0"));
    }

    @Test
    void demandsCertificatesOfClientsAndCountsWhoHasNone() throws Exception {
        SSLContext alice = certificates.client(certificates.issue("alice.test"));

        assertThat(answer(alice, "pay.test", "TLSv1.3")).startsWith("HTTP/1.1 200 OK\r\n");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> answer(certificates.client(), "pay.test", "TLSv1.3"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(handshakes())
                                .contains(
                                        "jadegate_listener_handshakes_total{listener=\"web\",result=\"client-certificate\",version=\"\"}"
                                                + " 1.0"));
    }

    @Test
    void refusesClientsWithNoProtocolInCommon() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() ->
                        TlsWire.connect(
                                certificates.client(), port, "shop.test", "TLSv1.3", "imap"))
                .withMessageContaining("no_application_protocol");
    }

    @Test
    void resumesNoSessionWhoseCertificateHasExpired() throws Exception {
        SSLContext alice = certificates.client(certificates.issueFor(LIFE, "alice.test"));
        assertThat(answer(alice, "pay.test", "TLSv1.3")).startsWith("HTTP/1.1 200 OK\r\n");

        Awaitility.await().atMost(LIFE.multipliedBy(12)).until(() -> isRefused(alice));
    }

    private boolean isRefused(SSLContext client) {
        try {
            answer(client, "pay.test", "TLSv1.3");
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void negotiatesOnlyOnce() throws Exception {
        try (TlsWire wire = TlsWire.connect(certificates.client(), port, "shop.test", "TLSv1.2")) {
            assertThat(wire.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");

            wire.negotiateAgain();

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> wire.send(GET).readUntil("ok"));
        }
    }

    @Test
    void asksEndpointsByTheJdkAndReadsTheirAlerts() throws Exception {
        try (TlsWire wire = TlsWire.connect(certificates.client(), port, "shop.test", "TLSv1.3")) {
            assertThat(wire.send(GET.replace("/ ", "/self ")).readUntil("ok"))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Via: ");
            assertThat(wire.send(GET.replace("/ ", "/other ")).readUntil("}"))
                    .startsWith("HTTP/1.1 502 ")
                    .contains("UPSTREAM_TLS_ALERT");
        }
    }

    @Test
    void tellsWhatItOffers() throws Exception {
        Files.writeString(output, "");
        Process version = java("version");
        assertThat(version.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(Files.readString(output))
                .containsPattern("tls: JDK \\S+, its own groups, none of them post-quantum");
    }
}
