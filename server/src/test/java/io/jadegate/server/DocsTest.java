package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.server.demonstration.EchoUpstream;
import io.jadegate.testkit.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Runs every example of the README and the docs as a reader would, on ports that are free.
class DocsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    @TempDir private Path folder;

    @TestFactory
    Stream<DynamicTest> everyExampleDoesWhatItsDocumentSays() throws IOException {
        return documents().stream()
                .flatMap(document -> DocsExample.in(ROOT, document).stream())
                .map(example -> DynamicTest.dynamicTest(example.place(), () -> run(example)));
    }

    @Test
    void bothReadmesShowTheSameExamples() {
        assertThat(DocsExample.in(ROOT, ROOT.resolve("README.zh-CN.md")))
                .extracting(DocsExample::config)
                .isEqualTo(
                        DocsExample.in(ROOT, ROOT.resolve("README.md")).stream()
                                .map(DocsExample::config)
                                .toList());
    }

    private static List<Path> documents() throws IOException {
        try (var files = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md"), ROOT.resolve("README.zh-CN.md")),
                            files.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    private void run(DocsExample example) throws Exception {
        Path home = Files.createTempDirectory(folder, "example");
        try (var upstream = new EchoUpstream("echo");
                var secured = new TlsEndpoint(home)) {
            var ports = freePorts("8080", "8081", "8082", "8443", "9901", "9902");
            ports.put("127.0.0.1:9000", "127.0.0.1:" + upstream.port());
            ports.put("127.0.0.1:9443", "127.0.0.1:" + secured.port());
            Path config = home.resolve("gateway.yaml");
            Files.writeString(config, replaced(example.config(), ports));
            writeLauncher(home.resolve("bin/jadegate"));
            Main.execute("cert", "dev", "localhost", "--out", home.resolve("certs").toString());
            var environment =
                    new Environment(
                            Map.of(
                                    "JADEGATE_ADMIN_ADDRESS",
                                    "127.0.0.1:" + ports.get("9901"),
                                    "JADEGATE_METRICS_ADDRESS",
                                    "127.0.0.1:" + ports.get("9902")),
                            /* openSecrets= */ true);
            var loader = Wiring.configLoader();
            LoadResult loaded = loader.load(config, environment);
            assertThat(loaded).isInstanceOf(LoadResult.Loaded.class);
            try (var gateway =
                    Gateway.start(
                            (LoadResult.Loaded) loaded, () -> loader.load(config, environment))) {
                gateway.admin().get(30, TimeUnit.SECONDS);
                for (DocsExample.Command command : example.commands()) {
                    String printed = execute(home, replaced(command.text(), ports));
                    assertThat(printed)
                            .as("%s, line %d: %s", example.place(), command.line(), command.text())
                            .matches(pattern(replaced(command.expected(), ports)));
                }
            }
        }
    }

    private static Pattern pattern(String expected) {
        return Stream.of(expected.split("\n", -1))
                .map(line ->
                        line.equals("…")
                                ? "(?s:.*)"
                                : Stream.of(line.split("…", -1))
                                        .map(Pattern::quote)
                                        .collect(Collectors.joining(".*")))
                .collect(Collectors.collectingAndThen(Collectors.joining("\n"), Pattern::compile));
    }

    private static String execute(Path home, String command) throws Exception {
        Path out = home.resolve("out");
        var builder =
                new ProcessBuilder("sh", "-c", command)
                        .directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("JADEGATE_"));
        Process process = builder.start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as(command).isTrue();
        return Files.readString(out).replace("\r\n", "\n").stripTrailing();
    }

    /// `bin/jadegate` with the classes under test.
    private static void writeLauncher(Path launcher) throws IOException {
        Files.createDirectories(launcher.getParent());
        Files.writeString(
                launcher,
                // Commands end before a machine that compiles better would be worth its while.
                "#!/bin/sh\nexec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp '%s' io.jadegate.server.Main \"$@\"\n"
                        .formatted(
                                System.getProperty("java.home"),
                                System.getProperty("java.class.path")),
                StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// In one pass, since a port may look like what another stands for.
    private static String replaced(String text, Map<String, String> replacements) {
        String any =
                replacements.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|"));
        return Pattern.compile(any)
                .matcher(text)
                .replaceAll(found -> replacements.get(found.group()));
    }

    /// Free ports for well-known ones.
    private static Map<String, String> freePorts(String... names) throws IOException {
        var ports = new HashMap<String, String>();
        for (String name : names) {
            ports.put(name, Integer.toString(FreePorts.next()));
        }
        return ports;
    }
}
