package io.jadegate.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.server.wire.Gateway;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Routes, endpoints, upstreams and listeners come and go under clients who must not notice: for a
/// minute in CI or with `-Djadegate.long=true`, else for some seconds.
@Timeout(150)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ReloadUnderLoadTest {
    private static final Duration LOAD =
            Boolean.getBoolean("jadegate.long") || "true".equals(System.getenv("CI"))
                    ? Duration.ofSeconds(60)
                    : Duration.ofSeconds(5);
    private static final long PERIOD_MILLIS = 200;
    private static final int CLIENTS = 64;
    private static final int ENDPOINTS = 4;

    private static final String STABLE =
            """
            node:
              event-loops: 2
              access-log: { to: off }
              drain: { announce: 0s, deadline: 30s }
            listeners:
              web: { address: "127.0.0.1:0" }
              <extra listener>
            routes:
              all:
                match: { path: / }
                filters: [ { response-headers: { set: { x-revision: "<revision>" } } } ]
                upstream: <upstream>
              <extra route>
            upstreams:
              app: { endpoints: [ "<first>", "<second>" ], load-balancer: <balancer> }
              <extra upstream>
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private final List<String> endpoints = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch failed = new CountDownLatch(1);
    private final CountDownLatch enough = new CountDownLatch(1);
    private final AtomicLong served = new AtomicLong();

    @Test
    void noRequestFailsWhileConfigurationsComeAndGo() throws Exception {
        for (int i = 0; i < ENDPOINTS; i++) {
            endpoints.add(gateway.keep(FakeBackend.serving(new EchoScript())).address());
        }
        gateway.serve(config(0));
        InetSocketAddress web = gateway.address("web");

        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            for (int i = 0; i < CLIENTS; i++) {
                boolean keepAlive = i % 2 == 0;
                clients.execute(() -> run(() -> ask(web, keepAlive)));
            }
            run(this::reload);
            enough.countDown();
        }
        gateway.serveNow(config(0));

        assertThat(failures).isEmpty();
        assertThat(served).hasValueGreaterThan(CLIENTS * 10L);
    }

    // ---- the operator

    private void reload() throws Exception {
        long end = System.nanoTime() + LOAD.toNanos();
        int revision = 1;
        while (System.nanoTime() - end < 0 && !failed.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
            gateway.serveNow(config(revision));
            InetSocketAddress extra = gateway.address("extra");
            Wire idle = gateway.keep(Wire.connect(extra));
            assertThat(get(idle, "/extra").body()).isEqualTo("revision " + revision);

            gateway.serveNow(config(revision + 1));
            assertThat(idle.readToEnd()).isEmpty();
            idle.close();
            Gateway.await("a closed listener", () -> refuses(extra));
            revision += 2;
        }
    }

    private static boolean refuses(InetSocketAddress address) throws IOException {
        try (Wire _ = Wire.connect(address)) {
            return false;
        } catch (ConnectException refused) {
            return true;
        }
    }

    /// Of an odd revision there is more than of an even one.
    private String config(int revision) {
        boolean more = revision % 2 == 1;
        return STABLE.replace("<revision>", Integer.toString(revision))
                .replace("<first>", endpoint(revision))
                .replace("<second>", endpoint(revision + 1 + revision / ENDPOINTS % 2))
                .replace("<balancer>", revision % 3 == 0 ? "round-robin" : "least-request")
                .replace("<upstream>", more ? "next" : "app")
                .replace("<extra listener>", more ? "extra: { address: \"127.0.0.2:0\" }" : "")
                .replace(
                        "<extra upstream>",
                        more ? "next: { endpoints: [ \"" + endpoint(revision + 2) + "\" ] }" : "")
                .replace(
                        "<extra route>",
                        more
                                ? "extra: { match: { path: { exact: /extra } }, "
                                        + "respond: { body: \"revision "
                                        + revision
                                        + "\" } }"
                                : "");
    }

    private String endpoint(int index) {
        return endpoints.get(index % ENDPOINTS);
    }

    // ---- the clients

    private void ask(InetSocketAddress web, boolean keepAlive) throws IOException {
        while (stillAsked()) {
            try (Wire wire = Wire.connect(web)) {
                boolean open = true;
                while (open && stillAsked()) {
                    open = post(wire, keepAlive);
                }
            }
        }
    }

    private boolean stillAsked() {
        return enough.getCount() > 0 && failed.getCount() > 0;
    }

    /// One request that no gateway may repeat.
    ///
    /// @return whether the connection can take another
    private boolean post(Wire wire, boolean keepAlive) throws IOException {
        String body = "request " + served.get();
        wire.send(
                "POST /orders HTTP/1.1\r\nHost: a.test\r\n"
                        + (keepAlive ? "" : "Connection: close\r\n")
                        + "Content-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
        Message answer = wire.readResponse();
        assertThat(answer.startLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(answer.body()).isEqualTo(body);
        served.incrementAndGet();
        boolean open = !"close".equals(answer.field("connection"));
        if (!open) {
            assertThat(wire.readToEnd()).isEmpty();
        }
        return open;
    }

    private static Message get(Wire wire, String path) throws IOException {
        return wire.send("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n").readResponse();
    }

    /// Something that fails the test, and ends it, when it fails.
    @FunctionalInterface
    private interface Task {
        void run() throws Exception;
    }

    private void run(Task task) {
        try {
            task.run();
        } catch (Exception | AssertionError e) {
            failures.add(e);
            failed.countDown();
        }
    }
}
