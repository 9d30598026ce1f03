package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.Status;
import io.jadegate.testkit.DatagramWire;
import io.jadegate.testkit.DatagramWire.Received;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.FreePorts;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Sessions of datagrams: what reaches whom, when they end, and what a flood meets.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Sections of a configuration.
class UdpTest {
    private static final String UDP =
            """
            listeners: { dns: { address: "127.0.0.1:0", protocol: udp, upstream: dns %s } }
            upstreams: { dns: { endpoints: [ "%%s" ] } }
            """;

    /// io_uring has no sockets for datagrams.
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO"})
    @interface OnEachTransport {}

    private static final String SESSION = ", session: { idle: 1h }";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private final List<DatagramWire> wires = new ArrayList<>();

    /// Sessions that nobody is in end by a drain at once.
    @AfterEach
    void close() throws InterruptedException {
        wires.forEach(DatagramWire::close);
        if (gateway.proxy().status().state() != Status.State.STOPPED) {
            gateway.proxy().drain();
        }
    }

    private DatagramWire open() throws IOException {
        return keep(DatagramWire.open());
    }

    private DatagramWire keep(DatagramWire wire) {
        wires.add(wire);
        return wire;
    }

    private static final String LASTING =
            """
            node: { event-loops: 2, transport: %s, access-log: { to: off }, drain: { announce: 0s, deadline: 1h } }
            listeners: { %s }
            upstreams: { dns: { endpoints: [ "%s" ] } }
            """;

    @OnEachTransport
    void canHaveItsAddressAgainWhileSessionsOfBeforeStillEnd(NodeConfig.Transport transport)
            throws Exception {
        String name = transport.name().toLowerCase(Locale.ROOT);
        String dns =
                "dns: { address: '127.0.0.1:0', protocol: udp, upstream: dns, session: { replies: 1"
                        + " } }";
        DatagramWire first = open();
        DatagramWire second = open();
        gateway.serve(LASTING, name, dns, first.address());
        InetSocketAddress bound = listener();
        DatagramWire early = open().send(bound, "early");
        Received question = first.receive();
        gateway.serveNow(LASTING, name, "", first.address());
        early.send(bound, "more");
        InetSocketAddress session = first.receive().from();

        // Refused, and nothing has happened: the port of the other is taken.
        assertThat(
                        gateway.apply(
                                LASTING,
                                name,
                                dns
                                        + ", two: { address: '"
                                        + second.address()
                                        + "', protocol: udp, upstream: dns }",
                                second.address()))
                .isInstanceOf(ApplyResult.Rejected.class);
        gateway.serveNow(LASTING, name, dns, second.address());

        assertThat(listener()).isEqualTo(bound);
        DatagramWire late = open().send(bound, "late");
        assertThat(question.from()).isEqualTo(session);
        second.send(second.receive().from(), "new answer");
        assertThat(late.receive()).isEqualTo(new Received("new answer", bound));
        first.send(session, "one").send(session, "two");
        assertThat(early.receive()).isEqualTo(new Received("one", bound));
        assertThat(early.receive()).isEqualTo(new Received("two", bound));
    }

    /// Serves by a new endpoint, at which the test is.
    private DatagramWire serve(String listener) throws IOException {
        DatagramWire endpoint = open();
        gateway.serve(UDP.formatted(listener), endpoint.address());
        return endpoint;
    }

    private DatagramWire serve(NodeConfig.Transport transport, String listener) throws IOException {
        DatagramWire endpoint = open();
        gateway.serveBy(transport, /* loops= */ 2, UDP.formatted(listener), endpoint.address());
        return endpoint;
    }

    private static InetSocketAddress listener() {
        return gateway.address("dns");
    }

    private static double counted(String metric, String... labels) {
        return TestReadings.of(gateway).value(metric, labels);
    }

    private static double dropped(String reason) {
        return counted("jadegate_listener_datagrams_dropped", "dns", reason);
    }

    private static double openSessions() {
        return counted("jadegate_listener_tunnels_open", "dns");
    }

    /// All that there have been.
    private static double sessions() {
        return counted("jadegate_listener_tunnels", "dns");
    }

    private static double endedFor(String reason) {
        return counted("jadegate_listener_tunnel_reasons", "dns", reason);
    }

    // ---- what goes through

