package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.TlsWire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that use TLS against the gateway: to get where only clients with certificates may go, or
/// to have it hold memory and work for nothing.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class TlsHostileClientsTest {
    private static final int MISDIRECTED = 421;

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private TestCertificates certificates;

    @BeforeEach
    void makeCertificates() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test");
        certificates.write("pay", "pay.test");
    }

    /// A shop for everybody and a place to pay. Only requests for the latter are answered there.
    ///
    /// @param client what is asked of clients who want to pay
    private String config(String client) {
        return """
        node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 100ms } }
        listeners:
          web:
            address: "127.0.0.1:0"
            tls:
              hosts:
                shop.test: { %s }
                pay.test: { %s %s }
        routes:
          shop: { match: { hosts: shop.test }, respond: { status: 200, body: "shop" } }
          pay: { match: { hosts: pay.test }, respond: { status: 200, body: "paid" } }
        """
                .formatted(certificates.entry("shop"), certificates.entry("pay"), client);
    }

    private String demanding(TestCertificates authority) {
        return ", client-certificate: { trusted: \"%s\" }".formatted(authority.path("ca.pem"));
    }

    private TestCertificates strangers() throws IOException {
        return new TestCertificates(Files.createDirectory(folder.resolve("strangers")));
    }

    private static String get(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    }

    private static String pay(SSLContext client, String version) throws IOException {
        try (TlsWire wire = TlsWire.connect(client, gateway.port(), "pay.test", version)) {
            return wire.send(get("pay.test")).readUntil("paid");
        }
    }

    // ---- behind the handshake

    @ParameterizedTest
    @ValueSource(strings = {"http/1.1", "h2"})
    void whoBreaksTlsBehindTheHandshakeLosesTheConnectionAndIsCounted(String protocol)
            throws Exception {
        gateway.serve(config(""));
        Wire wire = gateway.connect();
        wire.secure(engine("shop.test", protocol));
        // What arrives together with the end of the handshake is an end of the handshake.
        Gateway.await("the handshake", () -> handshakes() == 1);
        assertThat(broken()).isZero();

        wire.sendInTheClear("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n");

        wire.awaitGone();
        Gateway.await("the count", () -> broken() == 1);
    }

    private static double handshakes() {
        return TestReadings.of(gateway)
                .value("jadegate_listener_handshakes", "web", "TLSv1.3", "ok");
    }

    private static double broken() {
        return TestReadings.of(gateway).value("jadegate_listener_tls_broken", "web");
    }

    // ---- around a client's certificate

    @Test
    void connectionsFromBeforeACertificateWasDemandedEnd() throws Exception {
        gateway.serve(config(""));
        try (TlsWire pay = connect(certificates.client(), "pay.test");
                TlsWire shop = connect(certificates.client(), "shop.test")) {
            assertThat(pay.send(get("pay.test")).readUntil("paid")).startsWith("HTTP/1.1 200 ");

            gateway.serveNow(config(demanding(certificates)));

            assertThat(pay.readToEnd()).isEmpty();
            assertThat(shop.send(get("shop.test")).readUntil("shop")).contains(" 200 ");
        }
    }

    @Test
    void connectionsOfClientsThatAreNotBelievedAnyMoreEnd() throws Exception {
        gateway.serve(config(demanding(certificates)));
        try (TlsWire wire = connect(certificates.client(certificates.issue("alice")), "pay.test")) {
            assertThat(wire.send(get("pay.test")).readUntil("paid")).startsWith("HTTP/1.1 200 ");

            gateway.serveNow(config(demanding(strangers())));

            assertThat(wire.readToEnd()).isEmpty();
        }
    }

    @Test
    void connectionsGoOnAsLongAsTheSameIsDemanded() throws Exception {
        gateway.serve(config(demanding(certificates)));
        try (TlsWire wire = connect(certificates.client(certificates.issue("alice")), "pay.test")) {
            assertThat(wire.send(get("pay.test")).readUntil("paid")).startsWith("HTTP/1.1 200 ");

            certificates.write("pay", "pay.test");
            gateway.serveNow(config(demanding(certificates)));

            assertThat(wire.send(get("pay.test")).readUntil("paid")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void webSocketsFromBeforeACertificateWasDemandedEnd() throws Exception {
        FakeBackend backend = gateway.backend();
        String chat = "chat: { match: { hosts: pay.test, path: /chat }, upstream: chat }\n";
        String upstreams = "upstreams: { chat: { endpoints: [ \"%s\" ] } }\n";
        gateway.serve(config("") + "  " + chat + upstreams, backend.address());
        try (TlsWire pay = connect(certificates.client(), "pay.test")) {
            pay.send(
                    "GET /chat HTTP/1.1\r\nHost: pay.test\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            Wire upstream = gateway.keep(backend.accept());
            upstream.readHead();
            upstream.send(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\n"
                            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
            pay.readUntil("\r\n\r\n");

            gateway.serveNow(
                    config(demanding(certificates)) + "  " + chat + upstreams, backend.address());

            upstream.awaitGone();
        }
    }

    @Test
    void connectionsInTheClearEndWhenTlsIsSpoken() throws Exception {
        String secure = config(demanding(certificates));
        String clear = secure.replaceAll("tls:\\s+hosts:\\s+shop.*\\s+pay.*", "");
        gateway.serve(clear);
        Wire wire = gateway.send(get("pay.test"));
        assertThat(wire.readResponse().body()).isEqualTo("paid");

        gateway.serveNow(secure);

        assertThat(wire.readToEnd()).isEmpty();
    }

    @Test
    void aHandshakeFromBeforeACertificateWasDemandedDoesNotGetThrough() throws Exception {
        gateway.serve(config(""));
        Wire wire = gateway.connect();
        Gateway.await("it is accepted", () -> gateway.clientConnections() == 1);

        gateway.serveNow(config(demanding(certificates)));

        wire.awaitGone();
    }

    private static TlsWire connect(SSLContext client, String name) throws IOException {
        return TlsWire.connect(client, gateway.port(), name, "TLSv1.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSessionWithoutACertificateIsNotResumedWhereOneIsDemanded(String version)
            throws Exception {
        gateway.serve(config(""));
        SSLContext client = certificates.client();
        assertThat(pay(client, version)).startsWith("HTTP/1.1 200 ");
        assertThat(pay(client, version)).startsWith("HTTP/1.1 200 ");

        gateway.serveNow(config(demanding(certificates)));

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> pay(client, version));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSessionOfAnAuthorityThatIsNotBelievedAnyMoreIsNotResumed(String version)
            throws Exception {
        gateway.serve(config(demanding(certificates)));
        SSLContext client = certificates.client(certificates.issue("alice"));
        assertThat(pay(client, version)).startsWith("HTTP/1.1 200 ");
        assertThat(pay(client, version)).startsWith("HTTP/1.1 200 ");

        gateway.serveNow(config(demanding(strangers())));

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> pay(client, version));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSessionWhoseCertificateHasExpiredIsNotResumed(String version) throws Exception {
        gateway.serve(config(demanding(certificates)));
        Duration life = Duration.ofSeconds(6);
        SSLContext client = certificates.client(certificates.issueFor(life, "alice"));
        assertThat(pay(client, version)).startsWith("HTTP/1.1 200 ");
        assertThat(pay(client, version)).startsWith("HTTP/1.1 200 ");
        double before = resumed();

        Awaitility.await().atMost(life.multipliedBy(10)).until(() -> isRefused(client, version));

        assertThat(before).isEqualTo(1);
    }

    private static double resumed() {
        return TestReadings.of(gateway).value("jadegate_listener_handshakes_resumed", "web");
    }

    private static boolean isRefused(SSLContext client, String version) {
        try {
            pay(client, version);
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    /// The JDK would not try. OpenSSL does what it is told.
    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aSessionOfOneHostIsNotResumedForAnother(String version) throws Exception {
        gateway.serve(config(demanding(certificates)));
        String session = folder.resolve("session").toString();

        String begun = openssl(get("shop.test"), version, "shop.test", "-sess_out", session);
        assertThat(begun).contains("HTTP/1.1 200 OK").contains("New, TLSv1.");
        String resumed = openssl(get("shop.test"), version, "shop.test", "-sess_in", session);
        assertThat(resumed).contains("HTTP/1.1 200 OK").contains("Reused, TLSv1.");
        String elsewhere = openssl(get("pay.test"), version, "pay.test", "-sess_in", session);
        assertThat(elsewhere).doesNotContain("HTTP/1.1 200").doesNotContain("Reused, TLSv1.");
    }

    @Test
    void aClientThatWantsToNegotiateAnewIsRefused() throws Exception {
        gateway.serve(config(""));
        try (TlsWire wire =
                TlsWire.connect(certificates.client(), gateway.port(), "shop.test", "TLSv1.2")) {
            assertThat(wire.send(get("shop.test")).readUntil("shop")).contains(" 200 ");

            wire.negotiateAgain();

            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> wire.send(get("shop.test")).readUntil("shop"));
        }
    }

    private String openssl(String input, String version, String name, String... more)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + gateway.port(),
                                "-CAfile",
                                certificates.path("ca.pem").toString(),
                                "-servername",
                                name,
                                version));
        command.addAll(List.of(more));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "openssl is not installed");
            throw e;
        }
        process.getOutputStream()
                .write(
                        input.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                                .getBytes(ISO_8859_1));
        try {
            process.getOutputStream().flush();
            return new String(process.getInputStream().readAllBytes(), UTF_8);
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pay.test",
                "PAY.test",
                "pay.test:443",
                "pay.test:",
                "pay.test.",
                "pay.test.:8443",
                "pay.test..",
                ".pay.test"
            })
    void noSpellingOfAHostGetsAroundItsCertificate(String host) throws Exception {
        gateway.serve(config(demanding(certificates)));
        try (TlsWire wire = connect(certificates.client(), "shop.test")) {
            assertThat(wire.send(get(host)).readUntil("\r\n")).containsPattern(" (400|404|421) ");
        }
    }

    @Test
    void aRequestOfHttp2ForAHostThatDemandsACertificateIsMisdirected() throws Exception {
        gateway.serve(config(demanding(certificates)));

        Http2Wire client = Http2Wire.over(gateway.connect().secure(engine("shop.test", "h2")));
        client.head(1, true, of("shop.test")).head(3, true, of("pay.test"));

        assertThat(client.await(1).body()).isEqualTo("shop");
        assertThat(client.await(3).status()).isEqualTo(MISDIRECTED);
        assertThat(client.head(5, true, of("shop.test")).await(5).body()).isEqualTo("shop");
    }

    private static String[] of(String host) {
        return new String[] {
            ":method", "GET", ":scheme", "https", ":authority", host, ":path", "/"
        };
    }

    private SSLEngine engine(String name, String protocol) {
        SSLEngine engine = certificates.client().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setApplicationProtocols(new String[] {protocol});
        engine.setSSLParameters(parameters);
        return engine;
    }

    // ---- for nothing

    @Test
    void aHelloThatIsNotWholeIsChargedForWhatItHolds() throws Exception {
        gateway.serve(config(""));

        Wire client = gateway.connect();
        client.send(
                ByteBuffer.allocate(8000)
                        .put(new byte[] {22, 3, 1, 0x3f, (byte) 0xff, 1, 0, 0x3f, (byte) 0xfb})
                        .array());

        Gateway.await("it is charged", () -> held() >= 8000);
        client.close();
        Gateway.await("nothing is held", () -> held() == 0);
    }

    private static long held() {
        return gateway.proxy().stats().buffers().usedBytes();
    }
}
