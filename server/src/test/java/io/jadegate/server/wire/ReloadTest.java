package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// What a client sees while configurations come and go.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ReloadTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String TWO =
            """
            defaults: { timeouts: { keep-alive-requests: 1000000000 } }
            listeners: { red: { address: "unix:%s" }, blue: { address: "unix:%s" } }
            routes:
              red: { match: { listeners: [ red ] }, respond: { body: %s } }
              blue: { match: { listeners: [ blue ] }, respond: { body: %s } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    @Test
    void servesBothAddressesByTheNewNamesWhenListenersExchangeThem(@TempDir Path folder)
            throws Exception {
        String one = folder.resolve("one").toString();
        String two = folder.resolve("two").toString();
        gateway.serve(TWO, one, two, "red", "blue");
        Wire client = connect(one);
        assertThat(body(client)).isEqualTo("red");

        gateway.serveNow(TWO, two, one, "red", "blue");

        assertThat(body(client)).isEqualTo("blue");
        assertThat(body(connect(two))).isEqualTo("red");
    }

    @Test
    void neverServesAnAddressByWhatIsMeantForTheOther(@TempDir Path folder) throws Exception {
        String one = folder.resolve("one").toString();
        String two = folder.resolve("two").toString();
        // The names are exchanged and what they answer, too: each address stays what it is.
        gateway.serve(TWO, one, two, "one", "two");
        Wire client = connect(one);
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> asked =
                CompletableFuture.runAsync(() -> {
                    while (!done.get()) {
                        assertThat(body(client)).isEqualTo("one");
                    }
                });

        for (int i = 0; i < 60 && !asked.isDone(); i++) {
            gateway.serveNow(TWO, two, one, "two", "one");
            gateway.serveNow(TWO, one, two, "one", "two");
        }
        done.set(true);

        asked.get();
    }

    private static Wire connect(String path) throws IOException {
        return gateway.keep(Wire.connect(UnixDomainSocketAddress.of(path)));
    }

    private static String body(Wire client) {
        try {
            return client.send(GET).readResponse().body();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void newLimitsLetThoseInWhoWaitedBeforeThem() throws Exception {
        FakeBackend backend = gateway.backend();
        String yaml =
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { capacity: { requests: %s, pending-timeout: 1h }, endpoints: [ "%s" ] } }
                """;
        gateway.serve(yaml, "1", backend.address());
        Wire first = gateway.send(GET);
        Wire one = backend.accept();
        one.readHead();
        Wire second = gateway.send(GET);
        Gateway.await("both", () -> requests() == 2);

        gateway.serveNow(yaml, "2", backend.address());
        Wire two = backend.accept();
        two.readHead();

        two.send(OK);
        assertThat(second.readResponse().status()).isEqualTo(200);
        one.send(OK);
        assertThat(first.readResponse().status()).isEqualTo(200);
    }

    private static double requests() {
        return TestReadings.of(gateway).value("jadegate_listener_requests", "web");
    }
}
