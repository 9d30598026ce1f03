package io.jadegate.server;

import io.jadegate.control.config.LoadResult.Loaded;
import io.jadegate.server.Demonstration.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What `bin/jadegate --train` runs while the Java machine records what a start needs: a start of
/// the demonstration on free ports, requests through it, a reload and a drain. Ends by itself and
/// leaves nothing behind.
final class Rehearsal {

    /// Enough for the Java machine to know which methods matter.
    private static final int ROUNDS = 2000;

    private static final List<String> PATHS =
            List.of(
                    "/",
                    "/ping",
                    "/echo?a=b",
                    "/api/v1/things",
                    "/customers/7/orders",
                    "/staff",
                    "/old",
                    "/no");

    private Rehearsal() {}

    static void main(String[] arguments) throws Exception {
        try (var demonstration = new Demonstration(Ports.ANY)) {
            var loaded = (Loaded) Wiring.checked(demonstration.config());
            try (var gateway = Gateway.start(loaded, demonstration::config)) {
                var admin = gateway.admin().get();
                String address = gateway.status().listeners().getFirst().address();
                int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
                for (int i = 0; i < ROUNDS; i++) {
                    request(port, PATHS.get(i % PATHS.size()));
                }
                request(admin.adminAddress().getPort(), "/readyz");
                request(admin.metricsAddress().getPort(), "/metrics");
                gateway.reload();
                gateway.drain();
            }
        }
        System.exit(0);
    }

    private static void request(int port, String target) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + target
                                            + " HTTP/1.1\r\nHost: localhost:"
                                            + port
                                            + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }
}