    @OnEachTransport
    void carriesEachDatagramByItself(NodeConfig.Transport transport) throws Exception {
        DatagramWire endpoint = serve(transport, SESSION);
        DatagramWire client = open().send(listener(), "one").send(listener(), "two");

        Received one = endpoint.receive();
        Received two = endpoint.receive();
        endpoint.send(one.from(), "first").send(one.from(), "second");

        assertThat(List.of(one.octets(), two.octets())).containsExactly("one", "two");
        assertThat(two.from()).isEqualTo(one.from());
        assertThat(client.receive()).isEqualTo(new Received("first", listener()));
        assertThat(client.receive().octets()).isEqualTo("second");
    }

    @OnEachTransport
    void carriesTheLargestDatagramWhole(NodeConfig.Transport transport) throws Exception {
        DatagramWire endpoint = serve(transport, SESSION);
        String large = "x".repeat(65_507);
        DatagramWire client = open().send(listener(), large);

        Received received = endpoint.receive();
        endpoint.send(received.from(), large);

        assertThat(received.octets()).isEqualTo(large);
        assertThat(client.receive().octets()).isEqualTo(large);
    }

    @OnEachTransport
    void passesOverEmptyDatagrams(NodeConfig.Transport transport) throws Exception {
        DatagramWire endpoint = serve(transport, SESSION);
        DatagramWire client = open().send(listener(), "").send(listener(), "x");

        Received full = endpoint.receive();
        endpoint.send(full.from(), "").send(full.from(), "y");

        assertThat(full.octets()).isEqualTo("x");
        assertThat(client.receive().octets()).isEqualTo("y");
        Gateway.await("counted", () -> dropped("DATAGRAM_UNSENT") > 0);
        assertThat(counted("jadegate_listener_datagrams_received", "dns")).isEqualTo(1);
    }

    @OnEachTransport
    void opensNoSessionForAnEmptyDatagram(NodeConfig.Transport transport) throws Exception {
        serve(transport, SESSION);

        open().send(listener(), "");

        Gateway.await("dropped", () -> dropped("DATAGRAM_UNSENT") == 1);
        assertThat(counted("jadegate_listener_tunnels", "dns")).isZero();
    }

    @OnEachTransport
    void dropsWhatIsTooLargeForTheEndpointsNetworkAndGoesOn(NodeConfig.Transport transport)
            throws Exception {
        DatagramWire endpoint = open();
        gateway.serveBy(
                transport,
                /* loops= */ 1,
                """
                listeners:
                  dns: { address: "[::1]:0", protocol: udp, upstream: dns, session: { idle: 1h } }
                upstreams: { dns: { endpoints: [ "%s" ] } }
                """,
                endpoint.address());
        DatagramWire client = keep(DatagramWire.open("::1"));
        client.send(listener(), "a");
        Received before = endpoint.receive();

        // IPv6 carries twenty octets more than IPv4.
        client.send(listener(), "x".repeat(65_527)).send(listener(), "b");

        assertThat(endpoint.receive()).isEqualTo(new Received("b", before.from()));
        Gateway.await("counted", () -> dropped("DATAGRAM_UNSENT") == 1);
    }

    @OnEachTransport
    void bringsEachReplyToTheClientThatAsked(NodeConfig.Transport transport) throws Exception {
        DatagramWire endpoint = serve(transport, SESSION);
        List<DatagramWire> clients = new ArrayList<>();
        List<Received> asked = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(open().send(listener(), "question " + i));
            asked.addFirst(endpoint.receive());
        }

        for (Received question : asked) {
            endpoint.send(question.from(), "answer to " + question.octets());
        }

