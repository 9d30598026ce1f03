package io.jadegate.server.proof;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.plane.Holders;
import io.jadegate.api.plane.Stats;
import io.jadegate.server.wire.Gateway;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Floods of those who make the gateway hold memory: it holds what it may, serves others, and sheds
/// what is too much.
@Timeout(90)
class MemoryBudgetTest {
    private static final String PING = "GET /ping HTTP/1.1\r\nHost: a\r\n\r\n";

    /// Slow readers that fill 1 MiB however little is read for each: one small buffer, 2 KiB.
    private static final int TOO_MANY = 700;

    private static final String CONFIG =
            """
            node:
              event-loops: 2
              access-log: { to: off }
              drain: { announce: 0s, deadline: 1s }
              memory: { buffers: %s }
            listeners: { web: { address: "127.0.0.1:0" } }
            routes:
              large: { match: { path: /large }, upstream: app }
              ping: { match: { path: /ping }, respond: { body: pong } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private final List<Socket> clients = new ArrayList<>();

    @Test
    void holdsNoMoreForSlowReadersThanItMayAndServesOthers() throws Exception {
        try (SlowReaders readers = new SlowReaders()) {
            gateway.serve(CONFIG, "4MiB", readers.address());
            for (int i = 0; i < 250; i++) {
                readers.add(port());
            }
            await("all answered", () -> readers.begun() == 250);
            await("tight", () -> buffers().usedBytes() >= buffers().softBytes());

            Message answer =
                    gateway.keep(Wire.connect(port()))
                            .send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                            .readResponse();

            assertThat(answer.body()).hasSize(SlowReaders.ANSWER);
            assertThat(buffers().usedBytes()).isLessThan(buffers().hardBytes());
            assertThat(buffers().shedExchanges()).isZero();
            Holders holders = gateway.proxy().holders(10);
            assertThat(holders.connections())
                    .hasSize(10)
                    .allMatch(each -> each.responseBytes() > 0 && "large".equals(each.route()));
            assertThat(holders.routes().getFirst().connections()).isGreaterThan(200);
        }
        awaitNothingHeld();
    }

    @Test
    void shedsNewWorkFirstAndEndsTheLargestHoldersLast() throws Exception {
        try (SlowReaders readers = new SlowReaders()) {
            gateway.serve(CONFIG, "1MiB", readers.address());
            Wire client = gateway.keep(Wire.connect(port()));
            for (int i = 0; i < TOO_MANY; i++) {
                readers.add(port());
            }
            awaitShed(client);
            assertThat(buffers().shedExchanges()).isPositive();
            await("ended", () -> buffers().endedHolders() > 0);
            await("serves again", this::isServed);
        }
        awaitNothingHeld();
    }

    @Test
    void tellsWhoeverIsShedToComeBack() throws Exception {
        try (SlowReaders readers = new SlowReaders()) {
            gateway.serve(CONFIG, "1MiB", readers.address());
            Wire client = gateway.keep(Wire.connect(port()));
            for (int i = 0; i < TOO_MANY; i++) {
                readers.add(port());
            }
            Message answer = awaitShed(client);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.field("retry-after")).isEqualTo("1");
            assertThat(answer.body()).contains("\"reason\":\"BUFFERS_EXHAUSTED\"");
        }
        awaitNothingHeld();
    }

    /// Asks on and on: between being full and having made room is a quarter of a second or more.
    private static Message awaitShed(Wire client) throws IOException {
        Message answer = client.send(PING).readResponse();
        while (answer.status() == 200) {
            answer = client.send(PING).readResponse();
        }
        return answer;
    }

    @Test
    void survivesAFloodOfUploadsThatNobodyTakes() throws Exception {
        try (ServerSocket deaf = deafEndpoint()) {
            gateway.serve(CONFIG, "2MiB", "127.0.0.1:" + deaf.getLocalPort());
            byte[] head =
                    "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n"
                            .getBytes(US_ASCII);
            flood(200, head, new byte[64 * 1024]);
            await("tight", () -> buffers().usedBytes() >= buffers().softBytes());
            await("served", this::isServed);
            assertThat(buffers().usedBytes()).isLessThan(2 * buffers().hardBytes());
        } finally {
            closeClients();
        }
        awaitNothingHeld();
    }

    @Test
    void survivesAFloodOfPipelinedRequests() throws Exception {
        try (ServerSocket deaf = deafEndpoint()) {
            gateway.serve(CONFIG, "2MiB", "127.0.0.1:" + deaf.getLocalPort());
            byte[] request = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII);
            byte[] many = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000).getBytes(US_ASCII);
            flood(200, request, many);
            await("tight", () -> buffers().usedBytes() >= buffers().softBytes());
            await("served", this::isServed);
            assertThat(buffers().usedBytes()).isLessThan(2 * buffers().hardBytes());
        } finally {
            closeClients();
        }
        awaitNothingHeld();
    }

    /// An endpoint that takes connections and reads nothing.
    private static ServerSocket deafEndpoint() throws IOException {
        ServerSocket endpoint = new ServerSocket();
        endpoint.setReceiveBufferSize(1);
        endpoint.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        return endpoint;
    }

    /// Has clients send something once and something else for as long as it is taken.
    private void flood(int count, byte[] first, byte[] then) throws IOException {
        for (int i = 0; i < count; i++) {
            Socket client = new Socket(InetAddress.getLoopbackAddress(), port());
            clients.add(client);
            Thread.ofPlatform()
                    .daemon()
                    .start(() -> {
                        try {
                            client.getOutputStream().write(first);
                            while (true) {
                                client.getOutputStream().write(then);
                            }
                        } catch (IOException ended) {
                            // By the gateway, or because the test is over.
                        }
                    });
        }
    }

    private void closeClients() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        clients.clear();
    }

    private boolean isServed() {
        try (Wire client = Wire.connect(port())) {
            return client.send(PING).readResponse().status() == 200;
        } catch (IOException refused) {
            return false;
        }
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what).atMost(Duration.ofSeconds(30)).until(condition);
    }

    private static void awaitNothingHeld() {
        await("nothing held", () -> buffers().usedBytes() == 0);
    }

    private static Stats.Buffers buffers() {
        return gateway.proxy().stats().buffers();
    }

    private static int port() {
        return gateway.address("web").getPort();
    }
}
