package io.jadegate.server.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jadegate.testkit.Descriptors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/// The distribution in a process of its own, run as a user runs it, and what can be seen of it from
/// outside: what it says, its metrics, and what the kernel knows of the process (Linux).
///
/// Safe for all threads.
final class ShippedNode implements AutoCloseable {
    private static final Path DISTRIBUTION = Path.of("target", "jadegate").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Pattern WEB = Pattern.compile("listener web: serves \\S+:(\\d+)$");
    private static final Pattern METRICS = Pattern.compile("; metrics: /?(\\S+)$");

    /// What a configuration that is wrong on purpose makes the node say.
    private static final Pattern REFUSED =
            Pattern.compile("ERROR configuration: refused, see above; .*");

    private static final Pattern PROBLEM =
            Pattern.compile("ERROR \\S*gateway\\.yaml:\\d+:\\d+: .*");

    /// What a node says that is well. On a machine that is too busy its access log falls behind,
    /// and it says so.
    private static final Pattern NEWS =
            Pattern.compile("INFO  .*|WARN  access log: .* is too slow, lines are dropped");

    private final Process process;
    private final HttpClient scraper = HttpClient.newHttpClient();
    private final List<String> places = new CopyOnWriteArrayList<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final Path log;
    private final Findings findings;

    private ShippedNode(Process process, Path log, Findings findings) {
        this.process = process;
        this.log = log;
        this.findings = findings;
        Thread.ofPlatform().daemon().name("soak-node-output").start(this::listen);
    }

    /// Starts it.
    ///
    /// @param log takes what it says
    /// @param javaOptions more options for its Java machine
    /// @param findings takes each line that says something unexpected
    static ShippedNode run(Path config, Path log, String javaOptions, Findings findings)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        DISTRIBUTION.resolve("bin/jadegate").toString(),
                        "run",
                        "-c",
                        config.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("JADEGATE_"));
        builder.environment().put("JADEGATE_JAVA", System.getProperty("java.home"));
        builder.environment().put("JADEGATE_JAVA_OPTS", javaOptions);
        // Standard output is the access log.
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        return new ShippedNode(builder.start(), log, findings);
    }

    // ---- what it says

    private void listen() {
        try (BufferedReader output = process.errorReader(UTF_8);
                PrintWriter copy = new PrintWriter(Files.newBufferedWriter(log), true)) {
            output.lines()
                    .forEach(line -> {
                        copy.println(line);
                        heard(line);
                    });
        } catch (UncheckedIOException | IOException closed) {
            // The node has ended.
        }
    }

    private void heard(String line) {
        if (WEB.matcher(line).find() || METRICS.matcher(line).find()) {
            places.add(line);
        }
        String news = line.substring(line.indexOf(' ') + 1);
        if (REFUSED.matcher(news).matches()) {
            refused.incrementAndGet();
        } else if (!NEWS.matcher(news).matches() && !PROBLEM.matcher(news).matches()) {
            findings.add("node: " + line);
        }
    }

    private String place(Pattern pattern) {
        return Awaitility.await(pattern.pattern())
                .atMost(PATIENCE)
                .until(
                        () ->
                                places.stream()
                                        .map(pattern::matcher)
                                        .filter(Matcher::find)
                                        .map(found -> found.group(1))
                                        .findFirst()
                                        .orElse(""),
                        Predicate.not(String::isEmpty));
    }

    /// Where it serves, once it does.
    InetSocketAddress web() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(place(WEB)));
    }

    /// How many configurations it has refused.
    int refused() {
        return refused.get();
    }

    // ---- what it measures

    /// The sum of all series of each metric.
    Map<String, Double> metrics() throws IOException, InterruptedException {
        URI uri = URI.create("http://" + place(METRICS) + "/metrics");
        HttpResponse<String> answer =
                scraper.send(
                        HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("metrics: " + answer.statusCode());
        }
        Map<String, Double> sums = new HashMap<>();
        answer.body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    String name = line.substring(0, endOfName(line));
                    double value = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                    sums.merge(name, value, Double::sum);
                });
        return sums;
    }

    private static int endOfName(String line) {
        int brace = line.indexOf('{');
        return brace < 0 ? line.indexOf(' ') : brace;
    }

    // ---- what the kernel knows

    /// Resident memory in octets.
    long resident() throws IOException {
        for (String line : Files.readAllLines(proc("status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("the node has ended");
    }

    /// How many descriptors it may have open.
    int descriptorLimit() {
        return Descriptors.limit(process.pid());
    }

    /// Sockets, pipes and the like that it has open.
    Descriptors descriptors() {
        return Descriptors.of(process.pid());
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    // ---- what is done to it

    /// Collects all garbage of its heap.
    void collectGarbage() throws IOException, InterruptedException {
        // What the first run finalizes, the second frees.
        for (int i = 0; i < 2; i++) {
            run(
                    Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                    Long.toString(process.pid()),
                    "GC.run");
        }
    }

    /// Sends a signal, such as HUP.
    void signal(String name) throws IOException, InterruptedException {
        run("kill", "-" + name, Long.toString(process.pid()));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        int status =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status);
        }
    }

    /// Drains it, and returns its exit code.
    int drain() throws IOException, InterruptedException {
        signal("TERM");
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("the node does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        scraper.close();
        process.destroyForcibly().onExit().join();
    }
}
