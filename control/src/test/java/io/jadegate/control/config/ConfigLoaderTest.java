package io.jadegate.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // What is absent fails the test.
class ConfigLoaderTest {

    @TempDir private Path folder;
    private ConfigFiles files;

    @BeforeEach
    void start() {
        files = new ConfigFiles(folder);
    }

    @Test
    void mergesIncludedFilesInTheOrderOfTheirNames() {
        files.write("main.yaml", "include: [ conf.d/*.yaml ]\nroutes: { a: { respond: {} } }\n");
        files.write("conf.d/20.yaml", "routes: { c: { respond: {} } }\n");
        files.write("conf.d/10.yaml", "routes: { b: { respond: {} } }\nip-lists: { x: {} }\n");
        files.write("conf.d/note.txt", "not: [ yaml");

        var config = files.loaded().config();

        assertThat(config.routes().keySet()).containsExactly("a", "b", "c");
        assertThat(config.ipLists()).containsKey("x");
    }

    @Test
    void startsRelativePathsAtTheFileThatNamesThem() {
        files.write("main.yaml", "include: more/deep/inner.yaml\n");
        files.write(
                "more/deep/inner.yaml",
                "include: ../other.yaml\nlisteners: { web: { address: 'unix:web.sock' } }\n");
        files.write("more/other.yaml", "defaults: { errors: { template: error.html } }\n");

        var config = files.loaded().config();

        assertThat(config.listeners().get("web").address())
                .isEqualTo(new Address.Unix(folder.resolve("more/deep/web.sock")));
        assertThat(config.defaults().errors())
                .hasToString("Template[file=" + folder.resolve("more/error.html") + "]");
    }

    @Test
    void refusesANameThatTwoFilesGiveWithBothPositions() {
        files.write(
                "main.yaml",
                """
                include: [ a.yaml, b.yaml ]
                defaults: { limits: { body: 1MB } }
                """);
        files.write("a.yaml", "routes:\n  orders: { respond: {} }\n");
        files.write(
                "b.yaml",
                """
                defaults: { limits: { uri: 4KiB }, errors: html }
                routes:
                  orders: { respond: {} }
                """);

        assertThat(files.problems())
                .containsExactly(
                        "b.yaml:1:13: defaults.limits: \"limits\" is given twice, first at main.yaml:2:13",
                        "b.yaml:3:3: routes.orders: \"orders\" is given twice, first at a.yaml:2:3");
    }

    @Test
    void refusesFilesThatIncludeThemselvesOrAreIncludedTwice() {
        files.write("main.yaml", "include: [ a.yaml, b.yaml ]\n");
        files.write("a.yaml", "include: c.yaml\n");
        files.write("b.yaml", "include: [ c.yaml, main.yaml ]\n");
        files.write("c.yaml", "");

        assertThat(files.problems())
                .containsExactly(
                        "b.yaml:1:12: include: \"c.yaml\" is included twice, first at a.yaml:1:10",
                        "b.yaml:1:20: include: \"main.yaml\" includes itself");
    }

