package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.FreePorts;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// SOCKS5 on a forward proxy, octet by octet.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class SocksTest {
    /// "password"
    private static final String HASH =
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";

    /// One method: without authentication.
    private static final String HELLO = "\5\1\0";

    private static final String TAKEN = "\5\0";
    private static final String CONNECTED = reply(0);
    private static final int LARGE = 16 * 1024 * 1024;

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private static FakeBackend serve(String... more) throws IOException {
        FakeBackend backend = gateway.backend();
        gateway.serve(config(port(backend), more));
        return backend;
    }

    /// @param more of the key `forward`, and of the listener
    private static String config(int port, String... more) {
        return """
        users: { alice: { password: "%s" } }
        defaults: { timeouts: { header: 30s } }
        listeners:
          egress:
            address: "127.0.0.1:0"
            protocol: forward
            forward: { allow: [ { network: 127.0.0.0/8, ports: [ %s ] }, { host: "*.test" } ] %s }
            %s
        """
                .formatted(
                        HASH, port, more.length > 0 ? more[0] : "", more.length > 1 ? more[1] : "");
    }

    private static int port(FakeBackend backend) {
        String address = backend.address();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static String reply(int code) {
        return "\5" + (char) code + "\0\1\0\0\0\0\0\0";
    }

    private static String portOctets(int port) {
        return "" + (char) (port >> 8) + (char) (port & 0xff);
    }

    /// Asks for 127.0.0.1.
    private static String request(int port) {
        return "\5\1\0\1\u007f\0\0\1" + portOctets(port);
    }

    private static String request(String name, int port) {
        return "\5\1\0\3" + (char) name.length() + name + portOctets(port);
    }

    private static String password(String user, String password) {
        return "\1" + (char) user.length() + user + (char) password.length() + password;
    }

    private static Wire opened(FakeBackend backend) throws IOException {
        Wire client = gateway.send(HELLO + request(port(backend)));
        assertThat(client.read(TAKEN.length())).isEqualTo(TAKEN);
        assertThat(client.read(CONNECTED.length())).isEqualTo(CONNECTED);
        return client;
    }

    private static Wire accept(FakeBackend backend) throws IOException {
        return gateway.keep(backend.accept());
    }

    private static double counted(String metric, String... labels) {
        return TestReadings.of(gateway).value(metric, labels);
    }

    private static void awaitReason(String reason) {
        Gateway.await(
                reason, () -> counted("jadegate_listener_tunnel_reasons", "egress", reason) == 1);
    }

    // ---- tunnels

    @Test
    void whatATargetDoesNotTakeIsHeldForTheClient() throws Exception {
        FakeBackend backend = serve();
        Wire client = opened(backend);
        Wire target = accept(backend);

        CompletableFuture<Wire> sent = Beside.start(() -> client.send(new byte[LARGE]).endOutput());
        Gateway.await("held", () -> gateway.heldForClients() > 0);
        target.skip(LARGE);

        sent.join();
        Gateway.await("taken", () -> gateway.heldForClients() == 0);
    }

    @Test
    void carriesOctetsBothWaysAndEachSideEndsByItself() throws Exception {
        FakeBackend backend = serve();
        Wire client = opened(backend).send("ping");
        Wire target = accept(backend);

        assertThat(target.read(4)).isEqualTo("ping");
        client.endOutput();
        assertThat(target.readToEnd()).isEmpty();
        target.send("pong").endOutput();
        assertThat(client.readToEnd()).isEqualTo("pong");
        assertThat(counted("jadegate_listener_tunnels", "egress")).isEqualTo(1);
    }

    @Test
    void takesOctetsThatComeBeforeTheAnswer() throws Exception {
        FakeBackend backend = serve();
        Wire client = gateway.send(HELLO + request(port(backend)) + "early").endOutput();

        assertThat(accept(backend).readToEnd()).isEqualTo("early");
        assertThat(client.read(12)).isEqualTo(TAKEN + CONNECTED);
    }

    @Test
    void readsWhatComesOctetByOctet() throws Exception {
        FakeBackend backend = serve();
        Wire client = gateway.connect();
        for (char octet : (HELLO + request(port(backend)) + "x").toCharArray()) {
            client.send(String.valueOf(octet));
        }

        assertThat(client.read(12)).isEqualTo(TAKEN + CONNECTED);
        assertThat(accept(backend).read(1)).isEqualTo("x");
    }

    @Test
    void asksForNamesItselfAndChecksWhereTheyLead() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.resolving(name ->
                List.of(InetAddress.ofLiteral(name.equals("a.test") ? "127.0.0.1" : "10.0.0.1")));
        gateway.serve(config(port(backend)));

        assertThat(gateway.send(HELLO + request("A.test.", port(backend))).read(12))
                .isEqualTo(TAKEN + CONNECTED);
        accept(backend);
        assertThat(gateway.send(HELLO + request("b.test", 443)).readToEnd())
                .isEqualTo(TAKEN + reply(2));
        awaitReason("FORWARD_ADDRESS_SPECIAL");
    }

    @Test
    void speaksHttpWithWhoeverDoes() throws Exception {
        FakeBackend backend = serve();

        assertThat(
                        gateway.send(
                                        "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n\r\n"
                                                .formatted(backend.address()))
                                .readHead())
                .startsWith("HTTP/1.1 200 ");
        accept(backend);
    }

    @Test
    void isSpokenUnderTlsToo() throws Exception {
        var certificates = new TestCertificates(folder);
        certificates.write("proxy", "localhost");
        FakeBackend backend =
                serve(
                        ", authenticate: [ basic ]",
                        "tls: { hosts: { localhost: { %s } } }"
                                .formatted(certificates.entry("proxy")));
        SSLEngine engine = certificates.client().createSSLEngine("localhost", gateway.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("localhost")));
        engine.setSSLParameters(parameters);
        Wire client = gateway.connect();
        client.secure(engine);

        client.send("\5\1\2" + password("alice", "password") + request(port(backend)) + "ping");

        assertThat(client.read(14)).isEqualTo("\5\2\1\0" + CONNECTED);
        Wire target = accept(backend);
        assertThat(target.read(4)).isEqualTo("ping");
        target.send("pong");
        assertThat(client.read(4)).isEqualTo("pong");
    }

    @Test
    void manyTunnelsLeaveNothingBehind() throws Exception {
        FakeBackend backend = serve();
        for (int i = 0; i < 50; i++) {
            Wire client = opened(backend);
            Wire target = accept(backend);
            if (i % 2 == 0) {
                client.reset();
                target.awaitGone();
            } else {
                target.reset();
                client.awaitGone();
            }
        }
        Gateway.await("over", () -> counted("jadegate_listener_tunnels_open", "egress") == 0);
    }

    // ---- refusals

    @Test
    void saysWhatTheRulesForbid() throws Exception {
        FakeBackend backend = serve();

        assertThat(gateway.send(HELLO + "\5\1\0\1\12\0\0\1\1\273").readToEnd())
                .isEqualTo(TAKEN + reply(2));
        assertThat(gateway.send(HELLO + request("shop.example.com", 443)).readToEnd())
                .isEqualTo(TAKEN + reply(2));
        assertThat(gateway.send(HELLO + request(port(backend) ^ 1)).readToEnd())
                .isEqualTo(TAKEN + reply(2));
        assertThat(gateway.send(HELLO + "\5\1\0\4" + "\0".repeat(15) + "\1\1\273").readToEnd())
                .isEqualTo(TAKEN + reply(2));
    }

    @Test
    void saysThatANameLeadsNowhere() throws Exception {
        gateway.resolving(_ -> {
            throw new UnknownHostException();
        });
        serve();

        assertThat(gateway.send(HELLO + request("a.test", 443)).readToEnd())
                .isEqualTo(TAKEN + reply(4));
    }

    @Test
    void saysThatTheTargetRefuses() throws Exception {
        int nobody = FreePorts.next();
        gateway.serve(config(nobody));

        assertThat(gateway.send(HELLO + request(nobody)).readToEnd()).isEqualTo(TAKEN + reply(5));
    }

    @Test
    void saysThatANameTakesTooLong() throws Exception {
        var never = new CountDownLatch(1);
        gateway.resolving(name -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(name);
        });
        serve("", "timeouts: { connect: 100ms }");

        assertThat(gateway.send(HELLO + request("a.test", 443)).readToEnd())
                .isEqualTo(TAKEN + reply(6));
        never.countDown();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 0, 255})
    void knowsNoOtherCommand(int command) throws Exception {
        FakeBackend backend = serve();
        String octets = request(port(backend));

        assertThat(gateway.send(HELLO + "\5" + (char) command + octets.substring(2)).readToEnd())
                .isEqualTo(TAKEN + reply(7));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 5, 255})
    void knowsNoOtherTypeOfAddress(int type) throws Exception {
        serve();

        assertThat(gateway.send(HELLO + "\5\1\0" + (char) type + "\1\1\1\1\1\1").readToEnd())
                .isEqualTo(TAKEN + reply(8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\4\1\0\1\u007f\0\0\1\1\1",
                "\5\1\1\1\u007f\0\0\1\1\1",
                "\5\1\0\1\u007f\0\0\1\0\0",
                "\5\1\0\3\0\1\1",
                "\5\1\0\3\3a b\1\1",
                "\5\1\0\3\0060x7f.1\1\1",
                "\5\1\0\3\4a\0.b\1\1"
            })
    void refusesWhatIsMalformed(String request) throws Exception {
        serve();

        assertThat(gateway.send(HELLO + request).readToEnd()).isEqualTo(TAKEN + reply(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\5\0", "\5\1\2", "\5\2\1\200"})
    void refusesMethodsThatAreNotItsOwn(String methods) throws Exception {
        serve();

        assertThat(gateway.send(methods).readToEnd()).isEqualTo("\5\u00ff");
    }

    @Test
    void refusesTheOldVersionInItsOwnWords() throws Exception {
        serve();

        assertThat(gateway.send("\4\1\0\120\u007f\0\0\1user\0").readToEnd())
                .isEqualTo("\0\133\0\0\0\0\0\0");
        awaitReason("REQUEST_VERSION");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\5", "\5\1", "\5\1\0", "\5\1\0\5\1\0", "\5\1\0\5\1\0\3\12abc"})
    void endsWithWhoeverEndsInTheMiddle(String octets) throws Exception {
        serve();

        gateway.send(octets).endOutput().awaitGone();

        awaitReason("CLIENT_ABORTED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\5", "\5\1\0", "\5\1\0\5\1\0\3\12abc"})
    void endsWithWhoeverIsTooSlow(String octets) throws Exception {
        gateway.serve(config(port(gateway.backend())).replace("header: 30s", "header: 300ms"));

        gateway.connect().offer(octets).awaitGone();

        awaitReason("REQUEST_HEAD_TIMEOUT");
    }

    @Test
    void isNotSpokenWhereItIsTurnedOff() throws Exception {
        serve(", socks: false");

        assertThat(gateway.send(HELLO + "\r\n\r\n").readResponse().status()).isEqualTo(400);
    }

    // ---- users

    @Test
    void letsUsersInByTheirPasswords() throws Exception {
        FakeBackend backend = serve(", authenticate: [ basic ]");
        double verified = authentications("verified");

        Wire client =
                gateway.send(
                        "\5\2\0\2" + password("alice", "password") + request(port(backend)) + "x");
        assertThat(client.read(2)).isEqualTo("\5\2");
        assertThat(client.read(2)).isEqualTo("\1\0");
        assertThat(client.read(10)).isEqualTo(CONNECTED);
        assertThat(accept(backend).read(1)).isEqualTo("x");
        assertThat(authentications("verified")).isEqualTo(verified + 1);
    }

    /// Counted as those by HTTP are, for as long as the process lives.
    private static double authentications(String result) {
        return counted("jadegate_authentications", "proxy", result);
    }

    @Test
    void refusesWrongPasswordsAndThoseWhoHaveNone() throws Exception {
        serve(", authenticate: [ basic ]");
        double failed = authentications("AUTHENTICATION_FAILED");
        double missing = authentications("AUTHENTICATION_MISSING");

        assertThat(gateway.send("\5\1\2" + password("alice", "passwort")).readToEnd())
                .isEqualTo("\5\2\1\1");
        awaitReason("AUTHENTICATION_FAILED");
        assertThat(gateway.send(HELLO).readToEnd()).isEqualTo("\5\u00ff");
        awaitReason("AUTHENTICATION_MISSING");
        assertThat(gateway.send("\5\1\2\2\1a\1b").readToEnd()).isEqualTo("\5\2\1\1");
        awaitReason("REQUEST_MALFORMED");
        assertThat(authentications("AUTHENTICATION_FAILED")).isEqualTo(failed + 1);
        assertThat(authentications("AUTHENTICATION_MISSING")).isEqualTo(missing + 1);
    }

    // ---- changes

    @Test
    void aTunnelEndsWhenItsTargetIsForbiddenAndOthersStay() throws Exception {
        FakeBackend backend = serve();
        FakeBackend other = gateway.backend();
        Wire client = opened(backend);
        Wire target = accept(backend);

        gateway.serveNow(config(port(backend)));
        client.send("stays");
        assertThat(target.read(5)).isEqualTo("stays");

        gateway.serveNow(config(port(other)));
        target.awaitGone();
        client.awaitGone();
    }

    @Test
    void aTunnelIsCutWhereItHasCarriedWhatItMay() throws Exception {
        FakeBackend backend = serve(", tunnel-bytes: 1KB");
        Wire client = opened(backend).send("x".repeat(1000));
        Wire target = accept(backend);
        assertThat(target.read(1000)).hasSize(1000);

        client.send("x");

        target.awaitGone();
        client.awaitGone();
        awaitReason("TUNNEL_BYTES");
    }
}
