package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.TlsWire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// TLS that is not for the gateway: which connections stay encrypted, and that they arrive as they
/// were sent.
@Timeout(60)
class PassthroughTest {
    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private final TestAuthority authority = new TestAuthority("test authority");
    private TestCertificates certificates;
    private FakeBackend db;
    private FakeBackend other;

    @BeforeEach
    void open() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test");
        db = gateway.backend();
        other = gateway.backend();
    }

    private void serve(String passthrough) throws IOException {
        serve(passthrough, "30s");
    }

    /// @param patience how long a hello may take
    private void serve(String passthrough, String patience) throws IOException {
        gateway.serve(
                """
                defaults: { timeouts: { tls: %s } }
                listeners:
                  web:
                    address: "127.0.0.1:0"
                    tls: { hosts: { shop.test: { %s } }, passthrough: { %s } }
                routes: { all: { match: { path: / }, respond: { body: "own" } } }
                upstreams: { db: { endpoints: [ "%%s" ] }, other: { endpoints: [ "%%s" ] } }
                """
                        .formatted(patience, certificates.entry("shop"), passthrough),
                db.address(),
                other.address());
    }

    /// The first message of a client, in one record.
    private byte[] hello(String name, String... alpn) throws SSLException {
        SSLEngine engine = certificates.client().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
        parameters.setApplicationProtocols(alpn);
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        byte[] octets = new byte[out.flip().remaining()];
        out.get(octets);
        return octets;
    }

    private static Wire accept(FakeBackend backend) throws IOException {
        return gateway.keep(backend.accept());
    }

    private static void assertArrives(FakeBackend at, byte[] hello) throws IOException {
        gateway.connect().send(hello);
        assertThat(accept(at).readBytes(hello.length)).isEqualTo(hello);
    }

    @Test
    void handsTheHandshakeToTheEndpoint() throws Exception {
        serve("db.test: db");
        SSLContext client = TlsWire.client(authority.own().own(), List.of(), null);

        CompletableFuture<Wire> endpoint =
                CompletableFuture.supplyAsync(() -> secured(authority, db));
        try (TlsWire wire = TlsWire.connect(client, gateway.port(), "db.test", "TLSv1.3")) {
            wire.send("ping");
            assertThat(endpoint.get().read(4)).isEqualTo("ping");
            endpoint.get().send("pong");
            assertThat(wire.readUntil("pong")).isEqualTo("pong");
        }
        assertThat(
                        TestReadings.of(gateway)
                                .value("jadegate_listener_handshakes", "web", "TLSv1.3", "ok"))
                .isZero();
    }

    private static Wire secured(TestAuthority authority, FakeBackend backend) {
        try {
            return accept(backend).secure(authority.engine(authority.issue("db.test")));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void keepsItsOwnHosts() throws Exception {
        serve("\"*\": db");

        try (TlsWire wire =
                TlsWire.connect(certificates.client(), gateway.port(), "shop.test", "TLSv1.3")) {
            wire.send("GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n");
            assertThat(wire.readUntil("own")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void prefersTheExactNameToWildcardsAndTheseToAnyOther() throws Exception {
        serve("\"*\": other, \"*.db.test\": db, x.db.test: other");

        assertArrives(db, hello("y.db.test"));
        assertArrives(other, hello("x.db.test"));
        assertArrives(other, hello("elsewhere.test"));
        assertArrives(other, hello(""));
    }

    @Test
    void choosesByTheFirstOfferedProtocolThatIsNamed() throws Exception {
        serve("db.test: { upstream: other, alpn: { postgresql: db } }");

        assertArrives(db, hello("db.test", "x", "postgresql"));
        assertArrives(other, hello("db.test", "h2"));
        assertArrives(other, hello("db.test"));
    }

    @Test
    void leavesOtherProtocolsOfAHostToItsOwnCertificate() throws Exception {
        serve("shop.test: { alpn: { acme-tls/1: other } }");

        assertArrives(other, hello("shop.test", "acme-tls/1"));
        try (TlsWire wire =
                TlsWire.connect(
                        certificates.client(),
                        gateway.port(),
                        "shop.test",
                        "TLSv1.3",
                        "http/1.1")) {
            assertThat(wire.protocol()).isEqualTo("http/1.1");
        }
    }

    @Test
    void readsAHelloThatComesOctetByOctet() throws Exception {
        serve("db.test: db");
        byte[] hello = hello("db.test");

        Wire client = gateway.connect();
        for (byte octet : hello) {
            client.send(new byte[] {octet});
        }

        assertThat(accept(db).readBytes(hello.length)).isEqualTo(hello);
    }

    @Test
    void readsAHelloInManyRecords() throws Exception {
        serve("db.test: db");
        byte[] hello = hello("db.test");
        ByteBuffer cut = ByteBuffer.allocate(hello.length * 7);
        for (int at = 5; at < hello.length; at += 100) {
            int length = Math.min(100, hello.length - at);
            cut.put(hello, 0, 3).putShort((short) length).put(hello, at, length);
        }
        byte[] records = new byte[cut.flip().remaining()];
        cut.get(records);

        assertArrives(db, records);
    }

    @Test
    void refusesAHelloThatIsTooLarge() throws Exception {
        serve("\"*\": db");
        ByteBuffer large = ByteBuffer.allocate(5 + 16_000);
        large.put(new byte[] {22, 3, 1}).putShort((short) 16_000);
        large.put(new byte[] {1, 1, 0, 0});

        Wire client = gateway.connect().send(large.array());

        // Alert, decode_error.
        assertThat(client.readBytes(7)).isEqualTo(new byte[] {21, 3, 3, 0, 2, 2, 50});
        assertThat(db.untouched()).isTrue();
    }

    @Test
    void refusesANameThatNobodyHas() throws Exception {
        serve("db.test: db");

        Wire client = gateway.connect().send(hello("elsewhere.test"));

        // Alert, unrecognized_name.
        assertThat(client.readBytes(7)).isEqualTo(new byte[] {21, 3, 3, 0, 2, 2, 112});
    }

    @Test
    void endsAHelloThatNeverEnds() throws Exception {
        serve("db.test: db", "300ms");

        Wire client = gateway.connect().offer(new byte[] {22, 3, 1, 2, 0, 1});

        assertThat(client.readToReset()).isEmpty();
        assertThat(db.untouched()).isTrue();
    }

    @Test
    void addsNoTlsOfItsOwnToWhatIsEncrypted() throws Exception {
        gateway.serve(
                """
                listeners:
                  db: { address: "127.0.0.1:0", protocol: tcp, tls: { passthrough: { "*": db } } }
                upstreams: { db: { endpoints: [ "%s" ], tls: { server-name: db.test, trusted: "%s" } } }
                """,
                db.address(), authority.trustedIn(folder).toString());

        assertArrives(db, hello("db.test"));
    }

    @Test
    void resetsAClientWhoseEndpointRefuses() throws Exception {
        db = FakeBackend.refusing();
        serve("db.test: db");

        assertThatThrownBy(() ->
                        TlsWire.connect(
                                certificates.client(), gateway.port(), "db.test", "TLSv1.3"))
                .isInstanceOf(IOException.class);
        Gateway.await(
                "counted",
                () ->
                        TestReadings.of(gateway)
                                        .value(
                                                "jadegate_listener_tunnel_reasons",
                                                "web",
                                                "UPSTREAM_CONNECT_REFUSED")
                                == 1);
    }
}
