package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs the examples of `docs/databases.md` with real servers behind the gateway. They are skipped
/// on a machine that lacks the server.
@Timeout(120)
class DatabasesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DOCUMENT = ROOT.resolve("docs/databases.md");

    @TempDir private Path home;
    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void stopServers() throws InterruptedException {
        for (Process server : servers) {
            // PostgreSQL takes SIGINT for a fast end, and its children go with it.
            server.destroy();
            if (!server.waitFor(30, TimeUnit.SECONDS)) {
                server.descendants().forEach(ProcessHandle::destroyForcibly);
                server.destroyForcibly();
            }
        }
    }

    @Test
    void servesPostgresql() throws Exception {
        String initdb = newest("/usr/lib/postgresql", "bin/initdb");
        String postgres = newest("/usr/lib/postgresql", "bin/postgres");
        assumeTrue(initdb != null && postgres != null, "postgresql is not installed");
        int port = FreePorts.next();
        Path data = home.resolve("data");
        Files.createDirectory(data);
        // The server refuses to be run by root.
        List<String> user = List.of();
        if (System.getProperty("user.name").equals("root")) {
            user = List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
            assertThat(execute(List.of("chown", "nobody", data.toString()))).isEmpty();
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        execute(with(user, initdb, "-D", data.toString(), "-U", "app", "-A", "trust", "-N"));
        start(
                with(
                        user,
                        postgres,
                        "-D",
                        data.toString(),
                        "-p",
                        Integer.toString(port),
                        "-h",
                        "127.0.0.1",
                        "-c",
                        "unix_socket_directories=",
                        "-c",
                        "fsync=off"));
        awaitListening(port);

        run("postgres.yaml", Map.of("15432", Integer.toString(port)), "5432");
    }

    @Test
    void servesRedis() throws Exception {
        assumeTrue(isInstalled("redis-server"), "redis-server is not installed");
        int port = FreePorts.next();
        start(
                List.of(
                        "redis-server",
                        "--port",
                        Integer.toString(port),
                        "--bind",
                        "127.0.0.1",
                        "--save",
                        "",
                        "--dir",
                        home.toString()));
        awaitListening(port);
        Main.execute("cert", "dev", "localhost", "--out", home.resolve("certs").toString());

        run("redis.yaml", Map.of("6379", Integer.toString(port)), "6380");
    }

    /// Runs the example with a configuration of that name.
    ///
    /// @param servers ports of the document and those that the servers have
    /// @param own the gateway's port in the document
    private void run(String title, Map<String, String> servers, String own) throws Exception {
        DocsExample example = DocsExample.in(ROOT, DOCUMENT, title).getFirst();
        String listening = Integer.toString(FreePorts.next());
        String yaml = replaced(example.config(), servers).replace(":" + own, ":" + listening);
        Path config = home.resolve("gateway.yaml");
        Files.writeString(config, yaml);
        var environment =
                new Environment(
                        Map.of(
                                "JADEGATE_ADMIN_ADDRESS",
                                "127.0.0.1:" + FreePorts.next(),
                                "JADEGATE_METRICS_ADDRESS",
                                "127.0.0.1:" + FreePorts.next()),
                        /* openSecrets= */ true);
        var loader = Wiring.configLoader();
        LoadResult loaded = loader.load(config, environment);
        assertThat(loaded).isInstanceOf(LoadResult.Loaded.class);
        try (var gateway =
                Gateway.start((LoadResult.Loaded) loaded, () -> loader.load(config, environment))) {
            gateway.admin().get(30, TimeUnit.SECONDS);
            assertThat(example.commands()).isNotEmpty();
            for (DocsExample.Command command : example.commands()) {
                String text = command.text().replace("-p " + own, "-p " + listening);
                assertThat(execute(List.of("sh", "-c", text)).strip())
                        .as("%s, line %d", DOCUMENT, command.line())
                        .isEqualTo(command.expected());
            }
        }
    }

    private static String replaced(String text, Map<String, String> ports) {
        String result = text;
        for (Map.Entry<String, String> port : ports.entrySet()) {
            result = result.replace(":" + port.getKey(), ":" + port.getValue());
        }
        return result;
    }

    private static List<String> with(List<String> before, String... command) {
        return Stream.concat(before.stream(), Stream.of(command)).toList();
    }

    private void start(List<String> command) throws IOException {
        servers.add(
                new ProcessBuilder(command)
                        .directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start());
    }

    private String execute(List<String> command) throws Exception {
        Path out = home.resolve("out");
        Process process =
                new ProcessBuilder(command)
                        .directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return Files.readString(out);
    }

    private static void awaitListening(int port) {
        Awaitility.await("the server")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return true;
                    } catch (IOException notYet) {
                        return false;
                    }
                });
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /// A program of the newest version in a folder of versions; null when there is none.
    private static @Nullable String newest(String folder, String program) throws IOException {
        if (!Files.isDirectory(Path.of(folder))) {
            return null;
        }
        try (Stream<Path> versions = Files.list(Path.of(folder))) {
            return versions.map(version -> version.resolve(program))
                    .filter(Files::isExecutable)
                    .max(Comparator.naturalOrder())
                    .map(Path::toString)
                    .orElse(null);
        }
    }
}
