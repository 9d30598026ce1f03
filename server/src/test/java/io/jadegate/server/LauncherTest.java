package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `bin/jadegate` in a distribution made up for the test, with scripts in place of Java machines:
/// they print how they were called.
class LauncherTest {

    private static final String SHOW_CALL =
            "#!/bin/sh\necho \"java $0\"\nfor it in \"$@\"; do echo \"$it\"; done\n";

    @TempDir private Path folder;

    private Path home;

    @BeforeEach
    void unpackDistribution() throws IOException {
        home = folder.resolve("app");
        for (String jar : List.of("b.jar", "B.jar", "a.jar")) {
            write(home.resolve("lib").resolve(jar), "");
        }
        script(home.resolve("bin/jadegate"), Files.readString(Path.of("../bin/jadegate")));
    }

    @Test
    void startsMainWithTheLibrariesInByteOrderAndTheArgumentsAsGiven() throws Exception {
        Path java = javaHome("jdk", "25.0.3", "25.0.3+9");

        Ended ended =
                launch(Map.of("JADEGATE_JAVA", java.toString()), "run", "-c", "a file.yaml", "");

        assertThat(ended.status).isZero();
        assertThat(ended.out)
                .startsWith("java " + java.resolve("bin/java"))
                .contains(
                        "\n-cp\n%1$s/lib/B.jar:%1$s/lib/a.jar:%1$s/lib/b.jar\n"
                                .formatted(home.toRealPath()))
                .endsWith("\nio.jadegate.server.Main\nrun\n-c\na file.yaml\n\n");
    }

    @Test
    void refusesANamedJavaThatIsTooOld() throws Exception {
        Path java = javaHome("jdk", "17.0.15", "17.0.15+6");

        Ended ended = launch(Map.of("JADEGATE_JAVA", java + "/bin/java"));

        assertThat(ended.status).isEqualTo(69);
        assertThat(ended.out).isEmpty();
        assertThat(ended.err)
                .isEqualTo(
                        "jadegate: JADEGATE_JAVA is \"%s/bin/java\", which is not a Java 25 or newer\n"
                                .formatted(java));
    }

    @Test
    void passesOverAnOldJavaHomeForANewerJavaOnThePath() throws Exception {
        Path old = javaHome("old", "21.0.1", "21.0.1+12");
        Path newer = javaHome("newer", "26", "26+10");

        Ended ended =
                launch(
                        Map.of(
                                "JAVA_HOME",
                                old.toString(),
                                "PATH",
                                newer + "/bin:" + System.getenv("PATH")),
                        "--java");

        assertThat(ended.out).isEqualTo(newer.resolve("bin/java") + "\n");
    }

    @Test
    void asksAJavaWithoutReleaseFileForItsVersionOnlyOnce() throws Exception {
        Path shim = folder.resolve("shims/java");
        Path asked = folder.resolve("asked");
        script(
                shim,
                """
                #!/bin/sh
                echo asked >> %s
                echo '    java.specification.version = 25' >&2
                """
                        .formatted(asked));
        var environment = Map.of("PATH", shim.getParent() + ":" + System.getenv("PATH"));

        launch(environment, "--java");
        Ended second = launch(environment, "--java");

        assertThat(second.out).isEqualTo(shim + "\n");
        assertThat(asked).hasContent("asked\n");
    }

    @Test
    void looksAgainWhenTheRememberedJavaIsGone() throws Exception {
        Path first = javaHome("first", "25.0.1", "25.0.1+8");
        Path second = javaHome("second", "25.0.2", "25.0.2+8");
        var environment =
                Map.of("PATH", first + "/bin:" + second + "/bin:" + System.getenv("PATH"));
        assertThat(launch(environment, "--java").out).isEqualTo(first.resolve("bin/java") + "\n");

        Files.delete(first.resolve("bin/java"));

        assertThat(launch(environment, "--java").out).isEqualTo(second.resolve("bin/java") + "\n");
    }