        for (int i = 0; i < clients.size(); i++) {
            assertThat(clients.get(i).receive().octets()).isEqualTo("answer to question " + i);
        }
        assertThat(counted("jadegate_listener_tunnels", "dns")).isEqualTo(40);
        Gateway.await("counted", () -> counted("jadegate_listener_datagrams_sent", "dns") == 40);
    }

    @Test
    void takesNothingFromWhoeverIsNotTheEndpoint() throws Exception {
        DatagramWire endpoint = serve(SESSION);
        DatagramWire client = open().send(listener(), "question");
        InetSocketAddress session = endpoint.receive().from();

        open().send(session, "forged");
        endpoint.send(session, "answer");

        assertThat(client.receive().octets()).isEqualTo("answer");
    }

    @Test
    void choosesATargetOnceForASession() throws Exception {
        DatagramWire one = open();
        DatagramWire two = open();
        gateway.serve(
                """
                listeners:
                  dns: { address: "127.0.0.1:0", protocol: udp, upstream: dns, session: { idle: 1h } }
                upstreams: { dns: { endpoints: [ "%s", "%s" ], load-balancer: round-robin } }
                """,
                one.address(), two.address());

        for (int i = 0; i < 2; i++) {
            open().send(listener(), "a").send(listener(), "b").send(listener(), "c");
        }

        for (DatagramWire endpoint : List.of(one, two)) {
            Received first = endpoint.receive();
            assertThat(endpoint.receive()).isEqualTo(new Received("b", first.from()));
            assertThat(endpoint.receive()).isEqualTo(new Received("c", first.from()));
        }
    }

    @Test
    void takesDatagramsOverIpv6() throws Exception {
        DatagramWire endpoint = keep(DatagramWire.open("::1"));
        gateway.serve(
                """
                listeners:
                  dns: { address: "[::1]:0", protocol: udp, upstream: dns, session: { idle: 1h } }
                upstreams: { dns: { endpoints: [ "%s" ] } }
                """,
                endpoint.address());
        DatagramWire client = keep(DatagramWire.open("::1")).send(listener(), "question");

        endpoint.send(endpoint.receive().from(), "answer");

        assertThat(client.receive()).isEqualTo(new Received("answer", listener()));
    }

    /// A socket for both families names clients of IPv4 by addresses of IPv6, which no list has.
    @OnEachTransport
    void knowsClientsOfIpv4OnASocketForBothFamilies(NodeConfig.Transport transport)
            throws Exception {
        DatagramWire endpoint = open();
        gateway.serveBy(
                transport,
                /* loops= */ 2,
                """
                listeners:
                  dns:
                    address: ":0"
                    protocol: udp
                    upstream: dns
                    session: { idle: 1h }
                    filters: [ { ip-filter: { deny: [ 127.0.0.2 ] } } ]
                upstreams: { dns: { endpoints: [ "%s" ] } }
                """,
                endpoint.address());
        int port = listener().getPort();

        keep(DatagramWire.open("127.0.0.2")).send(at("127.0.0.1", port), "denied");
        Gateway.await("denied", () -> dropped("IP_DENIED") == 1);
        for (String address : List.of("127.0.0.1", "::1")) {
            DatagramWire client = keep(DatagramWire.open(address)).send(at(address, port), "a");
            endpoint.send(endpoint.receive().from(), "answer");
            assertThat(client.receive()).isEqualTo(new Received("answer", at(address, port)));
        }
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    @Test
    void sharesItsPortWithAListenerOfTcp() throws Exception {
        DatagramWire endpoint = open();
        FakeBackend backend = gateway.backend();
        String port = Integer.toString(FreePorts.next());
        gateway.serve(
                """
                listeners:
                  dns: { address: "127.0.0.1:%s", protocol: udp, upstream: dns, session: { idle: 1h } }
                  web: { address: "127.0.0.1:%s", protocol: tcp, upstream: web }
                upstreams: { dns: { endpoints: [ "%s" ] }, web: { endpoints: [ "%s" ] } }
                """,
                port, port, endpoint.address(), backend.address());

        DatagramWire client = open().send(listener(), "question");
        endpoint.send(endpoint.receive().from(), "answer");
        Wire stream = gateway.keep(Wire.connect(gateway.address("web"))).send("ping");

        assertThat(client.receive().octets()).isEqualTo("answer");
        assertThat(gateway.keep(backend.accept()).read(4)).isEqualTo("ping");
        stream.close();
    }

    // ---- what is counted

    @Test
    void countsEachDatagramAndEachOctetOnce() throws Exception {
        DatagramWire endpoint = serve(SESSION);
        DatagramWire client = open().send(listener(), "12345").send(listener(), "67");
        InetSocketAddress session = endpoint.receive().from();
        endpoint.receive();
        endpoint.send(session, "123");
        client.receive();
        // It is counted when the system says that it has it, and the client may be faster.
        Gateway.await("counted", () -> counted("jadegate_listener_datagrams_sent", "dns") == 1);

        assertThat(counted("jadegate_listener_tunnels", "dns")).isEqualTo(1);
        assertThat(openSessions()).isEqualTo(1);
        assertThat(counted("jadegate_listener_datagrams_received", "dns")).isEqualTo(2);
        assertThat(counted("jadegate_listener_tunnel_received_bytes", "dns")).isEqualTo(7);
        assertThat(counted("jadegate_listener_tunnel_sent_bytes", "dns")).isEqualTo(3);
        assertThat(counted("jadegate_target_attempts", "dns", endpoint.address())).isEqualTo(1);
    }

    @Test
    void writesALineForEachSession() throws Exception {
        DatagramWire endpoint = open();
        Path log = folder.resolve("access.log");
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: { file: "%s" } } }
                """
                                .formatted(log)
                        + UDP.formatted(", session: { idle: 2s }"),
                endpoint.address());
        DatagramWire client = open().send(listener(), "12345");
        endpoint.send(endpoint.receive().from(), "123");
        client.receive();

        Gateway.await("a line", () -> Files.readString(log).endsWith("}\n"));
        assertThat(Files.readString(log))
                .contains("\"client\":\"127.0.0.1\",\"listener\":\"dns\",\"protocol\":\"UDP\"")
                .contains("\"bytes_received\":5,\"bytes_sent\":3")
                .contains("\"datagrams_received\":1,\"datagrams_sent\":1")
                .contains("\"upstream\":\"dns\",\"target\":\"" + endpoint.address() + "\"")
                .doesNotContain("reason");
    }

    // ---- ends

    @Test
    @Row("timeouts/udp-idle")
    void endsASessionInWhichNobodySpeaks() throws Exception {
        DatagramWire endpoint = serve(", session: { idle: 200ms }");
        DatagramWire client = open().send(listener(), "first");
        InetSocketAddress before = endpoint.receive().from();
        Gateway.await("over", () -> openSessions() == 0);

        client.send(listener(), "second");

        assertThat(endpoint.receive().from()).isNotEqualTo(before);
        assertThat(counted("jadegate_listener_tunnels", "dns")).isEqualTo(2);
    }

    @Test
    @Row("timeouts/udp-replies")
    void endsASessionSoonWhenItHasItsReplies() throws Exception {
        DatagramWire endpoint = serve(", session: { idle: 1h, replies: 2 }");
        DatagramWire client = open().send(listener(), "question");
        InetSocketAddress session = endpoint.receive().from();
        endpoint.send(session, "one");
        client.receive();
        endpoint.send(session, "two");
        client.receive();

        Gateway.await("over", () -> openSessions() == 0);
    }

    @Test
    void awaitsAReplyToEachDatagram() throws Exception {
        DatagramWire endpoint = serve(", session: { idle: 1h, replies: 1 }");
        DatagramWire client = open().send(listener(), "a").send(listener(), "b");
        InetSocketAddress session = endpoint.receive().from();
        endpoint.receive();
        endpoint.send(session, "one");
        client.receive();

        DatagramWire other = open().send(listener(), "c");
        endpoint.send(endpoint.receive().from(), "three");
        other.receive();
        // The other's end is behind what would have been the end of the first.
        Gateway.await("one is over", () -> openSessions() == 1);
        endpoint.send(session, "two");

        assertThat(client.receive().octets()).isEqualTo("two");
    }

    @OnEachTransport
    void endsASessionWhoseEndpointIsNotThere(NodeConfig.Transport transport) throws Exception {
        String address = "127.0.0.1:" + FreePorts.next();
        gateway.serveBy(transport, /* loops= */ 1, UDP.formatted(SESSION), address);

        open().send(listener(), "question");

        Gateway.await("refused", () -> endedFor("UPSTREAM_CONNECT_REFUSED") == 1);
        Gateway.await("over", () -> openSessions() == 0);
        String[] labels = {"dns", address, "UPSTREAM_CONNECT_REFUSED"};
        Gateway.await("a failure", () -> counted("jadegate_target_failures", labels) == 1);
    }

    @OnEachTransport
    void opensAnotherSessionWhenTheEndpointIsBack(NodeConfig.Transport transport) throws Exception {
        int port = FreePorts.next();
        DatagramWire endpoint = keep(DatagramWire.open("127.0.0.1", port));
        gateway.serveBy(transport, /* loops= */ 2, UDP.formatted(SESSION), endpoint.address());
        DatagramWire client = open().send(listener(), "a");
        InetSocketAddress first = endpoint.receive().from();
        endpoint.close();
        client.send(listener(), "lost");
        Gateway.await("ended", () -> endedFor("UPSTREAM_CONNECT_REFUSED") == 1);

        DatagramWire back = keep(DatagramWire.open("127.0.0.1", port));
        client.send(listener(), "b");

        Received again = back.receive();
        assertThat(again.octets()).isEqualTo("b");
        assertThat(again.from()).isNotEqualTo(first);
        back.send(again.from(), "answer");
        assertThat(client.receive().octets()).isEqualTo("answer");
    }

    @Test
    void dropsWhatHasNoEndpoint() throws Exception {
        gateway.serve(
                """
                listeners: { dns: { address: "127.0.0.1:0", protocol: udp, upstream: dns } }
                upstreams: { dns: { endpoints: [ { address: "127.0.0.1:9", state: down } ] } }
                """);

        open().send(listener(), "question");

        Gateway.await("dropped", () -> dropped("UPSTREAM_NO_ENDPOINT") == 1);
        assertThat(gateway.clientConnections()).isZero();
    }

    // ---- floods

    @OnEachTransport
    void holdsNoMoreSessionsThanItMayAndForgetsThemAll(NodeConfig.Transport transport)
            throws Exception {
        DatagramWire endpoint = serve(transport, ", session: { idle: 2s, max: 50 }");
        for (int i = 0; i < 500; i++) {
            try (DatagramWire forged =
                    DatagramWire.open("127.0." + (1 + i / 250) + "." + (1 + i % 250))) {
                forged.send(listener(), "flood");
            }
            // Faster than that the system itself drops some, which nobody can count.
            int sent = i + 1;
            Gateway.await("seen", () -> sessions() + dropped("SESSION_LIMIT") == sent);
            assertThat(openSessions()).isLessThanOrEqualTo(50);
        }

        assertThat(dropped("SESSION_LIMIT")).isPositive();
        double let = sessions();
        for (int i = 0; i < let; i++) {
            endpoint.receive();
        }
        Gateway.await("forgotten", () -> gateway.clientConnections() == 0);
        assertThat(gateway.proxy().stats().buffers().usedBytes()).isZero();

        DatagramWire client = open().send(listener(), "question");
        endpoint.send(endpoint.receive().from(), "answer");
        assertThat(client.receive().octets()).isEqualTo("answer");
        assertThat(sessions()).isEqualTo(let + 1);
    }

    @Test
    void letsNoClientHaveMoreSessionsThanItMay() throws Exception {
        serve(", session: { idle: 1h }, filters: [ { connection-limit: { per-client: 2 } } ]");

        for (int i = 0; i < 5; i++) {
            open().send(listener(), "x");
        }
        keep(DatagramWire.open("127.0.0.2")).send(listener(), "x");

        Gateway.await("dropped", () -> dropped("CONNECTION_LIMIT_CLIENT") == 3);
        Gateway.await("let in", () -> counted("jadegate_listener_tunnels", "dns") == 3);
    }

    @Test
    void asksFiltersAboutClients() throws Exception {
        DatagramWire endpoint =
                serve(SESSION + ", filters: [ { ip-filter: { deny: [ 127.0.0.2 ] } } ]");

        keep(DatagramWire.open("127.0.0.2")).send(listener(), "denied");
        open().send(listener(), "allowed");

        assertThat(endpoint.receive().octets()).isEqualTo("allowed");
        assertThat(dropped("IP_DENIED")).isEqualTo(1);
    }

    // ---- reload and drain

    @Test
    void keepsSessionsAcrossAReload() throws Exception {
        DatagramWire before = serve(SESSION);
        DatagramWire now = open();
        DatagramWire client = open().send(listener(), "a");
        InetSocketAddress session = before.receive().from();

        gateway.serveNow(UDP.formatted(", session: { idle: 1h, replies: 3 }"), now.address());
        client.send(listener(), "b");
        open().send(listener(), "c");

        assertThat(before.receive()).isEqualTo(new Received("b", session));
        assertThat(now.receive().octets()).isEqualTo("c");
    }

    @Test
    void endsTheSessionOfAClientWhoIsBannedMeanwhile() throws Exception {
        DatagramWire endpoint = serve(", session: { idle: 1h }");
        open().send(listener(), "a");
        endpoint.receive();

        gateway.serveNow(
                UDP.formatted(
                        ", session: { idle: 1h }, filters: [ { ip-filter: { deny: [ 127.0.0.0/8 ] }"
                                + " } ]"),
                endpoint.address());

        Gateway.await("ended", () -> endedFor("DRAINING") == 1);
    }

    @Test
    void givesItsPortBackWhenTheLastSessionIsOver() throws Exception {
        DatagramWire endpoint = open();
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 60s } }
                """
                        + UDP.formatted(", session: { idle: 1h, replies: 1 }"),
                endpoint.address());
        DatagramWire client = open().send(listener(), "a");
        InetSocketAddress old = listener();
        InetSocketAddress session = endpoint.receive().from();

        gateway.serveNow(
                """
                listeners:
                  other: { address: "127.0.0.2:0", protocol: udp, upstream: dns, session: { idle: 1h } }
                upstreams: { dns: { endpoints: [ "%s" ] } }
                """,
                endpoint.address());
        client.send(old, "b");
        assertThat(endpoint.receive()).isEqualTo(new Received("b", session));
        endpoint.send(session, "late").send(session, "last");

        assertThat(client.receive().octets()).isEqualTo("late");
        assertThat(client.receive().octets()).isEqualTo("last");
        Gateway.await("free", () -> isFree(old));
    }

    /// The system spreads clients over the sockets that there are: when one goes, others' clients
    /// come to a socket that does not know them.
    @Test
    void keepsTheSocketsOfAllLoopsWhileOneOfThemIsNeeded() throws Exception {
        DatagramWire endpoint = open();
        String sessions = ", session: { idle: 1h, replies: 1 }";
        gateway.serve(
                """
                node: { event-loops: 4, access-log: { to: off }, drain: { announce: 0s, deadline: 60s } }
                """
                        + UDP.formatted(sessions),
                endpoint.address());
        InetSocketAddress old = listener();
        List<DatagramWire> clients = new ArrayList<>();
        List<InetSocketAddress> asked = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            clients.add(open().send(old, "a"));
            asked.add(endpoint.receive().from());
        }
        gateway.serveNow(
                """
                listeners:
                  other: { address: "127.0.0.2:0", protocol: udp, upstream: dns }
                upstreams: { dns: { endpoints: [ "%s" ] } }
                """,
                endpoint.address());

        int awaiting = 3;
        for (int i = awaiting; i < clients.size(); i++) {
            endpoint.send(asked.get(i), "answer");
        }
        Gateway.await("the others are over", () -> inFlight(endpoint) == awaiting);

        for (int i = 0; i < awaiting; i++) {
            clients.get(i).send(old, "b" + i);
            assertThat(endpoint.receive()).isEqualTo(new Received("b" + i, asked.get(i)));
            endpoint.send(asked.get(i), "one").send(asked.get(i), "two");
        }
        Gateway.await("free", () -> isFree(old));
    }

    private static double inFlight(DatagramWire endpoint) {
        return counted("jadegate_target_attempts_in_flight", "dns", endpoint.address());
    }

    private static boolean isFree(InetSocketAddress address) {
        try (java.net.DatagramSocket _ = new java.net.DatagramSocket(address)) {
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    @Test
    void cutsNothingWhenItDrainsAndAllIsQuiet() throws Exception {
        DatagramWire endpoint = open();
        gateway.serve(
                """
                node: { event-loops: 2, access-log: { to: off }, drain: { announce: 0s, deadline: 60s } }
                """
                        + UDP.formatted(", session: { idle: 1h }"),
                endpoint.address());
        open().send(listener(), "a");
        endpoint.receive();

        assertThat(gateway.proxy().drain()).isZero();
    }

    @Test
    void refusesAPortThatSomebodyElseHas() throws Exception {
        DatagramWire taken = open();
        DatagramWire endpoint = open();
        gateway.serve(
                """
                node: { event-loops: 2, access-log: { to: off } }
                """
                        + UDP.formatted(SESSION),
                endpoint.address());

        ApplyResult result =
                gateway.apply(
                        UDP.formatted(SESSION).replace("127.0.0.1:0", taken.address()),
                        endpoint.address());

        assertThat(result).isInstanceOf(ApplyResult.Rejected.class);
        assertThat(((ApplyResult.Rejected) result).problems().getFirst().message())
                .contains("cannot bind \"" + taken.address() + "\"");
    }
}
