package io.jadegate.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `bin/jadegate --train` runs while the Java machine records what a start needs: the very
/// `run -c FILE` of a node, requests through it, a reload and a drain. Ends by itself and leaves
/// nothing behind.
///
/// Every class that it meets is loaded at every start from then on, needed or not, and costs
/// memory. So it shows what most nodes do, and its client and its upstream are bare sockets.
final class Rehearsal {

    /// Enough for the Java machine to know which methods matter.
    private static final int CONNECTIONS = 200;

    private static final int REQUESTS = 10;

    private static final List<String> PATHS =
            List.of("/", "/things?a=b", "/api/v1/things", "/old", "/ping");

    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello\n"
                    .getBytes(US_ASCII);

    private Rehearsal() {}

    static void main() throws Exception {
        Path folder = Files.createTempDirectory("jadegate-rehearsal-");
        int status;
        try (var upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            int admin = Demonstration.unusedPort();
            int metrics = Demonstration.unusedPort();
            int web = Demonstration.unusedPort();
            Path file = folder.resolve("gateway.yaml");
            Files.writeString(file, config(folder, admin, metrics, web, upstream.getLocalPort()));
            Thread.ofPlatform().daemon().start(() -> answerAll(upstream));
            Thread.ofPlatform().daemon().start(() -> play(web, admin, metrics));
            status = Main.execute("run", "-c", file.toString());
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        System.exit(status);
    }

    private static String config(Path folder, int admin, int metrics, int web, int upstream) {
        return """
        node:
          state-dir: %s
          admin: { address: "127.0.0.1:%d" }
          metrics: { address: "127.0.0.1:%d" }
          drain: { announce: 0s, deadline: 5s }
        listeners:
          web: { address: "127.0.0.1:%d" }
        routes:
          all: { match: { path: / }, upstream: things }
          versioned:
            match: { path: /api/v1 }
            filters:
              - rewrite-path: { strip-prefix: true }
              - request-headers: { set: { x-api-version: "1" }, remove: [ cookie ] }
            upstream: things
          old:
            match: { path: { exact: /old } }
            redirect: { status: 308, location: "/new{{path}}" }
          ping:
            match: { path: { exact: /ping } }
            respond: { status: 200, body: "pong\\n", headers: { content-type: text/plain } }
        upstreams:
          things: { endpoints: [ "127.0.0.1:%d" ] }
        """
                .formatted(folder, admin, metrics, web, upstream);
    }

    // ---- the client

    private static void play(int web, int admin, int metrics) {
        try {
            awaitAnswer(web, "/ping");
            for (int i = 0; i < CONNECTIONS; i++) {
                use(web, PATHS.get(i % PATHS.size()));
            }
            awaitAnswer(admin, "/readyz");
            ask(metrics, "/metrics");
            Signals.raise("HUP");
            for (int i = 0; i < CONNECTIONS; i++) {
                ask(web, PATHS.get(i % PATHS.size()));
            }
            Signals.raise("TERM");
        } catch (IOException | InterruptedException e) {
            e.printStackTrace();
            System.exit(ExitCode.FAILED);
        }
    }

    private static void awaitAnswer(int port, String target)
            throws IOException, InterruptedException {
        while (true) {
            try {
                ask(port, target);
                return;
            } catch (ConnectException notYet) {
                Thread.sleep(10);
            }
        }
    }

    /// One request on a connection of its own.
    private static void ask(int port, String target) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request(port, target, "Connection: close\r\n"));
            socket.getInputStream().readAllBytes();
        }
    }

    /// Several requests on one connection.
    private static void use(int port, String target) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            byte[] request = request(port, target, "");
            for (int i = 0; i < REQUESTS; i++) {
                socket.getOutputStream().write(request);
                readMessage(socket.getInputStream());
            }
        }
    }

    private static byte[] request(int port, String target, String field) {
        return ("GET " + target + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + field + "\r\n")
                .getBytes(US_ASCII);
    }

    // ---- the upstream

    private static void answerAll(ServerSocket upstream) {
        try {
            while (true) {
                Socket socket = upstream.accept();
                Thread.ofPlatform().daemon().start(() -> answer(socket));
            }
        } catch (IOException closed) {
            // The rehearsal is over.
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            while (readMessage(socket.getInputStream())) {
                socket.getOutputStream().write(ANSWER);
            }
        } catch (IOException closed) {
            // So the gateway is done with it.
        }
    }

    /// Reads a head and the body it announces.
    ///
    /// @return false at the end of the stream
    private static boolean readMessage(InputStream in) throws IOException {
        int length = 0;
        while (true) {
            String line = readLine(in);
            if (line == null) {
                return false;
            }
            if (line.isEmpty()) {
                in.readNBytes(length);
                return true;
            }
            if (line.regionMatches(/* ignoreCase= */ true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
    }

    private static @Nullable String readLine(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return null;
    }
}