    @Test
    void refusesFilesThatAreMissingOrUnreadable() throws IOException {
        files.write("main.yaml", "include: [ gone.yaml, bytes.yaml, list.yaml, 5, none/*.yaml ]\n");
        Files.write(folder.resolve("bytes.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});
        files.write("list.yaml", "- a\n");

        assertThat(files.problems())
                .containsExactly(
                        "main.yaml:1:12: include: cannot read \"gone.yaml\": no such file",
                        "main.yaml:1:46: include: must be a file, or a pattern such as conf.d/*.yaml",
                        "bytes.yaml:1:1: is not UTF-8 text",
                        "list.yaml:1:1: must be a mapping of sections");
    }

    @Test
    void saysThatAFileIsAFolder() throws IOException {
        files.write("main.yaml", "include: [ more ]\n");
        Files.createDirectory(folder.resolve("more"));

        assertThat(files.problems())
                .containsExactly("main.yaml:1:12: include: cannot read \"more\": is a directory");
    }

    @Test
    void saysThatTheMainFileIsMissing() {
        assertThat(files.problems()).containsExactly("cannot read \"main.yaml\": no such file");
    }

    @Test
    void refusesAMainFileInWhichNothingStands() {
        for (var text :
                List.of("", "# later\n", "{}\n", "x-note: 1\n", "include: [ more.yaml ]\n")) {
            files.write("main.yaml", text);
            files.write("more.yaml", "");
            assertThat(files.problems())
                    .containsExactly(
                            "main.yaml:1:1: is empty; write listeners: { NAME: { address: \":8080\""
                                    + " } }");
        }
    }

    @Test
    void looksSecretsUpAndNeverPrintsThem() {
        files = new ConfigFiles(folder, Map.of("TOKEN", "from-env"));
        files.write("main.yaml", "node: { metrics: { address: ':0', token: { env: TOKEN } } }\n");
        var fromEnvironment = files.loaded();
        files.write("main.yaml", "node: { metrics: { address: ':0', token: { file: token } } }\n");
        files.write("token", "from-file\n");
        var fromFile = files.loaded();

        assertThat(fromEnvironment.node().metrics().token().reveal()).isEqualTo("from-env");
        assertThat(fromFile.node().metrics().token().reveal()).isEqualTo("from-file");
        assertThat(fromFile.sources().files()).contains(folder.resolve("token"));
        assertThat(fromEnvironment.toString() + fromFile)
                .doesNotContain("from-env")
                .doesNotContain("from-file");
    }

    @Test
    void saysWhichSecretIsMissing() {
        files.write("main.yaml", "node: { metrics: { address: ':0', token: { env: TOKEN } } }\n");
        assertThat(files.problems())
                .containsExactly(
                        "main.yaml:1:49: node.metrics.token: environment variable \"TOKEN\" is not set");

        files.write("main.yaml", "node: { metrics: { address: ':0', token: { file: gone } } }\n");
        assertThat(files.problems())
                .containsExactly(
                        "main.yaml:1:50: node.metrics.token: file \"gone\" cannot be read");
    }

    @Test
    void letsVariablesOverrideKeysOfNode() {
        files =
                new ConfigFiles(
                        folder,
                        Map.of(
                                "JADEGATE_ADMIN_ADDRESS", "127.0.0.1:7",
                                "JADEGATE_EVENT_LOOPS", "3",
                                "JADEGATE_METRICS_ADDRESS", ":8",
                                "JADEGATE_METRICS_TOKEN", "hidden",
                                "JADEGATE_STATE_DIR", "/var/lib/jadegate",
                                "JADEGATE_JAVA_OPTS", "-Xmx1g",
                                "JADEGATE_PORT_8080_TCP_ADDR", "10.0.0.1"));
        files.write("main.yaml", "node: { event-loops: 1, admin: { address: ':1' }, zone: a }\n");

        var loaded = files.loaded();

        assertThat(loaded.node().admin().address()).isEqualTo(Address.parse("127.0.0.1:7"));
        assertThat(loaded.node().eventLoops()).isEqualTo(3);
        assertThat(loaded.node().metrics().token().reveal()).isEqualTo("hidden");
        assertThat(loaded.node().stateDir()).isEqualTo(Path.of("/var/lib/jadegate"));
        assertThat(loaded.node().zone()).isEqualTo("a");
        assertThat(loaded.warnings()).isEmpty();
    }

    @Test
    void namesTheVariableThatIsWrong() {
        files =
                new ConfigFiles(
                        folder, Map.of("JADEGATE_EVENT_LOOPS", "many", "JADEGATE_EVENT_LOPS", "1"));
        files.write("main.yaml", "node: {}\n");

        assertThat(files.problems())
                .containsExactly(
                        "environment JADEGATE_EVENT_LOPS:1:1: warning: node: no key of node is set by"
                                + " \"JADEGATE_EVENT_LOPS\"; did you mean \"JADEGATE_EVENT_LOOPS\"?",
                        "environment JADEGATE_EVENT_LOOPS:1:1: node.event-loops:"
                                + " must be a whole number, not \"many\"");
    }

    @Test
    void replacesEnvironmentValuesInsideScalarsOnly() {
        files =
                new ConfigFiles(
                        folder, Map.of("PORT", "8080", "EVIL", "x, y: { z: 1 }", "EMPTY", ""));
        files.write(
                "main.yaml",
                """
                listeners:
                  web: { address: ":${PORT}" }
                routes:
                  a: { priority: "${PORT}", respond: { body: "${EVIL} ${NONE:-default} ${EMPTY:-e} $${PORT} $5" } }
                """);

        var config = files.loaded().config();

        assertThat(config.listeners().get("web").address()).hasToString(":8080");
        assertThat(config.routes().get("a").priority()).isEqualTo(8080);
        assertThat(config.routes().get("a").respond().body())
                .isEqualTo("x, y: { z: 1 } default e ${PORT} $5");
    }

    @Test
    void knowsThePositionsOfPaths() {
        files.write(
                "main.yaml",
                """
                routes:
                  a.b:
                    match: { path: [ /x, { exact: /y } ], hosts: one }
                    filters:
                      - request-headers: { remove: x }
                    respond: {}
                """);

        var positions = files.loaded().positions();

        assertThat(at(positions.position("routes.a.b"))).isEqualTo("2:3");
        assertThat(at(positions.position("routes.a.b.match.path[1]"))).isEqualTo("3:26");
        assertThat(at(positions.position("routes.a.b.match.path[1].exact"))).isEqualTo("3:35");
        assertThat(at(positions.position("routes.a.b.match.hosts[0]"))).isEqualTo("3:50");
        assertThat(at(positions.position("routes.a.b.filters[0].request-headers.remove[0]")))
                .isEqualTo("5:36");
        assertThat(at(positions.position("routes.a.b.timeouts.connect"))).isEqualTo("2:3");
        assertThat(positions.position("nothing.here")).isNull();
    }

    private static String at(Position position) {
        return position.line() + ":" + position.column();
    }

    @Test
    void refusesTextsThatGrowByAliases() {
        var bomb = new StringBuilder("x-0: &a0 [ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ]\n");
        for (var i = 1; i < 30; i++) {
            bomb.append("x-%d: &a%d [ *a%d, *a%d, *a%d ]\n".formatted(i, i, i - 1, i - 1, i - 1));
        }
        files.write("main.yaml", bomb.toString());

        assertThat(files.problems())
                .singleElement()
                .asString()
                .endsWith("aliases make this larger than 20000000 values");
    }

    @Test
    void refusesTextsThatAreNestedTooDeep() {
        files.write("main.yaml", "x-deep: " + "[".repeat(100_000));

        assertThat(files.problems())
                .singleElement()
                .asString()
                .endsWith("nested deeper than 64 levels");
    }

    @Test
    void saysWhereYamlIsBroken() {
        for (var text : List.of("a: [", "a: \"", "\tb: 1", "a: &", "a: 1\n---\nb: 2", "\u0000")) {
            files.write("main.yaml", text);

            assertThat(files.problems())
                    .isNotEmpty()
                    .allMatch(line -> line.startsWith("main.yaml:"));
        }
    }

    @Test
    void printsProblemsAsJson() {
        files.write("main.yaml", "lisners: {}\n");
        var problems = ((LoadResult.Invalid) files.load()).problems();

        assertThat(Json.problems(problems).replace(folder + "/", ""))
                .isEqualTo(
                        """
                        [ {
                          "severity" : "error",
                          "path" : "lisners",
                          "file" : "main.yaml",
                          "line" : 1,
                          "column" : 1,
                          "message" : "unknown key \\"lisners\\"",
                          "suggestion" : "listeners"
                        } ]
                        """);
        assertThat(Json.problems(List.of(Problem.warning("a", "b")))).contains("\"warning\"");
    }

    @Test
    void loadsManyRoutesInTimeThatGrowsWithThem() {
        files.write(
                "main.yaml",
                IntStream.range(0, 50_000)
                        .mapToObj(i ->
                                """
                                  route-%d:
                                    match: { hosts: [ host-%d.example.com ], path: /orders/%d, methods: [ GET ] }
                                    filters: [ { request-headers: { set: { x-route: r%d } } } ]
                                    upstream: orders
                                """
                                        .formatted(i, i % 100, i, i))
                        .collect(
                                Collectors.joining(
                                        "",
                                        "upstreams: { orders: { endpoints: 'a:1' } }\nroutes:\n",
                                        "")));

        assertThat(files.loaded().config().routes()).hasSize(50_000);
    }

    @Test
    void reportsEveryOneOfManyProblems() {
        files.write(
                "main.yaml",
                IntStream.range(0, 5_000)
                        .mapToObj("  route-%d: { upstream: missing }\n"::formatted)
                        .collect(Collectors.joining("", "routes:\n", "")));

        assertThat(files.problems()).hasSize(5_000);
    }
}
