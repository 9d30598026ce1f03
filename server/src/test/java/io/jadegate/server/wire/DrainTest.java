package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.Status;
import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How a gateway goes away.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class DrainTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static final String ANNOUNCING =
            """
            node: { event-loops: 1, access-log: { to: off }, drain: { announce: 1h, deadline: 1h } }
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static CompletableFuture<Integer> drain() {
        return Beside.start(gateway.proxy()::drain);
    }

    @Test
    void finishesWhatIsUnderWayAndClosesWhatIsIdle() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        int port = gateway.port();
        Wire idle = gateway.connect();
        Wire busy = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();
        Gateway.await("both", () -> gateway.clientConnections() == 2);

        CompletableFuture<Integer> drained = drain();
        assertThat(idle.readToEnd()).isEmpty();
        upstream.send(OK);
        Message response = busy.readResponse();

        assertThat(response.body()).isEqualTo("ok");
        assertThat(response.field("connection")).isEqualTo("close");
        assertThat(busy.readToEnd()).isEmpty();
        assertThat(drained.get()).isZero();
        assertThatThrownBy(() -> Wire.connect(port)).isInstanceOf(IOException.class);
        assertThat(gateway.proxy().status().state()).isEqualTo(Status.State.STOPPED);
    }

    @Test
    @Row("timeouts/drain-deadline")
    void cutsWhatIsNotDoneInTime() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 100ms } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());
        Wire client = gateway.send(GET);
        Wire upstream = backend.accept();
        upstream.readRequest();

        assertThat(drain().get()).isEqualTo(1);

        Message response = client.readResponse();
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.body()).contains("\"reason\":\"DRAINING\"");
        client.awaitGone();
        upstream.awaitGone();
    }

    @Test
    @Row("timeouts/drain-announce")
    void stillTakesConnectionsWhileItAnnouncesThatItGoes() throws Exception {
        gateway.serve(ANNOUNCING, gateway.answering(OK).address());
        CompletableFuture<Integer> drained = drain();
        Gateway.await("draining", () -> gateway.proxy().status().state() == Status.State.DRAINING);

        Wire client = gateway.send(GET);
        Message response = client.readResponse();

        assertThat(response.body()).isEqualTo("ok");
        assertThat(response.field("connection")).isEqualTo("close");
        assertThat(client.readToEnd()).isEmpty();
        assertThat(drained.isDone()).isFalse();
        Gateway.await("closed", () -> gateway.clientConnections() == 0);
        gateway.proxy().hurry();
        assertThat(drained.get()).isZero();
    }

    @Test
    void takesNoConfigurationWhileItGoes() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(ANNOUNCING, backend.address());
        CompletableFuture<Integer> drained = drain();
        Gateway.await("draining", () -> gateway.proxy().status().state() == Status.State.DRAINING);

        ApplyResult result =
                gateway.apply(
                        ANNOUNCING.replace(
                                "routes: {",
                                "routes: { more: { match: { path: /m }, respond: {} },"),
                        backend.address());

        assertThat(result).isInstanceOf(ApplyResult.Rejected.class);
        assertThat(((ApplyResult.Rejected) result).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("going down"));
        gateway.proxy().hurry();
        drained.get();
        assertThat(gateway.apply(ANNOUNCING, backend.address()))
                .isInstanceOf(ApplyResult.Rejected.class);
    }

    @Test
    void hurriesWhenItIsTold() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(ANNOUNCING, backend.address());
        Wire client = gateway.send(GET);
        backend.accept().readRequest();
        CompletableFuture<Integer> drained = drain();
        Gateway.await("draining", () -> gateway.proxy().status().state() == Status.State.DRAINING);

        gateway.proxy().hurry();

        assertThat(drained.get()).isEqualTo(1);
        client.awaitGone();
    }
}
