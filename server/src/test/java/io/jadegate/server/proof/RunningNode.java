package io.jadegate.server.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.server.wire.Gateway;
import io.jadegate.testkit.Descriptors;
import io.jadegate.testkit.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A node in a process of its own, run as a user runs it, and what it says.
final class RunningNode implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("listener web: serves \\S+:(\\d+)");

    private final Process process;
    private final List<String> said = new CopyOnWriteArrayList<>();

    private RunningNode(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().name("node-output").start(this::listen);
    }

    static RunningNode run(Path config) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.jadegate.server.Main",
                        "run",
                        "-c",
                        config.toString());
        return new RunningNode(builder.redirectErrorStream(true).start());
    }

    private void listen() {
        try (BufferedReader output = process.inputReader(UTF_8)) {
            output.lines().forEach(said::add);
        } catch (UncheckedIOException | IOException closed) {
            // The node has ended.
        }
    }

    /// A connection to its listener, when it is ready for it.
    Wire connect() throws IOException {
        return Wire.connect(port());
    }

    /// The number that the system gave to a thread whose name begins so.
    long thread(String name) throws IOException {
        try (Stream<Path> tasks =
                Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return tasks.filter(task -> name(task).startsWith(name))
                    .mapToLong(task -> Long.parseLong(task.getFileName().toString()))
                    .findAny()
                    .orElseThrow();
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException ended) {
            return "";
        }
    }

    /// The body of the answer to a request for a path.
    String get(String path) throws IOException {
        try (Wire wire = connect()) {
            String head = "GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n";
            return wire.send(head).readResponse().body();
        }
    }

    void awaitAnswer(String path, String body) {
        Gateway.await(path + " says " + body, () -> get(path).contains(body));
    }

    void awaitSaid(String words) {
        Gateway.await(words, () -> said.stream().anyMatch(line -> line.contains(words)));
    }

    /// The lines of what it said so far.
    List<String> said() {
        return List.copyOf(said);
    }

    private int port() {
        Gateway.await("a listener", () -> ports().findAny().isPresent());
        return ports().findAny().orElseThrow();
    }

    private Stream<Integer> ports() {
        return said.stream()
                .map(LISTENING::matcher)
                .filter(Matcher::find)
                .map(found -> Integer.valueOf(found.group(1)));
    }

    /// Sends a signal, such as HUP.
    void signal(String name) throws IOException, InterruptedException {
        run("kill", "-" + name, Long.toString(process.pid()));
    }

    /// How many descriptors it may have open.
    int descriptorLimit() {
        return Descriptors.limit(process.pid());
    }

    /// Lets it open descriptors with numbers below the limit only.
    void limitDescriptors(int limit) throws IOException, InterruptedException {
        run("prlimit", "--pid=" + process.pid(), "--nofile=" + limit + ":");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
