package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.TlsWire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// HTTP/2 under TLS, with the clients of others.
@Timeout(60)
class Http2TlsTest {
    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private TestCertificates certificates;

    @BeforeEach
    void makeCertificates() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("local", "localhost");
    }

    private void serve(FakeBackend backend, String alpn) throws IOException {
        gateway.serve(
                """
                listeners:
                  web: { address: "127.0.0.1:0", tls: { %s hosts: { localhost: { %s } } } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%%s" ] } }
                """
                        .formatted(alpn, certificates.entry("local")),
                backend.address());
    }

    private String url(String path) {
        return "https://localhost:" + gateway.port() + path;
    }

    @Test
    void theClientOfTheJdkGetsHttp2ForManyRequestsAtOnce() throws Exception {
        FakeBackend backend = gateway.echoing();
        serve(backend, "");
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .sslContext(certificates.client())
                        .build()) {
            List<CompletableFuture<HttpResponse<String>>> answers =
                    IntStream.range(0, 50)
                            .mapToObj(i ->
                                    client.sendAsync(
                                            HttpRequest.newBuilder(URI.create(url("/" + i)))
                                                    .POST(HttpRequest.BodyPublishers.ofString("x"))
                                                    .build(),
                                            BodyHandlers.ofString()))
                            .toList();
            for (int i = 0; i < answers.size(); i++) {
                HttpResponse<String> answer = answers.get(i).get();
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.body()).isEqualTo("/" + i + "x");
            }
        }
        Message request = backend.takeRequest();
        assertThat(request.field("x-forwarded-proto")).isEqualTo("https");
        assertThat(request.field("via")).startsWith("2.0 ");
    }

    @Test
    void curlGetsHttp2() throws Exception {
        serve(gateway.echoing(), "");

        assertThat(curl("--http2", "-w", "%{http_version}", url("/x"))).isEqualTo("/x2");
        assertThat(curl("--http1.1", "-w", "%{http_version}", url("/x"))).isEqualTo("/x1.1");
    }

    private String curl(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of("curl", "-s", "--cacert", certificates.path("ca.pem").toString()));
        command.addAll(List.of("--resolve", "localhost:" + gateway.port() + ":127.0.0.1"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "curl is not installed");
            throw e;
        }
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    @Test
    void whatIsNotListedIsNotOffered() throws Exception {
        serve(gateway.echoing(), "alpn: [ http/1.1 ],");

        assertThat(curl("--http2", "-w", "%{http_version}", url("/x"))).isEqualTo("/x1.1");
    }

    @Test
    void aBrokenPrefaceUnderTlsEndsTheConnection() throws Exception {
        FakeBackend backend = gateway.backend();
        serve(backend, "");

        try (TlsWire wire =
                TlsWire.connect(
                        certificates.client(), gateway.port(), "localhost", "TLSv1.3", "h2")) {
            assertThat(wire.protocol()).isEqualTo("h2");
            wire.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            wire.readToEnd();
        }
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    void aClientThatGoesEndsItsAttempts() throws Exception {
        FakeBackend backend = gateway.backend();
        serve(backend, "");
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(certificates.client()).build()) {
            CompletableFuture<HttpResponse<String>> answer =
                    client.sendAsync(
                            HttpRequest.newBuilder(URI.create(url("/"))).build(),
                            BodyHandlers.ofString());
            Wire upstream = backend.accept();
            upstream.readRequest();
            answer.cancel(true);
            upstream.awaitGone();
        }
    }
}
