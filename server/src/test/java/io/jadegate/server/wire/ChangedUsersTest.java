package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of the tunnels of users whom a reload takes away or gives another password.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ChangedUsersTest {
    /// "password"
    private static final String HASH =
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";

    private static final String OTHER_HASH =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94";

    private static final String BOTH = users("alice", HASH) + users("bob", HASH);
    private static final String BOB = users("bob", HASH);
    private static final String CHANGED = users("alice", OTHER_HASH) + users("bob", HASH);

    private static final String SOCKS_ANSWERS = "\5\2\1\0\5\0\0\1\0\0\0\0\0\0";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static String users(String name, String hash) {
        return name + ": { password: \"" + hash + "\" }, ";
    }

    private static String proxy(FakeBackend backend, String users) {
        return """
        users: { %s }
        listeners:
          egress:
            address: "127.0.0.1:0"
            protocol: forward
            forward:
              allow: [ { network: 127.0.0.0/8, ports: [ %s ] }, { host: "*.test", ports: [ %s ] } ]
              authenticate: [ basic ]
        """
                .formatted(users, port(backend), port(backend));
    }

    private static String route(FakeBackend backend, String users) {
        return """
        users: { %s }
        listeners: { web: { address: "127.0.0.1:0" } }
        upstreams: { app: { endpoints: [ "%s" ] } }
        routes:
          all:
            match: { path: / }
            filters: [ { authenticate: { with: [ basic ] } } ]
            upstream: app
        """
                .formatted(users, backend.address());
    }

    private static int port(FakeBackend backend) {
        String address = backend.address();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static String basic(String user) {
        String pair = user + ":password";
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    private static Wire connected(String user, String target) throws IOException {
        Wire client = ask(user, target);
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
        return client;
    }

    private static Wire ask(String user, String target) throws IOException {
        return gateway.send(
                "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\nProxy-Authorization: %2$s\r\n\r\n"
                        .formatted(target, basic(user)));
    }

    private static Wire socks(String user, int port) throws IOException {
        Wire client = askBySocks(user, "\1\u007f\0\0\1", port);
        assertThat(client.read(SOCKS_ANSWERS.length())).isEqualTo(SOCKS_ANSWERS);
        return client;
    }

    private static Wire askBySocks(String user, String address, int port) throws IOException {
        return gateway.send(
                "\5\1\2\1"
                        + (char) user.length()
                        + user
                        + "\10password\5\1\0"
                        + address
                        + (char) (port >> 8)
                        + (char) (port & 0xff));
    }

    private static Wire accept(FakeBackend backend) throws IOException {
        return gateway.keep(backend.accept());
    }

    private static void assertCarries(Wire client, Wire target) throws IOException {
        client.send("stays");
        assertThat(target.read(5)).isEqualTo("stays");
    }

    private static void awaitChange(String metric, String label) {
        awaitReason(metric, label, "USER_CHANGED");
    }

    private static void awaitReason(String metric, String label, String reason) {
        Gateway.await(reason, () -> TestReadings.of(gateway).value(metric, label, reason) == 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTunnelByConnectEndsWithItsUserAndThoseOfOthersStay(boolean removed) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(proxy(backend, BOTH));
        Wire client = connected("alice", backend.address());
        Wire target = accept(backend);
        Wire others = connected("bob", backend.address());
        Wire othersTarget = accept(backend);

        gateway.serveNow(proxy(backend, removed ? BOB : CHANGED));

        client.awaitGone();
        target.awaitGone();
        assertCarries(others, othersTarget);
        awaitChange("jadegate_route_reasons", "forward:egress");
    }

    @Test
    void aTunnelOnAStreamEndsWithItsUser() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(proxy(backend, BOTH));
        Http2Wire client =
                Http2Wire.over(gateway.connect())
                        .head(
                                1,
                                false,
                                ":method",
                                "CONNECT",
                                ":authority",
                                backend.address(),
                                "proxy-authorization",
                                basic("alice"));
        client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);
        Wire target = accept(backend);

        gateway.serveNow(proxy(backend, CHANGED));

        target.awaitGone();
        client.await(1);
        awaitChange("jadegate_route_reasons", "forward:egress");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTunnelBySocksEndsWithItsUserAndThoseOfOthersStay(boolean removed) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(proxy(backend, BOTH));
        Wire client = socks("alice", port(backend));
        Wire target = accept(backend);
        Wire others = socks("bob", port(backend));
        Wire othersTarget = accept(backend);

        gateway.serveNow(proxy(backend, removed ? BOB : CHANGED));

        client.awaitGone();
        target.awaitGone();
        assertCarries(others, othersTarget);
        awaitChange("jadegate_listener_tunnel_reasons", "egress");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWebSocketIsClosedWithItsUserAndThoseOfOthersStay(boolean removed) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(route(backend, BOTH));
        Wire client = webSocket("alice");
        Wire upstream = switched(client, backend);
        Wire others = webSocket("bob");
        Wire othersUpstream = switched(others, backend);

        gateway.serveNow(route(backend, removed ? BOB : CHANGED));

        assertThat(client.read(4)).startsWith("\u0088").endsWith("\3\360");
        upstream.close();
        client.close();
        others.send("\u0081\u0085\0\0\0\0hello");
        assertThat(othersUpstream.read(11)).endsWith("hello");
        awaitChange("jadegate_route_reasons", "all");
        othersUpstream.close();
    }

    @Test
    void aWebSocketIsClosedThoughItsListenerHasAnotherNameNow() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(route(backend, BOTH));
        Wire client = webSocket("alice");
        Wire upstream = switched(client, backend);

        gateway.serveNow(route(backend, BOB).replace("web:", "renamed:"));

        assertThat(client.read(4)).startsWith("\u0088").endsWith("\3\360");
        upstream.close();
    }

    /// Its request goes by another route since, or by none.
    @ParameterizedTest
    @ValueSource(strings = {"another", "none"})
    void aWebSocketIsClosedWithItsUserThoughItsRequestGoesElsewhereNow(String by) throws Exception {
        FakeBackend backend = gateway.backend();
        String other = by.equals("another") ? OTHER_ROUTE : "";
        gateway.serve(route(backend, BOTH));
        Wire client = webSocket("alice");
        Wire upstream = switched(client, backend);
        Wire others = webSocket("bob");
        Wire othersUpstream = switched(others, backend);

        gateway.serveNow(route(backend, BOTH).replace("path: /", "path: /other") + other);
        gateway.serveNow(route(backend, BOB).replace("path: /", "path: /other") + other);

        assertThat(client.read(4)).startsWith("\u0088").endsWith("\3\360");
        upstream.close();
        client.close();
        others.send("\u0081\u0085\0\0\0\0hello");
        assertThat(othersUpstream.read(11)).endsWith("hello");
        awaitChange("jadegate_route_reasons", "all");
        othersUpstream.close();
    }

    private static final String OTHER_ROUTE =
            """
              other:
                match: { path: / }
                filters: [ { authenticate: { with: [ basic ] } } ]
                upstream: app
            """;

    // ---- those of nobody, where users are asked for now

    /// What it showed when nobody asked has never been checked.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWebSocketOfNobodyIsClosedWhereUsersAreAskedFor(boolean shown) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(route(backend, BOTH).replaceFirst(" *filters: .*\n", ""));
        Wire client = gateway.send(handshake(shown ? "Authorization: Basic bm86\r\n" : ""));
        Wire upstream = switched(client, backend);

        gateway.serveNow(route(backend, BOTH));

        assertThat(client.read(4)).startsWith("\u0088").endsWith("\3\360");
        upstream.close();
        awaitReason("jadegate_route_reasons", "all", "POLICY_CHANGED");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTunnelOfNobodyEndsWhereUsersAreAskedFor(boolean shown) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(proxy(backend, BOTH).replaceFirst(" *authenticate: .*\n", ""));
        Wire client =
                gateway.send(
                        "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\n%2$s\r\n"
                                .formatted(
                                        backend.address(),
                                        shown ? "Proxy-Authorization: Basic bm86\r\n" : ""));
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
        Wire target = accept(backend);

        gateway.serveNow(proxy(backend, BOTH));

        client.awaitGone();
        target.awaitGone();
        awaitReason("jadegate_route_reasons", "forward:egress", "POLICY_CHANGED");
    }

    private static Wire webSocket(String user) throws IOException {
        return gateway.send(handshake("Authorization: " + basic(user) + "\r\n"));
    }

    private static String handshake(String fields) {
        return "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + fields
                + "\r\n";
    }

    private static Wire switched(Wire client, FakeBackend backend) throws IOException {
        Wire upstream = accept(backend);
        upstream.readHead();
        upstream.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\n"
                        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
        return upstream;
    }

    // ---- those that were on their way when it changed

    /// Finds a name once it may.
    private static List<InetAddress> found(Semaphore asked, CountDownLatch go) {
        asked.release();
        try {
            go.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return List.of(InetAddress.getLoopbackAddress());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTunnelThatOpensBehindTheChangeEndsAtOnce(boolean socks) throws Exception {
        FakeBackend backend = gateway.backend();
        var asked = new Semaphore(0);
        var go = new CountDownLatch(1);
        gateway.resolving(_ -> found(asked, go));
        gateway.serve(proxy(backend, BOTH));
        Wire client =
                socks
                        ? askBySocks("alice", "\3\6a.test", port(backend))
                        : ask("alice", "a.test:" + port(backend));
        asked.acquire();

        gateway.serveNow(proxy(backend, BOB));
        go.countDown();

        Wire target = accept(backend);
        target.awaitGone();
        client.awaitGone();
        awaitChange(
                socks ? "jadegate_listener_tunnel_reasons" : "jadegate_route_reasons",
                socks ? "egress" : "forward:egress");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTunnelThatOpensBehindRulesThatForbidItEndsAtOnce(boolean socks) throws Exception {
        FakeBackend backend = gateway.backend();
        FakeBackend other = gateway.backend();
        var asked = new Semaphore(0);
        var go = new CountDownLatch(1);
        gateway.resolving(_ -> found(asked, go));
        gateway.serve(proxy(backend, BOTH));
        Wire client =
                socks
                        ? askBySocks("alice", "\3\6a.test", port(backend))
                        : ask("alice", "a.test:" + port(backend));
        asked.acquire();

        gateway.serveNow(proxy(other, BOTH));
        go.countDown();

        accept(backend).awaitGone();
        client.awaitGone();
        awaitReason(
                socks ? "jadegate_listener_tunnel_reasons" : "jadegate_route_reasons",
                socks ? "egress" : "forward:egress",
                "POLICY_CHANGED");
    }
}
