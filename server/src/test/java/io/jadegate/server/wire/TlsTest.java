package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.TlsWire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS with clients: whose certificate they get, what else they are told, and what becomes of those
/// who break it.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class TlsTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private TestCertificates certificates;
    private SSLContext client;

    @BeforeEach
    void makeCertificates() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test");
        certificates.write("wild", "*.shop.test");
        certificates.write("any", "any.test");
        client = certificates.client();
    }

    private String config(String hosts, String... sections) {
        return """
        node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 100ms } }
        listeners:
          web: { address: "127.0.0.1:0", tls: { hosts: { %s } } }
        routes: { all: { match: { path: / }, upstream: app } }
        upstreams: { app: { endpoints: [ "%%s" ] } }
        %s
        """
                .formatted(hosts, String.join("\n", sections));
    }

    private String shop() {
        return "shop.test: { " + certificates.entry("shop") + " }";
    }

    private TlsWire connect(String name) throws IOException {
        return TlsWire.connect(client, gateway.port(), name, "TLSv1.3");
    }

    /// What was counted of handshakes by now: `VERSION RESULT` → number.
    private static Map<String, Long> handshakes() {
        Map<String, Long> found = new TreeMap<>();
        Telemetry.Readings readings =
                new Telemetry.Readings() {
                    @Override
                    public void value(Metric metric, double value, String... labels) {
                        if (metric.name().equals("jadegate_listener_handshakes")) {
                            found.put((labels[1] + " " + labels[2]).strip(), (long) value);
                        } else if (metric.name().endsWith("handshakes_resumed")) {
                            found.put("resumed", (long) value);
                        }
                    }

                    @Override
                    public void distribution(
                            Metric metric, Telemetry.Distribution distribution, String... labels) {
                        // Handshakes are counted.
                    }
                };
        gateway.proxy().telemetry().forEach(telemetry -> telemetry.report(readings));
        return found;
    }

    /// A client may hear how its handshake ended before that is counted.
    private static void awaitHandshakes(String result, long number) {
        Gateway.await(result, () -> handshakes().getOrDefault(result, 0L) == number);
    }

    // ---- serving

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void servesRequests(String version) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(config(shop()), backend.address());
        try (TlsWire wire =
                TlsWire.connect(client, gateway.port(), "shop.test", version, "http/1.1")) {
            wire.send(GET);
            Wire upstream = backend.accept();
            Message request = upstream.readRequest();
            upstream.send(OK);

            assertThat(wire.readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(request.field("x-forwarded-proto")).isEqualTo("https");
            assertThat(wire.protocol()).isEqualTo("http/1.1");
            assertThat(wire.session().getProtocol()).isEqualTo(version);
            assertThat(handshakes()).containsEntry(version + " ok", 1L);
        }
    }

    @Test
    void servesAnHttpsTarget() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(config(shop()), backend.address());
        try (TlsWire wire = connect("shop.test")) {
            wire.send("GET https://shop.test/a HTTP/1.1\r\nHost: shop.test\r\n\r\n");

            assertThat(wire.readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void choosesTheCertificateByName() throws Exception {
        gateway.serve(
                config(
                        shop()
                                + ", \"*.shop.test\": { %s }, \"*\": { %s }"
                                        .formatted(
                                                certificates.entry("wild"),
                                                certificates.entry("any"))),
                gateway.backend().address());

        assertThat(shown("shop.test")).isEqualTo("CN=shop.test");
        assertThat(shown("SHOP.test")).isEqualTo("CN=shop.test");
        assertThat(shown("a.shop.test")).isEqualTo("CN=*.shop.test");
        assertThat(shown("a.b.shop.test")).isEqualTo("CN=*.shop.test");
        assertThat(shown("other.test")).isEqualTo("CN=any.test");
        assertThat(shown("")).isEqualTo("CN=any.test");
    }

    private String shown(String name) throws IOException {
        // A new client: one that resumes a session names the host of that.
        try (TlsWire wire =
                TlsWire.connect(certificates.client(), gateway.port(), name, "TLSv1.3")) {
            X509Certificate own = (X509Certificate) wire.session().getPeerCertificates()[0];
            return own.getSubjectX500Principal().getName();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void resumesSessions(String version) throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(config(shop()), backend.address());
        for (int i = 0; i < 2; i++) {
            try (TlsWire wire = TlsWire.connect(client, gateway.port(), "shop.test", version)) {
                wire.send(GET).readUntil("ok");
            }
        }

        assertThat(handshakes()).containsEntry(version + " ok", 2L).containsEntry("resumed", 1L);
    }

    @Test
    void carriesLargeBodiesToASlowReader() throws Exception {
        int length = 8 << 20;
        FakeBackend backend = gateway.backend();
        gateway.serve(config(shop()), backend.address());
        try (TlsWire wire = connect("shop.test")) {
            wire.send(GET);
            Wire upstream = backend.accept();
            upstream.readRequest();
            Thread sender = Thread.ofPlatform().start(() -> send(upstream, length));
            wire.readUntil("\r\n\r\n");
            wire.skip(length);
            sender.join();
            wire.send(GET);
            upstream.readRequest();
            upstream.send(OK);

            assertThat(wire.readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    private static void send(Wire upstream, int length) {
        try {
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
            upstream.send("x".repeat(length));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- ends

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void endsAWholeAnswerInAnOrderlyWay(String version) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(config(shop()), backend.address());
        try (TlsWire wire = TlsWire.connect(client, gateway.port(), "shop.test", version)) {
            wire.send("GET / HTTP/1.0\r\nHost: shop.test\r\n\r\n");
            Wire upstream = backend.accept();
            upstream.readRequest();
            upstream.send("HTTP/1.1 200 OK\r\n\r\nuntil the end").endOutput();

            assertThat(wire.readToEnd()).endsWith("\r\n\r\nuntil the end");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                "HTTP/1.1 200 OK\r\n\r\nhalf"
            })
    void showsThatAnAnswerWasCut(String begun) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(config(shop()), backend.address());
        for (String request : List.of(GET, GET.replace("1.1", "1.0"))) {
            try (TlsWire wire = connect("shop.test")) {
                wire.send(request);
                Wire upstream = backend.accept();
                upstream.readRequest();
                upstream.send(begun);
                wire.readUntil("half");
                upstream.reset();

                assertThat(wire.readToReset()).doesNotContain("0\r\n\r\n");
            }
        }
    }

    @Test
    void letsGoOfAClientThatSaysGoodbyeWhileItWaits() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(config(shop()), backend.address());
        Wire upstream;
        try (TlsWire wire = connect("shop.test")) {
            wire.send(GET);
            upstream = backend.accept();
            upstream.readRequest();
        }

        upstream.awaitGone();
    }

    @Test
    void refusesARequestAndSaysWhy() throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());
        try (TlsWire wire = connect("shop.test")) {
            wire.send("GET / HTTP/1.1\r\n\r\n");

            assertThat(wire.readToEnd()).startsWith("HTTP/1.1 400 Bad Request\r\n");
        }
    }

    // ---- handshakes that fail

    @Test
    void refusesANameThatItDoesNotHave() throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());

        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> connect("other.test"))
                .withMessageContaining("unrecognized_name");
        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(() -> connect(""))
                .withMessageContaining("unrecognized_name");
        awaitHandshakes("unknown-name", 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {GET, "SSH-2.0-OpenSSH_9.2\r\n", "\0\0\0\0\0\0\0\0", "\u0016nonsense"})
    void refusesWhatIsNotTls(String octets) throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());
        Wire wire = gateway.connect().send(octets);

        assertThat(wire.readToEnd()).isEqualTo(alert(10));
        awaitHandshakes("not-tls", 1);
    }

    @Test
    void refusesAHelloThatIsTooLarge() throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());
        // A record with the beginning of a hello of 64 KiB.
        Wire wire = gateway.connect().send("\u0016\u0003\u0001\u0000\u0008\u0001\u0001\0\0abcd");

        assertThat(wire.readToEnd()).isEqualTo(alert(50));
        awaitHandshakes("too-large", 1);
    }

    @Test
    void refusesABrokenHello() throws Exception {
        gateway.serve(
                config("\"*\": { " + certificates.entry("any") + " }"),
                gateway.backend().address());
        Wire wire = gateway.connect().send("\u0016\u0003\u0001\u0000\u0008\u0001\0\0\u0004abcd");

        assertThat(wire.readToEnd()).startsWith("\u0015\u0003");
        awaitHandshakes("protocol", 1);
    }

    @Test
    void takesAHelloHoweverItIsCut() throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());
        byte[] hello = hello();
        Wire wire = gateway.connect();
        for (byte octet : hello) {
            wire.send(new byte[] {octet});
        }

        assertThat(wire.read(1)).isEqualTo("\u0016");
    }

    /// The same in several records of TLS.
    @Test
    void takesAHelloInSeveralRecords() throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());
        byte[] hello = hello();
        Wire wire = gateway.connect();
        for (int at = 5; at < hello.length; at += 50) {
            byte[] part = Arrays.copyOfRange(hello, at, Math.min(hello.length, at + 50));
            wire.send(new byte[] {22, 3, 1, 0, (byte) part.length}).send(part);
        }

        assertThat(wire.read(1)).isEqualTo("\u0016");
    }

    private byte[] hello() throws Exception {
        SSLEngine engine = engine("TLSv1.3");
        ByteBuffer out = ByteBuffer.allocate(32 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private SSLEngine engine(String version) {
        SSLEngine engine = client.createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("shop.test")));
        parameters.setProtocols(new String[] {version});
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Test
    @Row("timeouts/tls")
    void doesNotWaitForASilentClient() throws Exception {
        gateway.serve(
                config(shop(), "defaults: { timeouts: { tls: 300ms } }"),
                gateway.backend().address());
        Wire silent = gateway.connect();
        byte[] hello = hello();
        Wire begun = gateway.connect().offer(Arrays.copyOf(hello, 20));
        Wire answered = gateway.connect().offer(hello);

        silent.awaitGone();
        begun.awaitGone();
        answered.awaitGone();
        awaitHandshakes("timeout", 3);
    }

    @Test
    void countsAClientThatGoesInTheMiddle() throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());
        gateway.connect().close();
        gateway.connect().send(hello()).reset();

        Gateway.await("both", () -> handshakes().getOrDefault("closed", 0L) == 2);
    }

    @Test
    void refusesARecordThatWasChanged() throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());
        Wire wire = gateway.connect().send(hello());
        wire.read(5);
        wire.send("\u0017\u0003\u0003\u0000 " + "x".repeat(32));

        wire.awaitGone();
        Gateway.await("it", () -> handshakes().containsKey("protocol"));
    }

    /// The client hears why, and the endpoint does not take what it got for the whole request.
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void endsAConnectionOnWhichARecordIsForged(String version) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(config(shop()), backend.address());
        Wire wire = gateway.connect().secure(engine(version));
        wire.send("POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 10\r\n\r\nhalf");
        Wire upstream = backend.accept();
        upstream.readHead();
        assertThat(upstream.read(4)).isEqualTo("half");

        String forged = "\u0017\u0003\u0003\u0000 " + "x".repeat(32);
        wire.sendInTheClear(forged + forged);

        assertThatExceptionOfType(SSLException.class)
                .isThrownBy(wire::readToEnd)
                .withMessageContaining("bad_record_mac");
        upstream.awaitGone();
    }

    @Test
    void endsHandshakesWhenItGoesDown() throws Exception {
        gateway.serve(config(shop()), gateway.backend().address());
        Wire silent = gateway.connect();
        Wire answered = gateway.connect().send(hello());
        answered.read(5);
        Gateway.await("both", () -> gateway.clientConnections() == 2);

        gateway.proxy().drain();

        silent.awaitGone();
        answered.awaitGone();
    }

    /// Behind the handshake the client is told in the words of its protocol; who has said nothing
    /// is idle.
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void bringsAHandshakeToItsEndThatIsUnderWayWhenItsListenerGoes(String version)
            throws Exception {
        String lasting = config(shop()).replace("100ms", "1h");
        String endpoint = gateway.backend().address();
        gateway.serve(lasting, endpoint);
        HesitatingTrust trust = new HesitatingTrust();
        client = SSLContext.getInstance("TLS");
        client.init(null, new TrustManager[] {trust}, null);
        SSLEngine engine = engine(version);
        Wire silent = gateway.connect();
        Wire wire = gateway.connect();
        FutureTask<Wire> handshake = new FutureTask<>(() -> wire.secure(engine));
        Thread.ofPlatform().daemon().start(handshake);
        trust.asked.await();

        gateway.serveNow(lasting.replace("127.0.0.1:0", "127.0.0.2:0"), endpoint);

        assertThat(silent.readToEnd()).isEmpty();
        trust.decided.countDown();
        assertThat(handshake.get().readToEnd()).isEmpty();
        assertThat(handshakes()).containsEntry(version + " ok", 1L);
    }

    /// Believes everybody, after a while.
    private static final class HesitatingTrust extends X509ExtendedTrustManager {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch decided = new CountDownLatch(1);

        private void hesitate() {
            asked.countDown();
            try {
                decided.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            hesitate();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            hesitate();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            hesitate();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static String alert(int description) {
        return new String(new byte[] {21, 3, 3, 0, 2, 2, (byte) description}, ISO_8859_1);
    }

    // ---- certificates that change

    @Test
    void showsANewCertificateToNewConnectionsOnly() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        String config = config(shop());
        gateway.serve(config, backend.address());
        try (TlsWire before = connect("shop.test")) {
            before.send(GET).readUntil("ok");
            Credential renewed = certificates.write("shop", "shop.test");
            gateway.serveNow(config, backend.address());
            client = certificates.client();
            try (TlsWire after = connect("shop.test")) {
                assertThat(after.session().getPeerCertificates()[0]).isEqualTo(renewed.own());
            }

            assertThat(before.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void keepsTheOldCertificateWhenTheNewOneIsBroken() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        String config = config(shop());
        gateway.serve(config, backend.address());
        Files.copy(
                certificates.path("any.key"),
                certificates.path("shop.key"),
                StandardCopyOption.REPLACE_EXISTING);

        ApplyResult result = gateway.apply(config, backend.address());

        assertThat(problems(result))
                .containsExactly(
                        "listeners.web.tls.hosts.shop.test.key: \"%s\" is not the key of the"
                                        .formatted(certificates.path("shop.key"))
                                + " certificate");
        try (TlsWire wire = connect("shop.test")) {
            assertThat(wire.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void speaksTlsOrClearTextAsTheConfigurationOfTheMomentSays() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        String tls = config(shop());
        String clear = tls.replaceAll(", tls: .*", " }");
        gateway.serve(clear, backend.address());
        assertThat(gateway.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");

        gateway.serveNow(tls, backend.address());
        try (TlsWire wire = connect("shop.test")) {
            assertThat(wire.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void saysWhatIsWrongWithTheFiles() throws Exception {
        certificates.writeExpired("old", "old.test");
        FakeBackend backend = gateway.backend();
        gateway.serve(config(shop()), backend.address());

        ApplyResult missing =
                gateway.apply(
                        config("shop.test: { " + certificates.entry("none") + " }"),
                        backend.address());
        ApplyResult empty = gateway.apply(config(""), backend.address());
        ApplyResult doubtful =
                gateway.apply(
                        config("new.test: { " + certificates.entry("old") + " }"),
                        backend.address());

        assertThat(problems(missing))
                .containsExactly(
                        "listeners.web.tls.hosts.shop.test.certificate: \"%s\" does not exist"
                                .formatted(certificates.path("none.pem")));
        assertThat(problems(empty))
                .containsExactly(
                        "listeners.web.tls.hosts: is empty; name a host, or \"*\" for any");
        assertThat(((ApplyResult.Applied) doubtful).warnings())
                .extracting(Problem::toString)
                .anyMatch(warning -> warning.contains("expired at "))
                .anyMatch(warning -> warning.contains("does not name \"new.test\", only old.test"));
    }

    private static List<String> problems(ApplyResult result) {
        return ((ApplyResult.Rejected) result).problems().stream().map(Problem::toString).toList();
    }

    // ---- clients with certificates

    private String pay(String more) {
        return "pay.test: { %s, client-certificate: { trusted: \"%s\"%s } }"
                .formatted(certificates.entry("shop"), certificates.path("ca.pem"), more);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void demandsACertificateOfClients(String version) throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(config(pay("")), backend.address());
        TestCertificates strangers =
                new TestCertificates(Files.createDirectory(folder.resolve("strangers")));

        assertThat(answer(certificates.client(certificates.issue("alice")), version))
                .startsWith("HTTP/1.1 200 OK\r\n");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> answer(certificates.client(), version));
        Credential stranger = strangers.issue("mallory");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> answer(certificates.client(stranger), version));
        Gateway.await(
                "both refused", () -> handshakes().getOrDefault("client-certificate", 0L) == 2);
    }

    @Test
    void asksClientsForACertificateThatTheyMayNotHave() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(config(pay(", mode: optional")), backend.address());

        assertThat(answer(certificates.client(), "TLSv1.3")).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(answer(certificates.client(certificates.issue("alice")), "TLSv1.3"))
                .startsWith("HTTP/1.1 200 OK\r\n");
    }

    @Test
    @Row("header-rules/authority-tls")
    void answers421ToARequestForAHostThatDemandsACertificateOnTheConnectionOfAnother()
            throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(
                config(pay("") + ", shop.test: { " + certificates.entry("shop") + " }"),
                backend.address());

        try (TlsWire wire = connect("shop.test")) {
            String theirs = wire.send(GET.replace("shop.test", "pay.test")).readUntil("}\n");
            assertThat(theirs).startsWith("HTTP/1.1 421 ").contains("REQUEST_MISDIRECTED");
            assertThat(wire.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    private static String answer(SSLContext client, String version) throws IOException {
        try (TlsWire wire = TlsWire.connect(client, gateway.port(), "pay.test", version)) {
            return wire.send(GET.replace("shop.test", "pay.test")).readUntil("ok");
        }
    }
}
