package io.jadegate.server;

import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.server.demonstration.EchoUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;

/// What `jadegate run` without a configuration starts: a gateway with example routes, and the
/// upstreams behind them. Everything listens on loopback, and its state lives in a folder that goes
/// with it.
final class Demonstration implements AutoCloseable {

    private static final String CONFIG = "demonstration.yaml";

    private final EchoUpstream first = new EchoUpstream("echo-1");
    private final EchoUpstream second = new EchoUpstream("echo-2");
    private final Path state;
    private final LoadResult config;

    Demonstration() throws IOException {
        state = Files.createTempDirectory("jadegate-demonstration-");
        var variables =
                Map.of(
                        "STATE", state.toString(),
                        "ECHO_1", Integer.toString(first.port()),
                        "ECHO_2", Integer.toString(second.port()),
                        "NOBODY", Integer.toString(unusedPort()));
        config =
                Wiring.configLoader()
                        .load(
                                text(),
                                CONFIG,
                                state,
                                new Environment(variables, /* openSecrets= */ true));
    }

    LoadResult config() {
        return config;
    }

    /// What to try, for the terminal it was started from.
    String invitation() {
        return """

        The demonstration runs. Open http://127.0.0.1:8080/ or try:

          curl -i http://127.0.0.1:8080/echo
          curl -i http://127.0.0.1:8080/api/v1/things
          curl -i http://127.0.0.1:8080/customers/7/orders
          curl -i http://127.0.0.1:8080/staff
          curl -i http://127.0.0.1:8080/broken
          curl -s http://127.0.0.1:9902/metrics
          curl -s -H "Authorization: Bearer $(cat %s/admin-token)" http://127.0.0.1:9901/api/v1/status

        Ctrl-C ends it. Your own: jadegate run -c FILE
        """
                .formatted(state);
    }

    @Override
    public void close() {
        first.close();
        second.close();
        try (var files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the folder %s cannot be removed".formatted(state), e);
        }
    }

    private static String text() throws IOException {
        try (var in = Demonstration.class.getResourceAsStream(CONFIG)) {
            if (in == null) {
                throw new IllegalStateException(CONFIG + " is missing from this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// A port where nobody listens: it was free a moment ago.
    static int unusedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
