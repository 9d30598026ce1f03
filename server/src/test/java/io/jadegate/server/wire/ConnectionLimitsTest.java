package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.api.filter.ClientConnection;
import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Who is let in, and how those are told who are not.
@Timeout(60)
class ConnectionLimitsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    private static final String LIMITED =
            """
            listeners: { web: { address: "127.0.0.1:0", filters: [ { connection-limit: { %s } %s } ] } }
            routes: { all: { match: { path: / }, respond: { body: ok } } }
            """;

    private static final Turnstile TURNSTILE = new Turnstile();

    @RegisterExtension static final Gateway gateway = new Gateway(TURNSTILE);

    @Test
    void resetsWhoeverIsBeyondTheTotal() throws Exception {
        serve("total: 2");
        Wire first = served();
        Wire second = served();

        assertRefused(gateway.connect());

        assertThat(refused("CONNECTION_LIMIT_TOTAL")).isEqualTo(1);
        assertThat(first.send(GET).readResponse().body()).isEqualTo("ok");
        assertThat(second.send(GET).readResponse().body()).isEqualTo("ok");
        assertThat(gateway.clientConnections()).isEqualTo(2);
    }

    @Test
    void letsTheNextInWhenOneHasGone() throws Exception {
        serve("total: 1");
        served().close();

        Gateway.await("let in", ConnectionLimitsTest::isLetIn);
    }

    @Test
    void countsEachClientByItself() throws Exception {
        serve("per-client: 1");
        served();

        assertRefused(gateway.connect());
        Wire other =
                gateway.keep(
                        Wire.connectFrom(
                                InetAddress.ofLiteral("127.0.0.2"), gateway.address("web")));

        assertThat(other.send(GET).readResponse().body()).isEqualTo("ok");
        assertThat(refused("CONNECTION_LIMIT_CLIENT")).isEqualTo(1);
    }

    @Test
    void slowsConnectionsDownToARate() throws Exception {
        serve("rate: 2/h");
        served();
        served();

        assertRefused(gateway.connect());
        assertThat(refused("CONNECTION_RATE")).isEqualTo(1);
    }

    @Test
    void refusesNobodyInShadowAndCountsThem() throws Exception {
        gateway.serve(LIMITED.formatted("total: 1", ", mode: shadow"));
        served();
        served();

        assertThat(value("jadegate_listener_connections_shadowed", "CONNECTION_LIMIT_TOTAL"))
                .isEqualTo(1);
        assertThat(refused("CONNECTION_LIMIT_TOTAL")).isZero();
    }

    @Test
    void keepsCountingWhenTheLimitChanges() throws Exception {
        serve("total: 3");
        served();
        served();

        gateway.serveNow(LIMITED.formatted("total: 2", ""));

        assertRefused(gateway.connect());
    }

    @Test
    void keepsCountingWhenTheListenerHasAnotherName() throws Exception {
        serve("per-client: 2");
        served();
        served();

        gateway.serveNow(LIMITED.formatted("per-client: 2", "").replace("web:", "net:"));

        assertRefused(gateway.connect());
    }

    @Test
    void keepsCountingWhenTheLimitHasAnotherName() throws Exception {
        serve("total: 2");
        served();
        served();

        gateway.serveNow(LIMITED.formatted("total: 2", ", name: tight"));

        assertRefused(gateway.connect());
    }

    @Test
    void countsByItselfInASecondLimit() throws Exception {
        serve("total: 4");
        served();
        served();

        gateway.serveNow(
                LIMITED.formatted("total: 4", "}, { connection-limit: { total: 2 }, name: tight"));

        served();
        served();
        assertRefused(gateway.connect());
    }

    @Test
    void showsOpenConnectionsUnderTheNewNameOfTheListener() throws Exception {
        serve("total: 4");
        Wire first = served();
        served();

        gateway.serveNow(LIMITED.formatted("total: 4", "").replace("web:", "net:"));

        Gateway.await("shown", () -> shownOpen("net") == 2);
        first.close();
        Gateway.await("gone", () -> shownOpen("net") == 1);
    }

    private static double shownOpen(String listener) {
        return TestReadings.of(gateway).value("jadegate_listener_connections_open", listener);
    }

    @Test
    void staysOpenAfterAFloodOfConnections() throws Exception {
        serve("total: 5");
        for (int i = 0; i < 200; i++) {
            gateway.connect();
        }
        Gateway.await("refused", () -> refused("CONNECTION_LIMIT_TOTAL") == 195);
        assertThat(gateway.clientConnections()).isEqualTo(5);
    }

    // ---- by address

    private static final String BY_ADDRESS =
            """
            listeners:
              web:
                address: "127.0.0.1:0"
                filters: [ { ip-filter: { lists: [ banned ] } } ]
            ip-lists: { banned: { %s } }
            routes: { all: { match: { path: / }, respond: { body: ok } } }
            """;

    private static Wire from(String address) throws IOException {
        return gateway.keep(
                Wire.connectFrom(InetAddress.ofLiteral(address), gateway.address("web")));
    }

    @Test
    void resetsWhoeverComesFromABannedNetwork() throws Exception {
        gateway.serve(BY_ADDRESS.formatted("deny: [ 127.0.0.0/30 ], allow: [ 127.0.0.3 ]"));

        assertRefused(from("127.0.0.2"));
        assertThat(refused("IP_DENIED")).isEqualTo(1);
        assertThat(from("127.0.0.3").send(GET).readResponse().body()).isEqualTo("ok");
    }

    @Test
    void seesAddressesThatAreMappedIntoIpv6() throws Exception {
        gateway.serve(
                """
                listeners:
                  web:
                    address: "[::]:0"
                    filters: [ { ip-filter: { deny: [ 127.0.0.2, "::1" ] } } ]
                routes: { all: { match: { path: / }, respond: { body: ok } } }
                """);
        InetSocketAddress v4 =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), gateway.address("web").getPort());

        assertRefused(gateway.keep(Wire.connectFrom(InetAddress.ofLiteral("127.0.0.2"), v4)));
        assertRefused(
                gateway.keep(
                        Wire.connect(
                                new InetSocketAddress(
                                        InetAddress.ofLiteral("::1"), v4.getPort()))));
        assertThat(gateway.keep(Wire.connect(v4)).send(GET).readResponse().body()).isEqualTo("ok");
    }

    @Test
    void seesAListThatHasChanged() throws Exception {
        gateway.serve(BY_ADDRESS.formatted("deny: [ 10.0.0.0/8 ]"));
        Wire idle = from("127.0.0.2").send(GET);
        assertThat(idle.readResponse().body()).isEqualTo("ok");
        Wire other = from("127.0.0.3").send(GET);
        assertThat(other.readResponse().body()).isEqualTo("ok");

        gateway.serveNow(BY_ADDRESS.formatted("deny: [ 127.0.0.2 ]"));

        assertRefused(from("127.0.0.2"));
        // Who is there already has to go.
        assertThat(idle.readToEnd()).isEmpty();
        assertThat(other.send(GET).readResponse().body()).isEqualTo("ok");
    }

    /// By turns the loops that accept a connection and that it lives on are one and two.
    @RepeatedTest(2)
    void seesAListThatHasChangedWhileSomebodyWasOnTheWayIn(RepetitionInfo repetition)
            throws Exception {
        String yaml =
                """
                node: { event-loops: 2, access-log: { to: off }, drain: { announce: 0s, deadline: 1s } }
                defaults: { timeouts: { header: 1h } }
                listeners:
                  web:
                    address: "127.0.0.1:0"
                    filters: [ { ip-filter: { deny: [ %s ] } }, turnstile ]
                routes: { all: { match: { path: / }, respond: { body: ok } } }
                """;
        gateway.serve(yaml, "10.0.0.1");
        for (int i = 1; i < repetition.getCurrentRepetition(); i++) {
            served().close();
        }
        CountDownLatch closed = new CountDownLatch(1);
        TURNSTILE.closed = closed;
        Wire inBetween = from("127.0.0.2");
        TURNSTILE.reached.acquire();

        gateway.serveNow(yaml, "127.0.0.2");
        closed.countDown();

        assertThat(inBetween.readToEnd()).isEmpty();
    }

    /// Holds a loop that accepts in the middle of its decision.
    private static final class Turnstile
            implements ConnectionFilterProvider<Turnstile.NoSettings>, ConnectionFilter {
        private final Semaphore reached = new Semaphore(0);
        private volatile @Nullable CountDownLatch closed;

        private record NoSettings() {}

        @Override
        public String kind() {
            return "turnstile";
        }

        @Override
        public Class<NoSettings> settings() {
            return NoSettings.class;
        }

        @Override
        public ConnectionFilter create(
                NoSettings settings, @Nullable ConnectionFilter before, FilterContext context) {
            return this;
        }

        @Override
        public @Nullable Reason decide(ClientConnection connection) {
            CountDownLatch latch = closed;
            if (latch == null) {
                return null;
            }
            closed = null;
            reached.release();
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return null;
        }
    }

    @Test
    void onlyCountsInShadowWhomItWouldRefuse() throws Exception {
        gateway.serve(
                """
                listeners:
                  web:
                    address: "127.0.0.1:0"
                    filters: [ { ip-filter: { deny: [ 127.0.0.0/8 ] }, mode: shadow } ]
                routes: { all: { match: { path: / }, respond: { body: ok } } }
                """);

        served();

        assertThat(value("jadegate_listener_connections_shadowed", "IP_DENIED")).isEqualTo(1);
    }

    private static void serve(String limits) throws IOException {
        gateway.serve(LIMITED.formatted(limits, ""));
    }

    private static Wire served() throws IOException {
        Wire client = gateway.send(GET);
        assertThat(client.readResponse().body()).isEqualTo("ok");
        return client;
    }

    private static boolean isLetIn() throws IOException {
        try {
            served();
            return true;
        } catch (IOException reset) {
            return false;
        }
    }

    private static void assertRefused(Wire client) {
        assertThatThrownBy(() -> client.send(GET).readResponse()).isInstanceOf(IOException.class);
    }

    private static long refused(String reason) {
        return value("jadegate_listener_connections_refused", reason);
    }

    private static long value(String metric, String reason) {
        Map<String, Double> values = new ConcurrentHashMap<>();
        for (Telemetry telemetry : gateway.proxy().telemetry()) {
            telemetry.report(
                    new Telemetry.Readings() {
                        @Override
                        public void value(Metric each, double value, String... labels) {
                            if (each.name().equals(metric)) {
                                values.put(labels[1], value);
                            }
                        }

                        @Override
                        public void distribution(
                                Metric each, Telemetry.Distribution values, String... labels) {}
                    });
        }
        return values.getOrDefault(reason, 0.0).longValue();
    }
}
