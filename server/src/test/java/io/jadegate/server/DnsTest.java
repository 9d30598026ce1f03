package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs the example of `docs/udp.md` with a real server and a real client.
@Timeout(180)
class DnsTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DOCUMENT = ROOT.resolve("docs/udp.md");
    private static final String SERVER = "15353";
    private static final String OWN = "5353";
    private static final int STARTS = 3;

    @TempDir private Path home;
    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void stopServers() throws InterruptedException {
        for (Process server : servers) {
            server.destroyForcibly().waitFor();
        }
    }

    @Test
    void servesDns() throws Exception {
        assumeTrue(isInstalled("dnsmasq"), "dnsmasq is not installed");
        assumeTrue(isInstalled("dig"), "dig is not installed");

        run(servingPort());
    }

    /// The port of a server that has answered, or the end of a test that the machine cannot run.
    private String servingPort() throws Exception {
        var seen = new StringBuilder();
        for (int i = 0; i < STARTS; i++) {
            String port = Integer.toString(FreePorts.next());
            Path log = home.resolve("dnsmasq-" + port + ".log");
            Process server = start(port, log);
            if (serves(server, port)) {
                return port;
            }
            String state = server.isAlive() ? "runs" : "ended with " + server.exitValue();
            server.destroyForcibly().waitFor();
            seen.append(
                    "\ndnsmasq at port %s %s: %s\ndig: %s"
                            .formatted(port, state, Files.readString(log), execute(dig(port))));
        }
        return abort("dnsmasq does not serve on this machine:" + seen);
    }

    private boolean serves(Process server, String port) {
        try {
            Awaitility.await("the server")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !server.isAlive() || execute(dig(port)).contains("192.0.2.7"));
            return server.isAlive();
        } catch (ConditionTimeoutException silent) {
            return false;
        }
    }

    private Process start(String port, Path log) throws IOException {
        Process server =
                new ProcessBuilder(
                                "dnsmasq",
                                "--keep-in-foreground",
                                "--conf-file=/dev/null",
                                "--pid-file=",
                                "--log-facility=-",
                                "--user=" + System.getProperty("user.name"),
                                "--no-resolv",
                                "--no-hosts",
                                "--bind-interfaces",
                                "--listen-address=127.0.0.1",
                                "--port=" + port,
                                "--address=/shop.test/192.0.2.7",
                                "--txt-record=shop.test,behind a gateway")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        servers.add(server);
        return server;
    }

    private static String dig(String port) {
        return "dig +short +tries=1 +time=2 -p " + port + " @127.0.0.1 shop.test A";
    }

    private void run(String serverPort) throws Exception {
        DocsExample example = DocsExample.in(ROOT, DOCUMENT, "dns.yaml").getFirst();
        String listening = Integer.toString(FreePorts.next());
        Path config = home.resolve("gateway.yaml");
        Files.writeString(
                config,
                example.config()
                        .replace(":" + SERVER, ":" + serverPort)
                        .replace(":" + OWN, ":" + listening));
        var environment =
                new Environment(
                        Map.of(
                                "JADEGATE_ADMIN_ADDRESS", "127.0.0.1:0",
                                "JADEGATE_METRICS_ADDRESS", "127.0.0.1:0"),
                        /* openSecrets= */ true);
        var loader = Wiring.configLoader();
        LoadResult loaded = loader.load(config, environment);
        assertThat(loaded).isInstanceOf(LoadResult.Loaded.class);
        try (var gateway =
                Gateway.start((LoadResult.Loaded) loaded, () -> loader.load(config, environment))) {
            gateway.admin().get(30, TimeUnit.SECONDS);
            assertThat(example.commands()).isNotEmpty();
            for (DocsExample.Command command : example.commands()) {
                String text = command.text().replace("-p " + OWN, "-p " + listening);
                assertThat(execute(text))
                        .as("%s, line %d", DOCUMENT, command.line())
                        .isEqualTo(command.expected());
            }
        }
    }

    private String execute(String command) throws Exception {
        Path out = home.resolve("out");
        Process process =
                new ProcessBuilder("sh", "-c", command)
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        return Files.readString(out).strip();
    }

    private static boolean isInstalled(String program) {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(":")),
                        Stream.of("/usr/sbin", "/sbin"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
