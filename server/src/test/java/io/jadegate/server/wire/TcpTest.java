package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.api.plane.Stats;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.TlsWire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections that nobody interprets: what goes through, how either side ends, and what a client
/// meets when it cannot go on.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class TcpTest {
    private static final int LARGE = 24 * 1024 * 1024;
    private static final String TCP =
            """
            listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db %s } }
            upstreams: { db: { endpoints: [ "%%s" ] } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private static FakeBackend serve(String listener) throws IOException {
        FakeBackend backend = gateway.backend();
        gateway.serve(TCP.formatted(listener), backend.address());
        return backend;
    }

    /// An endpoint's end of the next connection, closed with those of clients: a tunnel ends when
    /// both have.
    private static Wire accept(FakeBackend backend) throws IOException {
        return gateway.keep(backend.accept());
    }

    private static double counted(String metric, String... labels) {
        return TestReadings.of(gateway).value(metric, labels);
    }

    private static void awaitReason(String reason) {
        Gateway.await(reason, () -> counted("jadegate_listener_tunnel_reasons", "db", reason) == 1);
    }

    // ---- what goes through

    @Test
    void sendsWhoWaitsToTheEndpointsThatThereAreByThen() throws Exception {
        String yaml =
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ], capacity: { connections: 1, pending-timeout: 1h } %s } }
                """;
        FakeBackend before = gateway.backend();
        FakeBackend after = gateway.backend();
        gateway.serve(yaml, before.address(), "");
        Wire first = gateway.connect().send("first");
        assertThat(accept(before).read(5)).isEqualTo("first");
        gateway.connect().send("second");
        Gateway.await("both", () -> gateway.clientConnections() == 2);

        gateway.serveNow(yaml, after.address(), ", proxy-protocol: v1");
        first.reset();

        Wire endpoint = accept(after);
        assertThat(endpoint.readUntil("\r\n")).startsWith("PROXY TCP4 127.0.0.1 ");
        assertThat(endpoint.read(6)).isEqualTo("second");
        assertThat(before.connections()).isEqualTo(1);
    }

    @Test
    void carriesOctetsBothWays() throws Exception {
        FakeBackend backend = serve("");

        Wire client = gateway.connect().send("ping\0\u00ff");
        Wire endpoint = accept(backend);

        assertThat(endpoint.read(6)).isEqualTo("ping\0\u00ff");
        assertThat(endpoint.send("pong").read(0)).isEmpty();
        assertThat(client.read(4)).isEqualTo("pong");
    }

    @Test
    void letsTheEndpointSpeakFirst() throws Exception {
        FakeBackend backend = serve("");

        Wire client = gateway.connect();
        accept(backend).send("220 ready\r\n");

        assertThat(client.readUntil("\r\n")).isEqualTo("220 ready\r\n");
    }

    @Test
    void countsEachOctetOnce() throws Exception {
        FakeBackend backend = serve("");

        Wire client = gateway.connect().send("12345");
        Wire endpoint = accept(backend);
        endpoint.read(5);
        endpoint.send("123");
        client.read(3);

        assertThat(counted("jadegate_listener_tunnels", "db")).isEqualTo(1);
        assertThat(counted("jadegate_listener_tunnels_open", "db")).isEqualTo(1);
        assertThat(counted("jadegate_listener_tunnel_received_bytes", "db")).isEqualTo(5);
        assertThat(counted("jadegate_listener_tunnel_sent_bytes", "db")).isEqualTo(3);

        client.endOutput();
        endpoint.endOutput();
        client.readToEnd();
        Gateway.await("over", () -> counted("jadegate_listener_tunnels_open", "db") == 0);
        String[] labels = {"db", backend.address()};
        Gateway.await(
                "no attempt", () -> counted("jadegate_target_attempts_in_flight", labels) == 0);
    }

    @Test
    void slowsASenderDownToItsReader() throws Exception {
        FakeBackend backend = serve("");
        Wire client = gateway.connect();
        Wire endpoint = accept(backend);

        CompletableFuture<Wire> sent = send(endpoint, LARGE);
        Gateway.await("stalled", () -> counted("jadegate_listener_tunnel_sent_bytes", "db") > 0);
        client.readBytes(LARGE);
        sent.get();
        CompletableFuture<Wire> back = send(client, LARGE);
        endpoint.readBytes(LARGE);
        back.get();

        assertThat(counted("jadegate_listener_tunnel_sent_bytes", "db")).isEqualTo(LARGE);
        assertThat(counted("jadegate_listener_tunnel_received_bytes", "db")).isEqualTo(LARGE);
        assertThat(gateway.proxy().stats().listeners())
                .containsExactly(new Stats.ListenerStats("db", 1, 1, 0, 0, 1, LARGE, LARGE));
    }

    private static CompletableFuture<Wire> send(Wire wire, int octets) {
        return Beside.start(() -> wire.send(new byte[octets]));
    }

    @Test
    void reachesAnEndpointOnAUnixSocket() throws Exception {
        FakeBackend backend =
                gateway.keep(FakeBackend.open(UnixDomainSocketAddress.of(folder.resolve("s"))));
        gateway.serve(TCP.formatted(""), backend.address());

        Wire client = gateway.connect().send("ping").endOutput();
        Wire endpoint = accept(backend);

        assertThat(endpoint.readToEnd()).isEqualTo("ping");
        endpoint.send("pong").endOutput();
        assertThat(client.readToEnd()).isEqualTo("pong");
    }

    @Test
    void takesConnectionsOverIpv6() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "[::1]:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ] } }
                """,
                backend.address());

        Wire client = gateway.keep(Wire.connect(gateway.address("db"))).send("ping");

        assertThat(accept(backend).read(4)).isEqualTo("ping");
        client.close();
    }

    // ---- ends

    @Test
    void passesTheEndOfOneSideOnAndKeepsTheOtherOpen() throws Exception {
        FakeBackend backend = serve("");

        Wire client = gateway.connect().send("request").endOutput();
        Wire endpoint = accept(backend);
        assertThat(endpoint.readToEnd()).isEqualTo("request");
        endpoint.send("first");
        assertThat(client.read(5)).isEqualTo("first");
        endpoint.send("last").endOutput();

        assertThat(client.readToEnd()).isEqualTo("last");
    }

    @Test
    void passesTheEndOfAnEndpointOn() throws Exception {
        FakeBackend backend = serve("");

        Wire client = gateway.connect();
        Wire endpoint = accept(backend);
        endpoint.send("bye").endOutput();
        assertThat(client.readToEnd()).isEqualTo("bye");
        client.send("more");
        assertThat(endpoint.read(4)).isEqualTo("more");
    }

    @Test
    void passesAClientsResetOn() throws Exception {
        FakeBackend backend = serve("");
        Wire client = gateway.connect().send("x");
        Wire endpoint = accept(backend);
        endpoint.read(1);

        client.reset();

        assertThat(endpoint.readToReset()).isEmpty();
        awaitReason("CLIENT_ABORTED");
    }

    @Test
    void passesAnEndpointsResetOn() throws Exception {
        FakeBackend backend = serve("");
        Wire client = gateway.connect().send("x");
        Wire endpoint = accept(backend);
        endpoint.read(1);

        endpoint.reset();

        assertThat(client.readToReset()).isEmpty();
        awaitReason("UPSTREAM_RESET");
        String[] labels = {"db", backend.address(), "UPSTREAM_RESET"};
        Gateway.await("a failure", () -> counted("jadegate_target_failures", labels) == 1);
    }

    @Test
    void resetsBehindAHalfClose() throws Exception {
        FakeBackend backend = serve("");
        Wire client = gateway.connect().send("x").endOutput();
        Wire endpoint = accept(backend);
        assertThat(endpoint.readToEnd()).isEqualTo("x");

        endpoint.reset();

        assertThat(client.readToReset()).isEmpty();
    }

    @Test
    @Row("timeouts/tcp-idle")
    void endsATunnelOnWhichNobodySpeaks() throws Exception {
        FakeBackend backend = serve(", timeouts: { tunnel-idle: 200ms }");
        Wire client = gateway.connect();
        Wire endpoint = accept(backend);

        assertThat(client.readToReset()).isEmpty();
        assertThat(endpoint.readToReset()).isEmpty();
        awaitReason("TUNNEL_IDLE_TIMEOUT");
    }

    @Test
    void endsATunnelThatHasLivedForLong() throws Exception {
        FakeBackend backend = serve(", max-age: 200ms");
        Wire client = gateway.connect();
        accept(backend);

        assertThat(client.readToReset()).isEmpty();
        awaitReason("TUNNEL_MAX_AGE");
    }

    @Test
    void waitsNoLongerThanItMayForAPeerThatReadsNothing() throws Exception {
        FakeBackend backend = serve(", timeouts: { write: 300ms }");
        Wire client = gateway.keep(Wire.connectNarrow(gateway.port()));
        Wire endpoint = accept(backend);
        client.endOutput();
        assertThat(endpoint.readToEnd()).isEmpty();
        // The socket buffers take only a part of it, and the client reads none.
        CompletableFuture<Void> sent = send(endpoint, 256 * 1024).thenRun(() -> end(endpoint));

        Gateway.await("cut", () -> gateway.clientConnections() == 0);
        sent.exceptionally(_ -> null).get();
    }

    private static void end(Wire wire) {
        try {
            wire.endOutput();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- endpoints that cannot be reached

    @Test
    void triesAnotherEndpointWhenOneRefuses() throws Exception {
        FakeBackend backend = gateway.backend();
        FakeBackend down = gateway.keep(FakeBackend.refusing());
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s", "%s" ], load-balancer: round-robin } }
                """,
                down.address(), backend.address());

        for (int i = 0; i < 4; i++) {
            Wire client = gateway.connect().send("ping");
            assertThat(accept(backend).read(4)).isEqualTo("ping");
            client.close();
        }

        assertThat(
                        counted(
                                "jadegate_target_failures",
                                "db",
                                down.address(),
                                "UPSTREAM_CONNECT_REFUSED"))
                .isGreaterThan(0);
    }

    @Test
    void resetsAClientWhoseEndpointRefuses() throws Exception {
        gateway.serve(TCP.formatted(""), gateway.keep(FakeBackend.refusing()).address());

        assertThat(gateway.connect().offer("x").readToReset()).isEmpty();
        awaitReason("UPSTREAM_CONNECT_REFUSED");
    }

    @Test
    void resetsAClientWhoseEndpointDoesNotAnswerInTime() throws Exception {
        gateway.serve(
                TCP.formatted(", timeouts: { connect: 200ms }"),
                gateway.keep(FakeBackend.hanging()).address());

        assertThat(gateway.connect().readToReset()).isEmpty();
        awaitReason("UPSTREAM_CONNECT_TIMEOUT");
    }

    @Test
    void givesUpAConnectionWhoseClientLeavesMeanwhile() throws Exception {
        gateway.serve(
                TCP.formatted(", timeouts: { connect: 2s }"),
                gateway.keep(FakeBackend.hanging()).address());
        Wire client = gateway.connect().send("x");
        Gateway.await("in flight", () -> gateway.target("db", 0).inFlight() == 1);

        client.reset();

        awaitReason("CLIENT_ABORTED");
        Gateway.await("given up", () -> gateway.target("db", 0).connections() == 0);
    }

    @Test
    void letsClientsWaitForAPlaceAtTheUpstream() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ], capacity: { connections: 1, pending-timeout: 30s } } }
                """,
                backend.address());
        Wire first = gateway.connect().send("1");
        Wire served = accept(backend);
        assertThat(served.read(1)).isEqualTo("1");
        Wire second = gateway.connect().send("2");

        first.endOutput();
        served.endOutput();

        assertThat(accept(backend).read(1)).isEqualTo("2");
        second.close();
    }

    @Test
    void resetsAClientForWhomThereIsNoPlaceInTime() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ], capacity: { connections: 1, pending-timeout: 100ms } } }
                """,
                backend.address());
        gateway.connect().send("1");
        accept(backend).read(1);

        assertThat(gateway.connect().readToReset()).isEmpty();
        awaitReason("UPSTREAM_OVERLOAD");
    }

    // ---- TLS

    @Test
    void endsTlsAndChoosesTheUpstreamByTheHost() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.write("a", "a.test");
        certificates.write("any", "*.any.test");
        FakeBackend first = gateway.backend();
        FakeBackend second = gateway.backend();
        gateway.serve(
                """
                listeners:
                  db:
                    address: "127.0.0.1:0"
                    protocol: tcp
                    upstream: second
                    tls: { hosts: { a.test: { %s, upstream: first }, "*.any.test": { %s } } }
                upstreams: { first: { endpoints: [ "%%s" ] }, second: { endpoints: [ "%%s" ] } }
                """
                        .formatted(certificates.entry("a"), certificates.entry("any")),
                first.address(),
                second.address());

        try (TlsWire client = connect(certificates, "a.test", "h2")) {
            client.send("one");
            Wire endpoint = accept(first);
            assertThat(endpoint.read(3)).isEqualTo("one");
            endpoint.send("two").endOutput();
            assertThat(client.readToEnd()).isEqualTo("two");
            assertThat(client.protocol()).isEmpty();
        }
        try (TlsWire client = connect(certificates, "x.any.test")) {
            client.send("three");
            assertThat(accept(second).read(5)).isEqualTo("three");
        }
    }

    private static TlsWire connect(TestCertificates certificates, String name, String... alpn)
            throws IOException {
        return TlsWire.connect(certificates.client(), gateway.port(), name, "TLSv1.3", alpn);
    }

    @Test
    void takesTheGoodbyeOfATlsClientForItsEnd() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.write("a", "a.test");
        FakeBackend backend =
                serve(", tls: { hosts: { a.test: { %s } } }".formatted(certificates.entry("a")));

        TlsWire client = connect(certificates, "a.test").send("bye");
        client.close();

        Wire endpoint = accept(backend);
        assertThat(endpoint.readToEnd()).isEqualTo("bye");
        endpoint.endOutput();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void speaksTlsWithEndpoints(boolean trusted) throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        Credential own = authority.issue("db.test");
        FakeBackend backend = gateway.backend();
        String ca =
                (trusted ? authority : new TestAuthority("another")).trustedIn(folder).toString();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ], tls: { server-name: db.test, trusted: "%s" } } }
                """,
                backend.address(), ca);

        Wire client = gateway.connect().send("ping");
        if (trusted) {
            Wire endpoint = accept(backend).secure(authority.engine(own));
            assertThat(endpoint.read(4)).isEqualTo("ping");
            endpoint.send("pong").endOutput();
            assertThat(client.readToEnd()).isEqualTo("pong");
        } else {
            Wire endpoint = accept(backend);
            assertThatThrownBy(() -> endpoint.secure(authority.engine(own)).read(1))
                    .isInstanceOf(IOException.class);
            Wire again = accept(backend);
            assertThatThrownBy(() -> again.secure(authority.engine(own)).read(1))
                    .isInstanceOf(IOException.class);
            assertThat(client.readToReset()).isEmpty();
            awaitReason("UPSTREAM_CERTIFICATE_UNTRUSTED");
        }
    }

    @Test
    void doesNotTakeTheEndOfAnEndpointForItsWordUnderTls() throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        Credential own = authority.issue("db.test");
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ], tls: { server-name: db.test, trusted: "%s" } } }
                """,
                backend.address(), authority.trustedIn(folder).toString());
        Wire client = gateway.connect();
        Wire endpoint = accept(backend).secure(authority.engine(own));
        endpoint.send("half");
        assertThat(client.read(4)).isEqualTo("half");

        endpoint.cutOutput();

        assertThat(client.readToReset()).isEmpty();
        awaitReason("UPSTREAM_RESET");
    }

    // ---- changes and the end

    @Test
    void keepsTunnelsWhenTheUpstreamChanges() throws Exception {
        FakeBackend backend = serve("");
        FakeBackend other = gateway.backend();
        Wire client = gateway.connect().send("a");
        Wire endpoint = accept(backend);
        endpoint.read(1);
        int port = gateway.port();

        gateway.serveNow(TCP.formatted(""), other.address());

        assertThat(endpoint.send("b").read(0)).isEmpty();
        assertThat(client.read(1)).isEqualTo("b");
        gateway.keep(Wire.connect(port)).send("c");
        assertThat(accept(other).read(1)).isEqualTo("c");
    }

    @Test
    void endsQuietTunnelsInOrderWhenItDrains() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 20s } }
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ] } }
                """,
                backend.address());
        Wire client = gateway.connect().send("a");
        Wire endpoint = accept(backend);
        endpoint.read(1);

        CompletableFuture<Integer> drained = CompletableFuture.supplyAsync(TcpTest::drain);

        assertThat(client.readToEnd()).isEmpty();
        assertThat(endpoint.readToEnd()).isEmpty();
        client.endOutput();
        endpoint.endOutput();
        assertThat(drained.get()).isZero();
    }

    @Test
    void cutsBusyTunnelsAtTheEndOfADrain() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 300ms } }
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ] } }
                """,
                backend.address());
        Wire client = gateway.connect().send("a");
        accept(backend).read(1);

        int _ = drain();

        assertThat(client.readToReset()).isEmpty();
    }

    private static int drain() {
        try {
            return gateway.proxy().drain();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void endsTunnelsWhoseListenerGoes() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 10s } }
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ] } }
                """,
                backend.address());
        Wire client = gateway.connect().send("a");
        accept(backend).read(1);

        gateway.serveNow("upstreams: { db: { endpoints: [ \"%s\" ] } }", backend.address());

        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void endsTunnelsOfClientsThatAreBannedAndSaysSoHoweverTheSidesTakeIt() throws Exception {
        String yaml =
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 10s } }
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db, filters: [ { ip-filter: { deny: [ %s ] } } ] } }
                upstreams: { db: { endpoints: [ "%s" ] } }
                """;
        FakeBackend backend = gateway.backend();
        gateway.serve(yaml, "10.0.0.0/8", backend.address());
        Wire client = gateway.connect().send("a");
        Wire endpoint = accept(backend);
        endpoint.read(1);

        gateway.serveNow(yaml, "127.0.0.0/8", backend.address());

        assertThat(client.readToEnd()).isEmpty();
        assertThat(endpoint.readToEnd()).isEmpty();
        endpoint.reset();
        awaitReason("DRAINING");
        String[] labels = {"db", backend.address(), "UPSTREAM_RESET"};
        assertThat(counted("jadegate_target_failures", labels)).isZero();
    }

    @Test
    void changesOverFromOneProtocolToAnother() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, respond: { body: ok } } }
                """);
        String get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        Wire http = gateway.connect().send(get);
        assertThat(http.readResponse().body()).isEqualTo("ok");

        gateway.serveNow(TCP.formatted(""), backend.address());

        assertThat(http.readToEnd()).isEmpty();
        gateway.connect().send(get);
        assertThat(accept(backend).readRequest().target()).isEqualTo("/");
    }

    // ---- the access log

    @Test
    void writesALineForEachConnection() throws Exception {
        Path log = folder.resolve("access.log");
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: { file: "%s" } } }
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ] } }
                """,
                log.toString(), backend.address());
        Wire client = gateway.connect().send("12345");
        Wire endpoint = accept(backend);
        endpoint.read(5);
        endpoint.send("123");
        client.read(3);
        client.reset();

        Gateway.await("a line", () -> Files.exists(log) && Files.readString(log).endsWith("\n"));
        assertThat(Files.readString(log))
                .matches(
                        "\\{\"time\":\"[^\"]+\",\"client\":\"127.0.0.1\",\"listener\":\"db\",\"protocol\":\"TCP\","
                                + "\"reason\":\"CLIENT_ABORTED\",(\"detail\":\"[^\"]*\",)?\"bytes_received\":5,\"bytes_sent\":3,"
                                + "\"duration_ms\":[0-9.]+,\"upstream\":\"db\",\"target\":\""
                                + backend.address()
                                + "\",\"attempts\":1,\"connect_ms\":[0-9.]+\\}\n");
    }
}
