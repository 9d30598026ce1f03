package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Stats;
import io.jadegate.api.plane.Status;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Checks of endpoints: what is asked, how answers are judged, and what follows from it.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class HealthTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    private static final String OFTEN = "interval: 100ms, fall: 2, rise: 2, ";
    private static final String FAST = OFTEN + "timeout: 30s";
    private static final String IMPATIENT = OFTEN + "timeout: 500ms";
    private static final String ROUTE =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            """;

    private static final int DATA = 0;
    private static final int END_STREAM = 1;

    @RegisterExtension static final Gateway gateway = new Gateway();
    @RegisterExtension static final GrpcJava grpc = new GrpcJava();

    /// An endpoint whose answers, to checks too, a test may change.
    private static final class Fickle {
        private final AtomicReference<String> status = new AtomicReference<>("200 OK");
        private final FakeBackend backend;

        Fickle(String name) throws IOException {
            backend =
                    gateway.keep(
                            FakeBackend.serving((wire, requests) -> {
                                while (wire.available()) {
                                    requests.received(wire.readRequest());
                                    wire.send(
                                            "HTTP/1.1 "
                                                    + status.get()
                                                    + "\r\nContent-Length: 1\r\n\r\n"
                                                    + name);
                                }
                            }));
        }

        void answers(String now) {
            status.set(now);
        }

        String address() {
            return backend.address();
        }
    }

    private static void serve(String health, String... addresses) throws IOException {
        gateway.serve(config(health, addresses.length), addresses);
    }

    private static String config(String health, int endpoints) {
        String list = String.join(", ", Collections.nCopies(endpoints, "'%s'"));
        return ROUTE
                + "upstreams: { app: { load-balancer: round-robin, endpoints: [ "
                + list
                + " ], health: { "
                + health
                + " } } }";
    }

    private static Status.TargetStatus target(int index) {
        return gateway.target("app", index);
    }

    private static void awaitHealth(int index, String health) {
        Gateway.await(health, () -> health.equals(target(index).health()));
    }

    private static Set<String> bodies(int requests) throws Exception {
        Set<String> bodies = ConcurrentHashMap.newKeySet();
        Wire client = gateway.connect();
        for (int i = 0; i < requests; i++) {
            bodies.add(client.send(GET).readResponse().body());
        }
        return bodies;
    }

    /// What a check has found is known an instant before requests go by it.
    private static void awaitBodies(int requests, String... bodies) {
        Gateway.await("other endpoints", () -> bodies(requests).equals(Set.of(bodies)));
    }

    private static Map<String, Double> readings(String name) {
        Map<String, Double> readings = new HashMap<>();
        for (Telemetry telemetry : gateway.proxy().telemetry()) {
            telemetry.report(
                    new Telemetry.Readings() {
                        @Override
                        public void value(Metric metric, double value, String... labels) {
                            if (metric.name().equals(name)) {
                                readings.put(
                                        String.join(" ", List.of(labels).subList(1, labels.length)),
                                        value);
                            }
                        }

                        @Override
                        public void distribution(
                                Metric metric,
                                Telemetry.Distribution distribution,
                                String... labels) {}
                    });
        }
        return readings;
    }

    // ---- what follows

    @Test
    void leavesOutAnEndpointThatFailsAndTakesItBack() throws Exception {
        Fickle a = new Fickle("a");
        Fickle b = new Fickle("b");
        serve("http: { path: /healthz, status: [ 200 ] }, " + FAST, a.address(), b.address());
        awaitHealth(0, "healthy");
        awaitHealth(1, "healthy");
        awaitBodies(4, "a", "b");

        a.answers("503 Service Unavailable");
        awaitHealth(0, "unhealthy");

        assertThat(target(0).problem()).isEqualTo("answered 503");
        awaitBodies(6, "b");
        assertThat(readings("jadegate_target_healthy"))
                .isEqualTo(Map.of(a.address(), 0.0, b.address(), 1.0));
        Stats.UpstreamStats stats = gateway.proxy().stats().upstreams().getFirst();
        assertThat(stats.healthy() + "/" + stats.checked()).isEqualTo("1/2");
        assertThat(readings("jadegate_target_checks").get(a.address() + " failed"))
                .isGreaterThanOrEqualTo(2);

        a.answers("200 OK");
        awaitHealth(0, "healthy");

        assertThat(target(0).problem()).isNull();
        awaitBodies(4, "a", "b");
        assertThat(readings("jadegate_target_healthy").get(a.address())).isEqualTo(1.0);
    }

    @Test
    void usesAllEndpointsWhenFewerThanHalfAreHealthy() throws Exception {
        List<Fickle> all = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            all.add(new Fickle(name));
        }
        serve(
                "http: { status: [ 200 ] }, " + FAST,
                all.stream().map(Fickle::address).toArray(String[]::new));
        IntStream.range(0, 3).forEach(i -> awaitHealth(i, "healthy"));

        all.get(0).answers("500 No");
        awaitHealth(0, "unhealthy");
        assertThat(panic()).isFalse();
        awaitBodies(6, "b", "c");

        all.get(1).answers("500 No");
        awaitHealth(1, "unhealthy");
        Gateway.await("panic", HealthTest::panic);
        awaitBodies(6, "a", "b", "c");

        all.get(1).answers("200 OK");
        awaitHealth(1, "healthy");
        Gateway.await("calm", () -> !panic());
        awaitBodies(6, "b", "c");
    }

    private static boolean panic() {
        return gateway.proxy().status().upstreams().getFirst().panic();
    }

    @Test
    void givesNothingToANewEndpointThatHasNotPassedACheckYet() throws Exception {
        Fickle a = new Fickle("a");
        String health = "http: { status: [ 200 ] }, interval: 100ms, timeout: 30s, fall: 1000";
        serve(health, a.address());
        awaitHealth(0, "healthy");
        Fickle late = new Fickle("l");
        late.answers("503 Not Yet");

        gateway.serveNow(config(health, 2), a.address(), late.address());
        Gateway.await("the new one was asked", () -> "answered 503".equals(target(1).problem()));

        assertThat(target(0).health()).isEqualTo("healthy");
        assertThat(target(1).health()).isEqualTo("unknown");
        awaitBodies(4, "a");

        late.answers("200 OK");
        awaitHealth(1, "healthy");
        awaitBodies(4, "a", "l");
    }

    @Test
    void keepsWhatIsKnownAcrossConfigurationsAndForgetsItWithoutChecks() throws Exception {
        Fickle a = new Fickle("a");
        Fickle b = new Fickle("b");
        String rare = "http: { status: [ 200 ] }, interval: 100ms, fall: 1, timeout: 30s";
        a.answers("500 No");
        serve(rare, a.address(), b.address());
        awaitHealth(0, "unhealthy");
        awaitHealth(1, "healthy");

        gateway.serveNow(
                config("http: { status: [ 200 ] }, interval: 1h", 2), a.address(), b.address());
        awaitBodies(4, "b");
        assertThat(target(0).health()).isEqualTo("unhealthy");

        gateway.serveNow(
                ROUTE
                        + "upstreams: { app: { load-balancer: round-robin, endpoints: [ '%s', '%s'"
                        + " ] } }",
                a.address(),
                b.address());
        Gateway.await("no checks", () -> target(0).health() == null && target(1).health() == null);
        awaitBodies(4, "a", "b");
        assertThat(readings("jadegate_target_healthy")).isEmpty();
    }

    @Test
    void asksAnUpstreamNoMoreThatIsGone() throws Exception {
        FakeBackend backend = gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        serve("http: {}, " + FAST, backend.address());
        awaitHealth(0, "healthy");

        gateway.serveNow(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, respond: { body: "bye" } } }
                """);
        Gateway.await("checks have ended", () -> readings("jadegate_target_healthy").isEmpty());
    }

    // ---- by HTTP

    @Test
    void asksForThePathWithTheNameOfTheEndpoint() throws Exception {
        FakeBackend backend = gateway.answering("HTTP/1.1 204 No Content\r\n\r\n");
        serve("http: { path: /healthz }, " + FAST, backend.address());

        awaitHealth(0, "healthy");
        Message asked = backend.takeRequest();

        assertThat(asked.startLine()).isEqualTo("GET /healthz HTTP/1.1");
        assertThat(asked.field("host")).isEqualTo(backend.address());
        assertThat(asked.field("user-agent")).isEqualTo("jadegate-health");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK\\r\\n\\r\\nendless|endless|healthy",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\n12|cut|healthy",
                "HTTP/1.1 404 No\\r\\nContent-Length: 0\\r\\n\\r\\n|keep|answered 404",
                "HTTP/1.1 200 O|silent|no answer in 500 ms",
                "''|silent|no answer in 500 ms",
                "''|cut|UPSTREAM_RESET",
                "''|reset|UPSTREAM_RESET",
                "SSH-2.0-x\\r\\n|keep|UPSTREAM_MALFORMED",
                "HTTP/1.1 101 Hello\\r\\n\\r\\n|keep|UPSTREAM_UPGRADE_FAILED",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nContent-Length:"
                        + " 2\\r\\n\\r\\n|keep|UPSTREAM_MALFORMED",
                "HTTP/1.1 103 Early\\r\\n\\r\\n|endless|UPSTREAM",
            })
    void judgesWhateverArrives(String answer, String then, String found) throws Exception {
        String octets = answer.replace("\\r\\n", "\r\n");
        FakeBackend backend =
                gateway.keep(
                        FakeBackend.serving((wire, requests) -> {
                            requests.received(wire.readRequest());
                            wire.send(octets);
                            switch (then) {
                                case "endless" -> {
                                    while (true) {
                                        wire.send(octets + "x".repeat(1000));
                                    }
                                }
                                case "reset" -> wire.reset();
                                case "cut" -> wire.close();
                                default -> wire.available();
                            }
                        }));
        boolean silent = then.equals("silent");
        serve("http: { status: [ 200 ] }, " + (silent ? IMPATIENT : FAST), backend.address());

        if (found.equals("healthy")) {
            awaitHealth(0, "healthy");
        } else {
            awaitHealth(0, "unhealthy");
            assertThat(target(0).problem()).contains(found);
        }
    }

    /// As requests go: by the protocol, TLS, the PROXY protocol and the socket of the upstream.
    @ParameterizedTest
    @CsvSource({
        "port, http1, '', ''",
        "port, http1, '', v1",
        "port, http2, '', v2",
        "port, http1, tls, v2",
        "port, http2, tls, ''",
        "port, http2, tls, v1",
        "port, auto, tls, v2",
        "unix, http1, '', ''",
        "unix, http2, '', v1",
        "unix, auto, tls, v2",
    })
    void asksInTheWayOfRequests(
            String socket, String protocol, String tls, String header, @TempDir Path folder)
            throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        Credential shown = authority.issue("app.test");
        AtomicInteger status = new AtomicInteger(200);
        FakeBackend.Script script =
                (wire, requests) -> {
                    skipNameless(wire, header);
                    if (!tls.isEmpty()) {
                        wire.secure(speaking(authority.engine(shown), protocol));
                    }
                    if (!protocol.equals("http1")) {
                        Http2Wire http2 = Http2Wire.accepting(wire);
                        int stream = http2.awaitRequest();
                        http2.respond(stream, true, status.get()).awaitGoAway();
                        return;
                    }
                    requests.received(wire.readRequest());
                    wire.send("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n");
                    wire.awaitGone();
                };
        Path path = folder.resolve("socket");
        FakeBackend backend =
                gateway.keep(
                        socket.equals("unix")
                                ? FakeBackend.serving(UnixDomainSocketAddress.of(path), script)
                                : FakeBackend.serving(script));
        String more =
                (header.isEmpty() ? "" : ", proxy-protocol: " + header)
                        + (tls.isEmpty()
                                ? ""
                                : ", tls: { server-name: app.test, trusted: '"
                                        + authority.trustedIn(folder)
                                        + "' }");
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: app } }
                upstreams: { app: { protocol: %s, endpoints: [ "%s" ], health: { http: {}, %s } %s } }
                """,
                protocol,
                socket.equals("unix") ? "unix:" + path : backend.address(),
                // The endpoint's TLS is no fast one.
                FAST.replace("500ms", "5s"),
                more);

        awaitHealth(0, "healthy");
        status.set(500);
        awaitHealth(0, "unhealthy");
        assertThat(target(0).problem()).isEqualTo("answered 500");
        status.set(204);
        awaitHealth(0, "healthy");
    }

    /// Reads the header that a check sends, which names no client.
    private static void skipNameless(Wire wire, String header) throws IOException {
        String expected =
                switch (header) {
                    case "v1" -> "PROXY UNKNOWN\r\n";
                    case "v2" -> "\r\n\r\n\0\r\nQUIT\n \0\0\0";
                    default -> "";
                };
        if (!wire.read(expected.length()).equals(expected)) {
            throw new IOException("another header than " + header);
        }
    }

    private static SSLEngine speaking(SSLEngine engine, String protocol) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(
                new String[] {protocol.equals("http1") ? "http/1.1" : "h2"});
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Test
    void saysWhereNobodyListens() throws Exception {
        serve("http: {}, " + FAST, gateway.keep(FakeBackend.refusing()).address());

        awaitHealth(0, "unhealthy");

        assertThat(target(0).problem()).startsWith("UPSTREAM_CONNECT_REFUSED");
    }

    @Test
    void countsAnEndpointThatTakesNoConnectionAsTooSlow() throws Exception {
        FakeBackend hanging = gateway.keep(FakeBackend.hanging());
        serve("tcp: {}, " + IMPATIENT, hanging.address());

        awaitHealth(0, "unhealthy");

        assertThat(readings("jadegate_target_checks").get(hanging.address() + " timeout"))
                .isGreaterThanOrEqualTo(2);
    }

    // ---- by TCP

    @Test
    void isContentWithAConnection() throws Exception {
        serve("tcp: {}, " + FAST, gateway.backend().address());

        awaitHealth(0, "healthy");
    }

    // ---- by gRPC

    /// What grpc-java makes of `grpc.health.v1.Health/Check`.
    private static final class HealthService {
        private final AtomicReference<byte[]> answer = new AtomicReference<>(new byte[] {8, 1});
        private final AtomicReference<Code> failure = new AtomicReference<>(Code.OK);
        private final AtomicReference<String> asked = new AtomicReference<>("");

        ServerServiceDefinition service() {
            MethodDescriptor<byte[], byte[]> check =
                    MethodDescriptor.newBuilder(new Octets(), new Octets())
                            .setType(MethodDescriptor.MethodType.UNARY)
                            .setFullMethodName("grpc.health.v1.Health/Check")
                            .build();
            return ServerServiceDefinition.builder("grpc.health.v1.Health")
                    .addMethod(check, ServerCalls.asyncUnaryCall(this::check))
                    .build();
        }

        private void check(byte[] request, StreamObserver<byte[]> observer) {
            asked.set(new String(request, StandardCharsets.UTF_8));
            if (failure.get() == Code.OK) {
                observer.onNext(answer.get());
                observer.onCompleted();
            } else {
                observer.onError(failure.get().toStatus().asRuntimeException());
            }
        }
    }

    private static final class Octets implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void serveGrpc(String more, String service, String address) throws IOException {
        gateway.serve(
                ROUTE
                        + "upstreams: { app: { protocol: http2, endpoints: [ '%s' ], health: {"
                        + " grpc: { service: '"
                        + service
                        + "' }, "
                        + FAST
                        + " }"
                        + more
                        + " } }",
                address);
    }

    @Test
    void callsTheHealthServiceByTheNameOfAService() throws Exception {
        HealthService health = new HealthService();
        serveGrpc("", "shop.Orders", grpc.serve(health.service()));

        awaitHealth(0, "healthy");
        assertThat(health.asked.get()).isEqualTo("\n\u000bshop.Orders");

        health.answer.set(new byte[] {8, 2});
        awaitHealth(0, "unhealthy");
        assertThat(target(0).problem()).isEqualTo("the service is NOT_SERVING");

        health.answer.set(new byte[] {18, 1, 'x', 8, 1});
        awaitHealth(0, "healthy");

        health.failure.set(Code.NOT_FOUND);
        awaitHealth(0, "unhealthy");
        assertThat(target(0).problem()).isEqualTo("the endpoint knows no service \"shop.Orders\"");
    }

    @Test
    void saysThatAnEndpointWithoutTheHealthServiceIsAMistake() throws Exception {
        serveGrpc("", "", grpc.serve(new Orders()));

        awaitHealth(0, "unhealthy");

        assertThat(target(0).problem())
                .contains("has no grpc.health.v1.Health")
                .contains("a mistake in the configuration");
    }

    @Test
    void callsOverTlsAndFailsAnEndpointWithAnotherName(@TempDir Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.write("app", "app.test");
        String address = grpc.serve(new HealthService().service(), certificates, "app");
        String tls = ", tls: { trusted: '" + certificates.path("ca.pem") + "', server-name: ";
        serveGrpc(tls + "app.test }", "", address);

        awaitHealth(0, "healthy");

        gateway.serveNow(
                ROUTE
                        + "upstreams: { app: { protocol: http2, endpoints: [ '%s' ], health: {"
                        + " grpc: {}, "
                        + FAST
                        + " }"
                        + tls
                        + "other.test } } }",
                address);
        awaitHealth(0, "unhealthy");
        assertThat(target(0).problem()).startsWith("UPSTREAM_CERTIFICATE_NAME");
    }

    @ParameterizedTest
    @CsvSource({
        "text/html, '', 0, is no gRPC",
        "application/grpc, '', 0, is no HealthCheckResponse",
        "application/grpc, 00000000030801, 0, is no HealthCheckResponse",
        "application/grpc, 00000000020801, '', without a status",
        "application/grpc, 00000000020801, 14, ended with UNAVAILABLE",
        "application/grpc, 01000000020801, 0, is no HealthCheckResponse",
    })
    void takesNothingElseForAnAnswer(String type, String message, String status, String found)
            throws Exception {
        FakeBackend backend =
                gateway.keep(
                        FakeBackend.serving((wire, _) -> {
                            Http2Wire http2 = Http2Wire.accepting(wire);
                            int id = http2.awaitRequest();
                            http2.respond(id, false, 200, "content-type", type);
                            http2.frame(
                                    DATA,
                                    status.isEmpty() ? END_STREAM : 0,
                                    id,
                                    HexFormat.of().parseHex(message));
                            if (!status.isEmpty()) {
                                http2.head(id, true, "grpc-status", status);
                            }
                            http2.awaitGoAway();
                        }));
        serveGrpc("", "", backend.address());

        awaitHealth(0, "unhealthy");

        assertThat(target(0).problem()).contains(found);
    }
}
