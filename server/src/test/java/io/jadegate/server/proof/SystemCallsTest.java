package io.jadegate.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a request on kept connections costs in system calls, and what a short connection does, by
/// the count of the system itself.
///
/// How many events a loop finds when it looks depends on how fast everybody is. So that the count
/// depends on the gateway alone, it is stopped while clients and endpoints send, and then finds all
/// of it at once.
@Timeout(120)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class SystemCallsTest {
    private static final int CONNECTIONS = 200;
    private static final int ROUNDS = 20;
    private static final int CONNECTING_ROUNDS = 5;
    private static final double REQUESTS = CONNECTIONS * ROUNDS;

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\n\r\n";
    private static final String RESPONSE =
            "HTTP/1.1 200 OK\r\nContent-Length: 128\r\n\r\n" + "x".repeat(128);

    private static final String NODE =
            """
            node:
              event-loops: 1
              transport: epoll
              access-log: { to: off }
              admin: { address: "127.0.0.1:0" }
              metrics: { address: "127.0.0.1:0" }
            upstreams: { app: { endpoints: [ "<endpoint>" ] } }
            """;
    private static final String REQUESTS_ARE_ROUTED =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            """;
    private static final String OCTETS_ARE_RELAYED =
            """
            listeners: { web: { address: "127.0.0.1:0", protocol: tcp, upstream: app } }
            """;

    /// Compiling and collecting ask the loop's thread to wait or to map memory, now and then.
    private static final Set<String> OF_THE_JAVA_MACHINE =
            Set.of("futex", "sched_yield", "mmap", "munmap", "mprotect", "madvise");

    @TempDir private Path folder;

    private final List<Wire> clients = new ArrayList<>();
    private final List<Wire> upstreams = new ArrayList<>();

    @Test
    void requestTakesFourSystemCalls() throws Exception {
        Strace.assumeUsable();
        try (FakeBackend backend = FakeBackend.open();
                RunningNode node = RunningNode.run(config(REQUESTS_ARE_ROUTED, backend))) {
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(node.connect());
                clients.getLast().send(REQUEST);
                upstreams.add(backend.accept());
                upstreams.getLast().readRequest();
            }
            respond();
            readResponses();
            round(node);

            Strace strace = Strace.attach(node.thread("jadegate-loop"), folder.resolve("calls"));
            for (int i = 0; i < ROUNDS; i++) {
                round(node);
            }
            Map<String, Long> calls = strace.detach();

            assertThat(all(calls) / REQUESTS).as(calls.toString()).isLessThanOrEqualTo(4.1);
            // Backpressure is on, and yet nobody changes what events the loop waits for.
            assertThat(calls).doesNotContainKey("epoll_ctl");
        } finally {
            for (Wire wire : clients) {
                wire.close();
            }
        }
    }

    /// For each of its two sockets one call that makes it, one that asks for its family, one that
    /// epoll is told by, one that closes it; four reads and two writes; connecting and its outcome,
    /// two options and a half-close.
    @Test
    void shortConnectionTakesNineteenSystemCalls() throws Exception {
        Strace.assumeUsable();
        try (FakeBackend backend = FakeBackend.open();
                RunningNode node = RunningNode.run(config(OCTETS_ARE_RELAYED, backend))) {
            node.awaitSaid("listener web: serves");
            connections(node, backend);

            Strace strace = Strace.attach(node.thread("jadegate-loop"), folder.resolve("calls"));
            for (int i = 0; i < CONNECTING_ROUNDS; i++) {
                connections(node, backend);
            }
            Map<String, Long> calls = strace.detach();

            double connections = CONNECTIONS * CONNECTING_ROUNDS;
            assertThat(all(calls) / connections).as(calls.toString()).isLessThanOrEqualTo(19.5);
        }
    }

    private static long all(Map<String, Long> calls) {
        calls.keySet().removeAll(OF_THE_JAVA_MACHINE);
        return calls.values().stream().mapToLong(Long::longValue).sum();
    }

    private Path config(String traffic, FakeBackend backend) throws IOException {
        Path file = folder.resolve("gateway.yaml");
        return Files.writeString(file, (NODE + traffic).replace("<endpoint>", backend.address()));
    }

    /// A request on every connection.
    private void round(RunningNode node) throws Exception {
        node.signal("STOP");
        for (Wire client : clients) {
            client.send(REQUEST);
        }
        node.signal("CONT");
        for (Wire upstream : upstreams) {
            upstream.readRequest();
        }
        node.signal("STOP");
        respond();
        node.signal("CONT");
        readResponses();
    }

    /// An exchange on each of many new connections, which the endpoint ends.
    private void connections(RunningNode node, FakeBackend backend) throws Exception {
        List<Wire> all = new ArrayList<>();
        List<Wire> endpoints = new ArrayList<>();
        node.signal("STOP");
        for (int i = 0; i < CONNECTIONS; i++) {
            all.add(node.connect().send(REQUEST));
        }
        node.signal("CONT");
        for (int i = 0; i < CONNECTIONS; i++) {
            endpoints.add(backend.accept());
            endpoints.getLast().readRequest();
        }
        node.signal("STOP");
        for (Wire endpoint : endpoints) {
            endpoint.send(RESPONSE).endOutput();
        }
        node.signal("CONT");
        for (Wire client : all) {
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(client.readToEnd()).isEmpty();
        }
        node.signal("STOP");
        for (Wire client : all) {
            client.close();
        }
        node.signal("CONT");
        for (Wire endpoint : endpoints) {
            assertThat(endpoint.readToEnd()).isEmpty();
            endpoint.close();
        }
    }

    private void readResponses() throws IOException {
        for (Wire client : clients) {
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }

    private void respond() throws IOException {
        for (Wire upstream : upstreams) {
            upstream.send(RESPONSE);
        }
    }
}
