package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jadegate.testkit.TlsWire;
import java.io.IOException;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients offer by ALPN, and what they get (RFC 7301).
@Timeout(60)
class AlpnTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;
    private TestCertificates certificates;

    @BeforeEach
    void certify() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test");
    }

    /// @param alpn as configured; empty for the default
    private void serve(String alpn) throws IOException {
        gateway.serve(
                """
                listeners:
                  web:
                    address: "127.0.0.1:0"
                    tls: { ALPN hosts: { shop.test: { SHOP } } }
                routes: { all: { match: { path: / }, respond: { status: 200, body: ok } } }
                """
                        .replace("ALPN", alpn)
                        .replace("SHOP", certificates.entry("shop")));
    }

    private TlsWire connect(String version, String... offered) throws IOException {
        return TlsWire.connect(
                certificates.client(), gateway.port(), "shop.test", version, offered);
    }

    /// The protocol by which HTTP/1.1 is answered.
    private String agreed(String... offered) throws IOException {
        try (TlsWire wire = connect("TLSv1.3", offered)) {
            assertThat(wire.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 ");
            return wire.protocol();
        }
    }

    private void assertRefused(String version, String... offered) {
        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> connect(version, offered))
                .withMessageContaining("no_application_protocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aClientWithNothingInCommonIsToldSoAndCounted(String version) throws Exception {
        serve("");

        assertRefused(version, "imap", "ftp");

        assertThat(
                        TestReadings.of(gateway)
                                .value("jadegate_listener_handshakes", "web", "", "no-protocol"))
                .isEqualTo(1);
    }

    @Test
    void oneProtocolInCommonIsEnough() throws Exception {
        serve("");

        assertThat(agreed("imap", "http/1.1")).isEqualTo("http/1.1");
    }

    @Test
    void aClientThatOffersNothingIsSpokenToInHttp11() throws Exception {
        serve("");

        assertThat(agreed()).isEmpty();
    }

    @Test
    void aClientOfHttp10IsNoStranger() throws Exception {
        serve("");

        assertThat(agreed("http/1.0")).isEmpty();
    }

    @Test
    void whatIsNotListedIsNotInCommon() throws Exception {
        serve("alpn: [ h2 ],");

        assertRefused("TLSv1.3", "http/1.1");
    }

    @Test
    void whereNothingIsListedOffersMeanNothing() throws Exception {
        serve("alpn: [],");

        assertThat(agreed("imap")).isEmpty();
    }
}
