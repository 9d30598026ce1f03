package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.control.admin.AdminToken;
import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult.Loaded;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands as they are typed, on files and on a node that runs.
class CommandsTest {

    private static final String CONFIG =
            """
            node:
              admin: { address: "127.0.0.1:0" }
              metrics: { address: "127.0.0.1:0" }
              access-log: { to: off }
            listeners: { web: { address: "127.0.0.1:0" } }
            routes:
              ping: { match: { path: { exact: /ping } }, respond: { status: 200, body: "pong" } }
              orders:
                match: { path: /orders, methods: [ GET ] }
                filters: [ { request-headers: { set: { x-env: prod } } } ]
                upstream: orders
            upstreams:
              orders: { endpoints: [ "127.0.0.1:1" ] }
            """;

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void checkPassesAConfigurationThatCanBeServed() throws Exception {
        assertThat(execute("check", "-c", config(CONFIG))).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).isEqualTo(folder + "/gateway.yaml: ok\n");
    }

    @Test
    void checkReportsProblemsOfTheTextWithTheirPlaces() throws Exception {
        String file = config(CONFIG + "upstream: {}\n");

        assertThat(execute("check", "-c", file)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString())
                .contains(file + ":14:1: ")
                .contains("did you mean \"upstreams\"?")
                .endsWith(file + ": 1 error\n");
    }

    @Test
    void checkReportsProblemsThatOnlyCompilingFinds() throws Exception {
        String twin =
                "  ping-too: { match: { path: { exact: /ping } }, respond: { status: 200 } }\n";
        String file = config(CONFIG.replace("upstreams:\n", twin + "upstreams:\n"));

        assertThat(execute("check", "-c", file, "--output", "json"))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(out.toString())
                .contains("\"severity\" : \"error\"")
                .contains("\"line\" : ")
                .contains("ping-too");
    }

    @Test
    void checkComparesGoldenRequests() throws Exception {
        Path golden = folder.resolve("golden.http");
        Files.writeString(
                golden,
                """
                ### orders reach their upstream
                # @expect route orders
                # @expect upstream orders
                # @expect header x-env: prod
                GET http://shop.example.com/orders/7

                ### nobody may delete
                # @expect route orders
                DELETE http://shop.example.com/orders/7
                """);

        assertThat(execute("check", "-c", config(CONFIG), "--requests", golden.toString()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(out.toString())
                .startsWith(
                        golden + ":9:1: nobody may delete: expected route orders, route is none\n")
                .endsWith(": ok, 1 of 2 golden requests failed\n");
    }

    @Test
    void explainShowsRouteFiltersAndWhatWouldBeForwarded() throws Exception {
        String file = config(CONFIG);

        assertThat(execute("explain", "-c", file, "GET", "http://a/orders/7", "-H", "X-A: b"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("listener  web\nroute     orders\nfilters   request-headers")
                .contains("verdict   forwarded to upstream orders: 127.0.0.1:1\n")
                .contains("\nGET /orders/7 HTTP/1.1\n")
                .contains("\nX-A: b\n")
                .containsIgnoringCase("\nx-env: prod\n");
    }

    @Test
    void explainShowsWhetherAForwardProxyGoesToATarget() throws Exception {
        String file =
                config(
                        """
                        listeners:
                          egress:
                            address: ":3128"
                            protocol: forward
                            forward: { allow: [ { host: localhost, ports: [ 80 ] }, { network: 127.0.0.1, ports: [ 443 ] } ] }
                        """);

        assertThat(execute("explain", "-c", file, "connect", "127.0.0.1:443"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines())
                .containsExactly(
                        "listener  egress",
                        "target    127.0.0.1:443",
                        "addresses 127.0.0.1                               allowed",
                        "verdict   allowed");
        assertThat(execute("explain", "-c", file, "connect", "localhost:80"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains(" FORWARD_ADDRESS_SPECIAL\n")
                .endsWith("verdict   refused with 403 FORWARD_ADDRESS_SPECIAL\n");
        assertThat(execute("explain", "-c", file, "connect", "other.test:80", "--output", "json"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("\"reason\" : \"FORWARD_NOT_ALLOWED\"", "\"addresses\" : [ ]");
        assertThat(execute("explain", "-c", file, "connect", "localhost"))
                .isEqualTo(ExitCode.FAILED);
        assertThat(execute("explain", "-c", file, "connect", "a:80", "--listener", "web"))
                .isEqualTo(ExitCode.FAILED);
    }

    @Test
    void explainShowsWhereAConnectionWouldGo() throws Exception {
        String file =
                config(
                        """
                        listeners:
                          db:
                            address: ":5432"
                            protocol: tcp
                            upstream: db
                            filters: [ { ip-filter: { deny: [ 10.0.0.0/8 ] } } ]
                          datagrams: { address: ":5432", protocol: udp, upstream: db }
                          dns: { address: ":53", protocol: udp, upstream: db }
                        upstreams: { db: { endpoints: [ "127.0.0.1:1" ] } }
                        """);

        assertThat(execute("explain", "-c", file, "tcp", ":5432")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .startsWith("listener  db\n")
                .contains("verdict   connected to upstream db: 127.0.0.1:1\n");
        assertThat(execute("explain", "-c", file, "tcp", "db", "--from", "10.0.0.1"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("refuse IP_DENIED\nverdict   reset, IP_DENIED\n");
        assertThat(execute("explain", "-c", file, "tcp", "192.0.2.1:5432", "--output", "json"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString()).contains("\"verdict\" : \"connected\"");
        assertThat(execute("explain", "-c", file, "tcp", ":53")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("listener  dns\n");
        assertThat(execute("explain", "-c", file, "tcp", "datagrams")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("listener  datagrams\n");
        assertThat(execute("explain", "-c", file, "tcp", ":1")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("no listener is at \":1\"");
    }

    @Test
    void explainSaysThatNoEndpointIsThere() throws Exception {
        String file =
                config(
                        """
                        listeners:
                          web: { address: ":8080" }
                          db: { address: ":5432", protocol: tcp, upstream: db }
                          dns: { address: ":53", protocol: udp, upstream: db }
                        routes:
                          all: { match: { path: / }, upstream: db, filters: [ { request-headers: { set: { a: b } } } ] }
                        upstreams: { db: { endpoints: [ { address: "127.0.0.1:1", state: down } ] } }
                        """);

        assertThat(execute("explain", "-c", file, "tcp", "db")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .endsWith(
                        "verdict   reset, UPSTREAM_NO_ENDPOINT: upstream db has no usable"
                                + " endpoint\n");
        assertThat(execute("explain", "-c", file, "tcp", "dns")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .endsWith(
                        "verdict   dropped, UPSTREAM_NO_ENDPOINT: upstream db has no usable"
                                + " endpoint\n");
        assertThat(execute("explain", "-c", file, "GET", "/")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("filters   request-headers          proceed\n")
                .endsWith(
                        "verdict   refused with 503 UPSTREAM_NO_ENDPOINT: upstream db has no usable"
                                + " endpoint\n");
        assertThat(execute("explain", "-c", file, "tcp", "db", "--output", "json"))
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains(
                        "\"verdict\" : \"refused\"",
                        "\"reason\" : \"UPSTREAM_NO_ENDPOINT\"",
                        "\"upstream\" : \"db\"",
                        "\"endpoints\" : [ ]");
    }

    @Test
    void explainNamesTheEndpointsThatAreUsed() throws Exception {
        String yaml =
                """
                listeners: { db: { address: ":5432", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "127.0.0.1:1", { address: "127.0.0.1:2", state: drain } ] } }
                """;

        assertThat(execute("explain", "-c", config(yaml), "tcp", "db")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).endsWith("verdict   connected to upstream db: 127.0.0.1:1\n");
    }

    @Test
    void routesAreListedInOrderOfPreference() throws Exception {
        assertThat(execute("routes", "-c", config(CONFIG))).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines().map(line -> line.substring(0, line.indexOf(" "))))
                .containsExactly("ping", "orders");
    }

    @Test
    void aFileThatIsNotThereIsASentence() {
        assertThat(execute("check", "-c", folder + "/none.yaml")).isNotEqualTo(ExitCode.OK);
        assertThat(out + "" + err).contains("none.yaml").doesNotContain("\tat ");
    }

    @Test
    void explainWithoutAnybodyToAskIsAUsageError() {
        assertThat(execute("explain", "GET", "/")).isEqualTo(ExitCode.USAGE);
    }

    @ParameterizedTest
    @CsvSource({
        "tcp web --listener web, --listener does not go with tcp",
        "tcp web -H a:b, --header does not go with tcp",
        "connect a:443 --from 10.0.0.1, --from does not go with connect",
        "connect a:443 --alpn h2, --alpn does not go with connect",
        "GET / --server-name a, --server-name does not go with a request"
    })
    void explainTakesNoOptionThatTheQuestionHasNoUseFor(String question, String message)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of("explain", "-c", config(CONFIG)));
        arguments.addAll(List.of(question.split(" ")));

        assertThat(execute(arguments.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).startsWith(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost:9901", "/run/jadegate", "ftp://localhost"})
    void anAdminAddressThatIsNoUrlIsAUsageError(String admin) {
        assertThat(execute("stats", "--token", "t", "--admin", admin)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("--admin must be a URL such as http://127.0.0.1:9901, not \"" + admin);
    }

    @Test
    void aRunningNodeAnswersTheSameQuestionsAndReloads() throws Exception {
        Path file = Path.of(config(CONFIG));
        var loader = Wiring.configLoader();
        var environment = new Environment(Map.of(), /* openSecrets= */ true);
        try (var gateway =
                Gateway.start(
                        (Loaded) loader.load(file, environment),
                        () -> loader.load(file, environment))) {
            var address = gateway.admin().get(30, TimeUnit.SECONDS).adminAddress();
            String admin = "http://127.0.0.1:" + address.getPort();
            List<String> node = List.of("-c", file.toString(), "--admin", admin);

            assertThat(execute(node, "routes")).isEqualTo(ExitCode.OK);
            assertThat(out.toString()).startsWith("ping ");

            assertThat(execute(node, "explain", "GET", "http://a/ping")).isEqualTo(ExitCode.OK);
            assertThat(out.toString()).contains("verdict   answered with 200");

            Files.writeString(file, CONFIG.replace("ping:", "pong:"));
            assertThat(execute(node, "reload")).isEqualTo(ExitCode.OK);
            assertThat(out.toString()).contains("added route pong").contains("drained route ping");

            String token = AdminToken.read(folder.resolve("state")).reveal();
            List<String> byToken = List.of("--admin", admin, "--token", token);
            Files.writeString(file, CONFIG.replace("upstream: orders", "upstream: ordrs"));
            assertThat(execute(byToken, "reload")).isEqualTo(ExitCode.CONFIGURATION);
            assertThat(out.toString())
                    .contains("did you mean \"orders\"?")
                    .endsWith("refused; what was served before stays\n");

            assertThat(execute("routes", "--admin", admin, "--token", token + "x"))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(err.toString()).contains(" answers 401: ");
        }
    }

    @Test
    void aDrainedGatewayHasAnsweredWhatItHadTaken() throws Exception {
        Path file =
                Path.of(config(CONFIG.replace("node:\n", "node:\n  drain: { announce: 0s }\n")));
        var loader = Wiring.configLoader();
        var environment = new Environment(Map.of(), /* openSecrets= */ true);
        var gateway =
                Gateway.start(
                        (Loaded) loader.load(file, environment),
                        () -> loader.load(file, environment));
        String web = gateway.status().listeners().getFirst().address();
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://" + web + "/ping")).build();
            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("pong");
        }

        gateway.drain();
        gateway.awaitEnd();

        assertThat(gateway.status().listeners()).isEmpty();
    }

    private String config(String text) throws Exception {
        Path file = folder.resolve("gateway.yaml");
        Files.writeString(file, text);
        return file.toString();
    }

    private int execute(List<String> more, String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(more);
        return execute(all.toArray(String[]::new));
    }

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
