package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.control.config.ConfigLoader;
import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.server.wire.TestCertificates;
import io.jadegate.testkit.TlsWire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Certificates whose files change under a gateway that nobody tells.
@Timeout(60)
class CertificateFilesTest {
    @TempDir private Path folder;

    private TestCertificates certificates;
    private Credential first;
    private @Nullable Gateway gateway;

    @BeforeEach
    void makeCertificates() throws Exception {
        certificates = new TestCertificates(folder);
        first = certificates.write("shop", "shop.test");
    }

    @AfterEach
    void stop() {
        gateway().close();
    }

    private Gateway gateway() {
        return Objects.requireNonNull(gateway);
    }

    /// @param entry of the only host
    private void serve(String entry) throws Exception {
        Path config =
                Files.writeString(
                        folder.resolve("gateway.yaml"),
                        """
                        node:
                          state-dir: state
                          event-loops: 1
                          access-log: { to: off }
                          admin: { address: "127.0.0.1:0" }
                          metrics: { address: "127.0.0.1:0" }
                        listeners:
                          web: { address: "127.0.0.1:0", tls: { hosts: { shop.test: { %s } } } }
                        routes: { all: { match: { path: / }, upstream: app } }
                        upstreams:
                          app: { endpoints: [ "127.0.0.1:9" ], tls: { trusted: ca.pem } }
                        """
                                .formatted(entry));
        ConfigLoader loader = Wiring.configLoader();
        Environment environment = new Environment(Map.of(), /* openSecrets= */ true);
        LoadResult loaded = loader.load(config, environment);
        assertThat(loaded).isInstanceOf(LoadResult.Loaded.class);
        gateway = Gateway.start((LoadResult.Loaded) loaded, () -> loader.load(config, environment));
    }

    private Certificate shown() throws IOException {
        String address = gateway().status().listeners().getFirst().address();
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        try (TlsWire wire = TlsWire.connect(certificates.client(), port, "shop.test", "TLSv1.3")) {
            return wire.session().getPeerCertificates()[0];
        }
    }

    private void awaitShown(Credential wanted) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(shown()).isEqualTo(wanted.own()));
    }

    @Test
    void showsACertificateThatWasWrittenOverTheOldOne() throws Exception {
        serve(certificates.entry("shop"));
        assertThat(shown()).isEqualTo(first.own());

        awaitShown(certificates.write("shop", "shop.test"));
    }

    @Test
    void showsACertificateThatLinksLeadToSinceTheyWereSwapped() throws Exception {
        Path one = Files.createDirectory(folder.resolve("..one"));
        Path two = Files.createDirectory(folder.resolve("..two"));
        move("shop", one);
        Credential second = certificates.write("shop", "shop.test");
        move("shop", two);
        Path data = Files.createSymbolicLink(folder.resolve("..data"), one.getFileName());
        for (String file : new String[] {"shop.pem", "shop.key"}) {
            Files.createSymbolicLink(folder.resolve(file), Path.of("..data", file));
        }
        serve(certificates.entry("shop"));
        assertThat(shown()).isEqualTo(first.own());

        Path swapped = Files.createSymbolicLink(folder.resolve("..tmp"), two.getFileName());
        Files.move(swapped, data, StandardCopyOption.ATOMIC_MOVE);

        awaitShown(second);
    }

    private void move(String name, Path to) throws IOException {
        for (String file : new String[] {name + ".pem", name + ".key"}) {
            Files.move(folder.resolve(file), to.resolve(file));
        }
    }

    @Test
    void goesOnWithTheOldCertificateUntilTheNewFileIsWhole() throws Exception {
        serve(certificates.entry("shop"));
        String whole = Files.readString(folder.resolve("shop.pem"));

        Files.writeString(folder.resolve("shop.pem"), whole.substring(0, whole.length() / 2));
        awaitMetric("jadegate_config_last_reload_successful 0.0");

        assertThat(shown()).isEqualTo(first.own());
        awaitShown(certificates.write("shop", "shop.test"));
        awaitMetric("jadegate_config_last_reload_successful 1.0");
    }

    @Test
    void seesThatTheAuthoritiesOfAnUpstreamHaveChanged() throws Exception {
        serve(certificates.entry("shop"));
        awaitMetric("jadegate_config_revision 1.0");
        Path other = Files.createDirectory(folder.resolve("other"));
        TestCertificates _ = new TestCertificates(other);

        Files.move(
                other.resolve("ca.pem"),
                folder.resolve("ca.pem"),
                StandardCopyOption.REPLACE_EXISTING);

        awaitMetric("jadegate_config_revision 2.0");
    }

    private void awaitMetric(String line) throws Exception {
        var address = gateway().admin().get(30, TimeUnit.SECONDS).metricsAddress();
        URI uri = URI.create("http://127.0.0.1:" + address.getPort() + "/metrics");
        try (HttpClient client = HttpClient.newHttpClient()) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .untilAsserted(() ->
                            assertThat(
                                            client.send(
                                                            HttpRequest.newBuilder(uri).build(),
                                                            BodyHandlers.ofString())
                                                    .body()
                                                    .lines())
                                    .contains(line));
        }
    }
}
