package io.jadegate.control.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.api.config.AccessLogConfig;
import io.jadegate.api.config.Address;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.NodeConfig.AdminConfig;
import io.jadegate.api.config.NodeConfig.DrainConfig;
import io.jadegate.api.config.NodeConfig.MemoryConfig;
import io.jadegate.api.config.NodeConfig.MetricsConfig;
import io.jadegate.api.config.NodeConfig.Transport;
import io.jadegate.api.config.Portion;
import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Secret;
import io.jadegate.api.config.SharedConfig;
import io.jadegate.api.config.StoreConfig;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Status;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.api.plane.Telemetry.Distribution;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdminServerTest {
    private static final Telemetry NUMBERS =
            readings -> {
                readings.value(
                        Metric.counter("jadegate_test_requests", "Requests.", "route"),
                        7,
                        "a \"b\"\n");
                readings.distribution(
                        Metric.histogram("jadegate_test_seconds", "Durations."),
                        new Distribution(new double[] {0.5, 1}, new long[] {2, 1, 1}, 4.25));
                readings.value(Metric.gauge("jadegate_build_info", "Build.", "version"), 1, "1.2");
            };

    @TempDir private Path state;

    private final FakeDataPlane dataPlane = new FakeDataPlane();
    private ApplyResult reloadResult = new ApplyResult.Rejected(List.of());
    private AdminServer server;
    private String token;

    @BeforeEach
    void start() throws IOException {
        server = start(null);
        token = AdminToken.read(state).reveal();
    }

    private AdminServer start(@Nullable Secret metricsToken) throws IOException {
        return AdminServer.start(
                node(0, metricsToken),
                new AdminPorts("1.2", dataPlane, () -> reloadResult, List.of(NUMBERS)));
    }

    private NodeConfig node(int port, @Nullable Secret metricsToken) {
        return new NodeConfig(
                "edge-1",
                null,
                state,
                0,
                Transport.AUTO,
                new AdminConfig(new Address.Inet("127.0.0.1", port)),
                new MetricsConfig(new Address.Inet("127.0.0.1", 0), metricsToken),
                new StoreConfig.File(),
                new SharedConfig.None(),
                new MemoryConfig(Portion.parse("25%")),
                new DrainConfig(Duration.ofSeconds(5), Duration.ofSeconds(30)),
                new AccessLogConfig(
                        new AccessLogConfig.FormatConfig.Json(),
                        new AccessLogConfig.TargetConfig.Off()),
                "jadegate");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    // ---- who may ask

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/metrics",
                "/api/v1/status",
                "/api/v1/routes",
                "/api/v1/version",
                "/api/v1/explain",
                "/api/v1/explain/tcp",
                "/api/v1/explain/connect",
                "/api/v1/reload",
                "/api/v1/nothing",
                "/",
                "/livez/",
                "/livez/../metrics"
            })
    void everythingButHealthNeedsTheToken(String path) throws IOException {
        String refused = ask("GET " + path, "Host: localhost");
        assertThat(refused)
                .startsWith("HTTP/1.1 401 ")
                .containsIgnoringCase("WWW-Authenticate: Bearer")
                .contains("application/problem+json", "\"status\":401");
        assertThat(ask("GET " + path, "Host: localhost", "Authorization: Bearer " + token + "x"))
                .startsWith("HTTP/1.1 401 ");
        assertThat(ask("GET " + path, "Host: localhost", "Authorization: Basic " + token))
                .startsWith("HTTP/1.1 401 ");
    }

    @Test
    void healthNeedsNoToken() throws IOException {
        assertThat(ask("GET /livez", "Host: localhost")).startsWith("HTTP/1.1 200 ");
        assertThat(ask("GET /readyz", "Host: localhost")).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:9901",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "[::1].evil.example",
                "[evil]",
                "0x7f.evil",
                ""
            })
    void aStrangeHostIsMisdirected(String host) throws IOException {
        assertThat(ask("GET /livez", "Host: " + host)).matches("(?s)HTTP/1.1 4(21|00) .*");
        assertThat(ask("GET /metrics", "Host: " + host, "Authorization: Bearer " + token))
                .matches("(?s)HTTP/1.1 4(21|00) .*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LOCALHOST:1", "127.0.0.1:9901", "[::1]:9901", "edge-1:9901"})
    void ourOwnNamesAreTaken(String host) throws IOException {
        assertThat(ask("GET /livez", "Host: " + host)).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void otherOriginsAreRefusedEvenWithTheToken() throws IOException {
        String bearer = "Authorization: Bearer " + token;
        assertThat(ask("GET /livez", "Host: localhost:1", "Origin: http://evil.example"))
                .startsWith("HTTP/1.1 403 ");
        assertThat(ask("POST /api/v1/reload", "Host: localhost:1", "Origin: null", bearer))
                .startsWith("HTTP/1.1 403 ");
        assertThat(ask("GET /livez", "Host: localhost:1", "Origin: http://localhost:2"))
                .startsWith("HTTP/1.1 403 ");
        assertThat(ask("GET /livez", "Host: localhost:1", "Origin: http://localhost:1"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void answersCarryPrecautions() throws IOException {
        assertThat(ask("GET /livez", "Host: localhost"))
                .containsIgnoringCase("Cache-Control: no-store")
                .containsIgnoringCase("X-Content-Type-Options: nosniff")
                .containsIgnoringCase("Content-Security-Policy: default-src 'none'")
                .doesNotContainIgnoringCase("Server:")
                .doesNotContainIgnoringCase("Access-Control-");
    }

    // ---- what is answered

    @Test
    void readinessFollowsTheDataPlane() throws IOException {
        assertThat(ask("GET /readyz", "Host: localhost")).endsWith("ready, revision 3\n");
        dataPlane.state = Status.State.DRAINING;
        assertThat(ask("GET /readyz", "Host: localhost"))
                .startsWith("HTTP/1.1 503 ")
                .endsWith("not ready, draining\n");
        dataPlane.state = Status.State.SERVING;
        dataPlane.revision = 0;
        assertThat(ask("GET /readyz", "Host: localhost")).startsWith("HTTP/1.1 503 ");
    }

    @Test
    void metricsAreInPrometheusFormat() throws IOException {
        assertThat(authorized("GET /metrics"))
                .startsWith("HTTP/1.1 200 ")
                .contains("text/plain; version=0.0.4")
                .contains("# TYPE jadegate_test_requests_total counter")
                .contains("jadegate_test_requests_total{route=\"a \\\"b\\\"\\n\"} 7.0\n")
                .contains("jadegate_test_seconds_bucket{le=\"0.5\"} 2\n")
                .contains("jadegate_test_seconds_bucket{le=\"1.0\"} 3\n")
                .contains("jadegate_test_seconds_bucket{le=\"+Inf\"} 4\n")
                .contains("jadegate_test_seconds_count 4\n")
                .contains("jadegate_test_seconds_sum 4.25\n")
                .contains("jadegate_build_info{version=\"1.2\"} 1.0\n");
    }

    @Test
    void metricsAreInOpenMetricsFormatForWhomAsks() throws IOException {
        assertThat(authorized("GET /metrics", "Accept: application/openmetrics-text;version=1.0.0"))
                .contains("application/openmetrics-text")
                .contains("jadegate_test_requests_total{route=\"a \\\"b\\\"\\n\"} 7.0\n")
                .endsWith("# EOF\n");
    }

    @Test
    void statusAndRoutesAreJson() throws IOException {
        assertThat(authorized("GET /api/v1/status"))
                .contains("\"state\" : \"serving\"", "\"in-flight\" : 1", "application/json");
        assertThat(authorized("GET /api/v1/routes")).contains("\"match\" : \"/orders/*\"");
        assertThat(authorized("GET /api/v1/version")).contains("\"version\" : \"1.2\"");
    }

    @Test
    void aQuestionBecomesAHead() throws IOException {
        String answer =
                post(
                        "/api/v1/explain",
                        "{\"method\": \"PUT\", \"url\": \"http://shop.example.com/a?b=%20c\","
                                + " \"headers\": [\"X-A: 1\"], \"from\": \"203.0.113.7\"}");
        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("\"verdict\" : \"forwarded\"", "\"route\" : \"orders\"")
                .doesNotContain("location");
        var asked = Objects.requireNonNull(dataPlane.asked);
        assertThat(new String(asked.head(), UTF_8))
                .isEqualTo("PUT /a?b=%20c HTTP/1.1\r\nHost: shop.example.com\r\nX-A: 1\r\n\r\n");
        assertThat(asked.from().getHostAddress()).isEqualTo("203.0.113.7");
    }

    @Test
    void aTargetOfAForwardProxyCanBeAskedAbout() throws IOException {
        assertThat(post("/api/v1/explain/connect", "{\"target\": \"inside.test:443\"}"))
                .startsWith("HTTP/1.1 200 ")
                .contains("\"target\" : \"inside.test:443\"", "\"status\" : 403");
        assertThat(post("/api/v1/explain/connect", "{}"))
                .startsWith("HTTP/1.1 400 ")
                .contains("target: is missing");
    }

    @Test
    void aConnectionCanBeAskedAbout() throws IOException {
        String answer =
                post(
                        "/api/v1/explain/tcp",
                        "{\"address\": \":5432\", \"from\": \"203.0.113.7\","
                                + " \"server-name\": \"db.test\", \"alpn\": [\"postgresql\"]}");
        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("\"verdict\" : \"connected\"", "\"listener\" : \"db\"");
        var asked = Objects.requireNonNull(dataPlane.askedTcp);
        assertThat(asked.address()).isEqualTo(":5432");
        assertThat(asked.from().getHostAddress()).isEqualTo("203.0.113.7");
        assertThat(asked.serverName()).isEqualTo("db.test");
        assertThat(asked.alpn()).containsExactly("postgresql");
        assertThat(post("/api/v1/explain/tcp", "{}"))
                .startsWith("HTTP/1.1 400 ")
                .contains("address: is missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"url\": \"http://x/\", \"form\": \"127.0.0.1\"}",
                "{\"url\": \"http://x/\", \"from\": \"nobody\"}",
                "{\"url\": \"http://x/\", \"headers\": [\"a: b\\r\\nc: d\"]}",
                "{\"url\": \"http://x y/\"}",
                "{\"url\": \"http://x/\"} {}"
            })
    void aBadQuestionIsExplained(String question) throws IOException {
        assertThat(post("/api/v1/explain", question))
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json", "\"detail\"");
    }

    @Test
    void aQuestionBeyondAllBoundsIsRefused() throws IOException {
        assertThat(post("/api/v1/explain", "\"" + "x".repeat(100_000) + "\""))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void aBugIsAnAnswerToo() throws IOException {
        assertThat(post("/api/v1/explain", "{\"url\": \"/bug\"}"))
                .startsWith("HTTP/1.1 500 ")
                .doesNotContain("a bug");
        assertThat(ask("GET /livez", "Host: localhost")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void anAppliedReloadTellsWhatChanged() throws IOException {
        reloadResult =
                new ApplyResult.Applied(
                        4,
                        new ApplyResult.Changes(
                                1,
                                new ApplyResult.Parts(1, List.of("route a")),
                                ApplyResult.Parts.NONE,
                                ApplyResult.Parts.NONE),
                        List.of(Problem.warning("routes.b", "can never match")));
        assertThat(post("/api/v1/reload", ""))
                .startsWith("HTTP/1.1 200 ")
                .contains("\"revision\" : 4", "\"names\" : [ \"route a\" ]", "can never match");
    }

    @Test
    void aRejectedReloadTellsWhere() throws IOException {
        reloadResult =
                new ApplyResult.Rejected(
                        List.of(
                                new Problem(
                                        Problem.Severity.ERROR,
                                        "routes.a.upstream",
                                        new Position("gateway.yaml", 7, 15),
                                        "upstream \"ordrs\" does not exist",
                                        "orders")));
        assertThat(post("/api/v1/reload", ""))
                .startsWith("HTTP/1.1 422 ")
                .contains("\"severity\" : \"error\"", "\"line\" : 7", "\"column\" : 15")
                .contains("\"suggestion\" : \"orders\"", "\"file\" : \"gateway.yaml\"");
    }

    @Test
    void wrongMethodsAndPathsAreTold() throws IOException {
        assertThat(authorized("DELETE /metrics"))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("Allow: GET, HEAD");
        assertThat(authorized("GET /api/v1/reload"))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("Allow: POST");
        assertThat(authorized("GET /nothing")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void headHasNoBody() throws IOException {
        assertThat(ask("HEAD /livez", "Host: localhost"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("\r\n\r\n");
    }

    // ---- the metrics address

    @Test
    void theMetricsAddressHasMetricsOnly() throws IOException {
        var address = server.metricsAddress();
        assertThat(ask(address, "GET /metrics", "Host: localhost")).startsWith("HTTP/1.1 200 ");
        assertThat(ask(address, "GET /api/v1/status", "Host: localhost"))
                .startsWith("HTTP/1.1 404 ");
        assertThat(ask(address, "POST /metrics", "Host: localhost")).startsWith("HTTP/1.1 405 ");
        assertThat(ask(address, "GET /metrics", "Host: evil.example")).startsWith("HTTP/1.1 421 ");
    }

    @Test
    void theMetricsAddressMayHaveATokenOfItsOwn() throws IOException {
        try (var guarded = start(new Secret("env METRICS_TOKEN", "scrape-me"))) {
            var address = guarded.metricsAddress();
            assertThat(ask(address, "GET /metrics", "Host: localhost")).startsWith("HTTP/1.1 401 ");
            assertThat(
                            ask(
                                    address,
                                    "GET /metrics",
                                    "Host: localhost",
                                    "Authorization: Bearer scrape-me"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    // ---- the server

    @Test
    void anAddressInUseIsNamed() throws IOException {
        try (var occupied = new ServerSocket()) {
            occupied.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = occupied.getLocalPort();
            var ports = new AdminPorts("1", dataPlane, () -> reloadResult, List.of());
            assertThatThrownBy(() -> AdminServer.start(node(port, null), ports))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000\u0001\u0002",
                "GET\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "x: y\r\n\r\n"
            })
    void garbageHurtsNobodyElse(String garbage) throws IOException {
        try (var socket = connect(server.adminAddress())) {
            socket.getOutputStream().write(garbage.getBytes(US_ASCII));
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        }
        assertThat(ask("GET /livez", "Host: localhost")).startsWith("HTTP/1.1 200 ");
    }

    // ---- asking

    private String authorized(String line, String... fields) throws IOException {
        var all = new String[fields.length + 2];
        all[0] = "Host: localhost";
        all[1] = "Authorization: Bearer " + token;
        System.arraycopy(fields, 0, all, 2, fields.length);
        return ask(line, all);
    }

    private String post(String path, String body) throws IOException {
        return exchange(
                server.adminAddress(),
                "POST "
                        + path
                        + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + token
                        + "\r\nConnection: close\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
    }

    private String ask(String line, String... fields) throws IOException {
        return ask(server.adminAddress(), line, fields);
    }

    private static String ask(InetSocketAddress address, String line, String... fields)
            throws IOException {
        return exchange(
                address,
                line
                        + " HTTP/1.1\r\n"
                        + String.join("\r\n", fields)
                        + "\r\nConnection: close\r\n\r\n");
    }

    /// Sends the request and reads until the server closes.
    private static String exchange(InetSocketAddress address, String request) throws IOException {
        try (var socket = connect(address)) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        var socket = new Socket();
        socket.connect(address);
        socket.setSoTimeout(30_000);
        return socket;
    }
}