    @Test
    void looksAgainWhenTheRememberedJavaWasReplacedByAnOlderOne() throws Exception {
        Path first = javaHome("first", "25.0.1", "25.0.1+8");
        Path second = javaHome("second", "25.0.2", "25.0.2+8");
        var environment =
                Map.of(
                        "JAVA_HOME",
                        first.toString(),
                        "PATH",
                        second + "/bin:" + System.getenv("PATH"));
        launch(environment, "--java");

        javaHome("first", "21", "21+35");

        assertThat(launch(environment, "--java").out).isEqualTo(second.resolve("bin/java") + "\n");
    }

    @Test
    void prefersTheBundledRuntime() throws Exception {
        Path bundled = javaHome("app/runtime", "25.0.3", "25.0.3+9");

        assertThat(launch(Map.of(), "--java").out)
                .isEqualTo(bundled.toRealPath().resolve("bin/java") + "\n");
    }

    @Test
    void usesTheStartUpCacheOfExactlyThisJava() throws Exception {
        Path java = javaHome("jdk", "25.0.3", "25.0.3+9");
        Path other = javaHome("other", "25.0.4", "25.0.4+7");
        write(home.resolve("lib/aot/25.0.3+9-riscv64.aot"), "");

        assertThat(launch(Map.of("JADEGATE_JAVA", java.toString())).out)
                .contains(
                        "\n-XX:AOTCache=" + home.toRealPath() + "/lib/aot/25.0.3+9-riscv64.aot\n");
        assertThat(launch(Map.of("JADEGATE_JAVA", other.toString())).out)
                .doesNotContain("AOTCache");
    }

    @Test
    void passesJavaOptionsAndLeavesTheCollectorToThem() throws Exception {
        Path java = javaHome("jdk", "25", "25+36");

        Ended ended =
                launch(
                        Map.of(
                                "JADEGATE_JAVA",
                                java.toString(),
                                "JADEGATE_JAVA_OPTS",
                                "-XX:+UseZGC -Xmx2g"));

        assertThat(ended.out).contains("\n-XX:+UseZGC\n-Xmx2g\n").doesNotContain("UseSerialGC");
    }

    @Test
    void findsItsHomeThroughLinks() throws Exception {
        Path java = javaHome("jdk", "25", "25+36");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("app/bin/jadegate"));

        Ended ended =
                start(
                        List.of(link.toString(), "version"),
                        Map.of("JADEGATE_JAVA", java.toString()));

        assertThat(ended.out).contains(home.toRealPath() + "/lib/a.jar");
    }

    @Test
    void saysWhereToLookWhenTrainingMakesNoCache() throws Exception {
        Path java = javaHome("jdk", "25", "25+36");

        Ended ended = launch(Map.of("JADEGATE_JAVA", java.toString()), "--train");

        Path log = home.toRealPath().resolve("lib/aot/log");
        assertThat(ended.status).isOne();
        assertThat(ended.err)
                .isEqualTo(
                        "jadegate: no start-up cache was made, starts will take longer; %s says why\n"
                                .formatted(log));
        assertThat(log).content().contains("io.jadegate.server.Rehearsal");
    }

    private record Ended(int status, String out, String err) {}

    private Ended launch(Map<String, String> environment, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(home.resolve("bin/jadegate").toString()));
        command.addAll(List.of(arguments));
        return start(command, environment);
    }

    private Ended start(List<String> command, Map<String, String> environment) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        var builder =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().keySet().removeIf(it -> it.contains("JAVA"));
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        builder.environment().putAll(environment);
        int status = builder.start().waitFor();
        return new Ended(status, Files.readString(out), Files.readString(err));
    }

    private Path javaHome(String name, String version, String build) throws IOException {
        Path java = folder.toRealPath().resolve(name);
        script(java.resolve("bin/java"), SHOW_CALL);
        write(
                java.resolve("release"),
                """
                IMPLEMENTOR="Nobody"
                JAVA_RUNTIME_VERSION="%s"
                JAVA_VERSION="%s"
                OS_ARCH="riscv64"
                """
                        .formatted(build, version));
        return java;
    }

    private static void script(Path file, String text) throws IOException {
        write(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text, StandardCharsets.UTF_8);
    }
}
