package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Choosing endpoints, and what each of them gets at most.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class UpstreamsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String ROUTE =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static FakeBackend named(String name) throws Exception {
        return gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + name);
    }

    private static List<String> bodies(int requests) throws Exception {
        List<String> bodies = new ArrayList<>();
        Wire client = gateway.connect();
        for (int i = 0; i < requests; i++) {
            bodies.add(client.send(GET).readResponse().body());
        }
        return bodies;
    }

    // ---- balancing

    @Test
    void takesEndpointsInTurn() throws Exception {
        gateway.serve(
                ROUTE
                        + "upstreams: { app: { endpoints: [ '%s', '%s', '%s' ], load-balancer:"
                        + " round-robin } }",
                named("a").address(),
                named("b").address(),
                named("c").address());

        List<String> bodies = bodies(9);

        assertThat(bodies.subList(3, 6)).isEqualTo(bodies.subList(0, 3));
        assertThat(bodies.subList(6, 9)).isEqualTo(bodies.subList(0, 3));
        assertThat(bodies.subList(0, 3)).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void spreadsTurnsSmoothlyByWeight() throws Exception {
        gateway.serve(
                ROUTE
                        + """
                        upstreams:
                          app:
                            endpoints: [ { address: "%s", weight: 3 }, "%s" ]
                            load-balancer: weighted-round-robin
                        """,
                named("a").address(),
                named("b").address());

        List<String> bodies = bodies(8);

        assertThat(Collections.frequency(bodies, "b")).isEqualTo(2);
        assertThat(String.join("", bodies)).doesNotContain("bb").doesNotContain("aaaa");
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "least-request"})
    void usesEveryEndpoint(String balancer) throws Exception {
        gateway.serve(
                ROUTE + "upstreams: { app: { endpoints: [ '%s', '%s' ], load-balancer: %s } }",
                named("a").address(),
                named("b").address(),
                balancer);

        assertThat(bodies(64)).contains("a", "b");
    }

    @Test
    void prefersTheEndpointWithTheFewestRequests() throws Exception {
        FakeBackend busy = gateway.backend();
        FakeBackend free = gateway.backend();
        gateway.serve(
                ROUTE + "upstreams: { app: { endpoints: [ '%s', '%s' ] } }",
                busy.address(),
                free.address());

        gateway.send(GET);
        Gateway.await("one is busy", () -> inFlight(0) + inFlight(1) == 1);
        boolean swapped = inFlight(1) == 1;
        gateway.send(GET);
        Gateway.await("both are busy", () -> inFlight(0) == 1 && inFlight(1) == 1);

        (swapped ? free : busy).accept().close();
        (swapped ? busy : free).accept().close();
    }

    private static int inFlight(int endpoint) {
        return gateway.target("app", endpoint).inFlight();
    }

    @Test
    void gives503WhereEveryEndpointIsDown() throws Exception {
        gateway.serve(
                ROUTE + "upstreams: { app: { endpoints: [ { address: '%s', state: down } ] } }",
                named("a").address());

        Message response = gateway.send(GET).readResponse();

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.body()).contains("UPSTREAM_NO_ENDPOINT");
    }

    @Test
    void sendsNothingToEndpointsThatDrainOrAreDown() throws Exception {
        gateway.serve(
                ROUTE
                        + """
                        upstreams:
                          app:
                            endpoints:
                              - { address: "%s", state: drain }
                              - { address: "%s", state: down }
                              - "%s"
                            load-balancer: round-robin
                        """,
                named("a").address(),
                named("b").address(),
                named("c").address());

        assertThat(bodies(6)).containsOnly("c");
    }

    @Test
    void drainsAnEndpointWhileItAnswers() throws Exception {
        FakeBackend first = gateway.backend();
        FakeBackend second = named("b");
        String yaml =
                ROUTE
                        + "upstreams: { app: { endpoints: [ { address: '%s', state: %s }, {"
                        + " address: '%s', state: %s } ] } }";
        gateway.serve(yaml, first.address(), "ready", second.address(), "down");
        Wire client = gateway.send(GET);
        Wire upstream = first.accept();
        upstream.readRequest();

        gateway.serveNow(yaml, first.address(), "drain", second.address(), "ready");
        assertThat(bodies(3)).containsOnly("b");
        upstream.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    // ---- endpoints that cannot be reached

    @Test
    void goesToAnotherEndpointWhenOneRefuses() throws Exception {
        gateway.serve(
                ROUTE
                        + "upstreams: { app: { endpoints: [ '%s', '%s' ], load-balancer:"
                        + " round-robin } }",
                FakeBackend.refusing().address(),
                named("b").address());

        assertThat(bodies(6)).containsOnly("b");
    }

    @Test
    void goesToAnotherEndpointWhenOneHangs() throws Exception {
        gateway.serve(
                ROUTE
                        + """
                        defaults: { timeouts: { connect: 100ms } }
                        upstreams: { app: { endpoints: [ '%s', '%s' ], load-balancer: round-robin } }
                        """,
                gateway.keep(FakeBackend.hanging()).address(),
                named("b").address());

        assertThat(bodies(2)).containsOnly("b");
    }

    @Test
    void takesTheBodyAlongToTheOtherEndpoint() throws Exception {
        FakeBackend live = gateway.echoing();
        gateway.serve(
                ROUTE
                        + "upstreams: { app: { endpoints: [ '%s', '%s' ], load-balancer:"
                        + " round-robin } }",
                FakeBackend.refusing().address(),
                live.address());

        for (int i = 0; i < 2; i++) {
            Wire client =
                    gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
            assertThat(client.readResponse().body()).isEqualTo("/body");
        }
    }

    @Test
    void answers502WhereNobodyListens() throws Exception {
        gateway.forward(FakeBackend.refusing());

        Message response = gateway.send(GET).readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.body()).contains("\"reason\":\"UPSTREAM_CONNECT_REFUSED\"");
        assertThat(response.field("proxy-status")).isEqualTo("jadegate; error=connection_refused");
    }

    @Test
    void doesNotRetryWhereItShallNot() throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, retry: { tries: 1 } } }
                upstreams: { app: { endpoints: [ '%s', '%s' ], load-balancer: round-robin } }
                """,
                FakeBackend.refusing().address(), named("b").address());

        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            statuses.add(gateway.send(GET).readResponse().status());
        }

        assertThat(statuses).containsExactlyInAnyOrder(200, 502);
    }

    @Test
    void repeatsWhatWasResetOnAnyConnectionWhereItShall() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, retry: { tries: 3, on: [ reset-before-response ] } } }
                upstreams: { app: { endpoints: [ '%s' ] } }
                """,
                backend.address());

        Wire client = gateway.send(GET);
        for (int i = 0; i < 2; i++) {
            Wire upstream = backend.accept();
            upstream.readRequest();
            upstream.reset();
        }
        Wire last = backend.accept();
        last.readRequest();
        last.send(OK);

        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    // ---- capacity

    private static final String CAPACITY =
            ROUTE + "upstreams: { app: { endpoints: [ '%s' ], capacity: { %s } } }";

    @ParameterizedTest
    @ValueSource(strings = {"connections: 1, pending: 0", "requests: 1, pending: 0"})
    void answers503WhenTheUpstreamIsFullAndNobodyMayWait(String capacity) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CAPACITY, backend.address(), capacity);

        Wire first = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Message refused = gateway.send(GET).readResponse();
        upstream.send(OK);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("UPSTREAM_OVERLOAD");
        assertThat(refused.field("proxy-status"))
                .isEqualTo("jadegate; error=connection_limit_reached");
        assertThat(first.readResponse().body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connections: 1, pending: 1, pending-timeout: 30s",
                "requests: 1, pending: 1, pending-timeout: 30s"
            })
    void letsARequestWaitForItsTurn(String capacity) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CAPACITY, backend.address(), capacity);

        Wire first = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Wire second = gateway.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
        // Who comes third finds the place taken.
        assertThat(secondWaits()).isTrue();
        upstream.send(OK);
        first.readResponse();

        assertThat(upstream.readRequest().target()).isEqualTo("/second");
        upstream.send(OK);
        assertThat(second.readResponse().body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"connections: 1, pending: 1", "requests: 1, pending: 1"})
    void sendsWhoWaitsToTheEndpointsThatThereAreByThen(String capacity) throws Exception {
        FakeBackend backend = gateway.backend();
        FakeBackend next = gateway.backend();
        gateway.serve(CAPACITY, backend.address(), capacity);
        Wire first = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Wire second = gateway.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(secondWaits()).isTrue();

        gateway.serveNow(
                CAPACITY.replace(
                        "upstreams: { app: {", "upstreams: { app: { host-header: endpoint,"),
                next.address(),
                capacity);
        upstream.send(OK);

        assertThat(first.readResponse().body()).isEqualTo("ok");
        Wire other = next.accept();
        Message request = other.readRequest();
        assertThat(request.target()).isEqualTo("/second");
        assertThat(request.field("host")).isEqualTo(next.address());
        other.send(OK);
        assertThat(second.readResponse().body()).isEqualTo("ok");
        assertThat(backend.connections()).isEqualTo(1);
    }

    private static boolean secondWaits() throws Exception {
        return gateway.send(GET).readResponse().status() == 503;
    }

    @Test
    @Row("timeouts/pending")
    void answers503ToWhoHasWaitedTooLong() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CAPACITY, backend.address(), "requests: 1, pending-timeout: 100ms");

        Wire first = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Message refused = gateway.send(GET).readResponse();
        upstream.send(OK);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(first.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void forgetsAWaitingRequestWhoseClientHasGone() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CAPACITY, backend.address(), "requests: 1, pending: 1, pending-timeout: 30s");

        Wire first = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Wire second = gateway.send(GET);
        Gateway.await("accepted", () -> gateway.clientConnections() == 2);
        second.reset();
        Gateway.await("gone", () -> gateway.clientConnections() == 1);
        Wire third = gateway.send("GET /third HTTP/1.1\r\nHost: a\r\n\r\n");
        upstream.send(OK);
        first.readResponse();

        assertThat(upstream.readRequest().target()).isEqualTo("/third");
        upstream.send(OK);
        assertThat(third.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void sharesOneConnectionAmongLoops() throws Exception {
        FakeBackend backend = gateway.echoing();
        gateway.serve(
                """
                node: { event-loops: 3, access-log: { to: off } }
                """
                        + CAPACITY,
                backend.address(),
                "connections: 1, pending-timeout: 30s");

        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clients.add(gateway.connect());
        }
        for (int round = 0; round < 5; round++) {
            for (Wire client : clients) {
                client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            for (Wire client : clients) {
                assertThat(client.readResponse().body()).isEqualTo("/x");
            }
        }
    }
}
