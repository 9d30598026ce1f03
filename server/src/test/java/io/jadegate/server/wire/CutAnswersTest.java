package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// An answer that is cut is seen as cut: whatever frames it on either side, and whoever cuts it.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class CutAnswersTest {
    @RegisterExtension static final Gateway gateway = new Gateway();

    /// How the endpoint frames its answer.
    enum Framing {
        LENGTH("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
        CHUNKS("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
        UNTIL_CLOSE("HTTP/1.1 200 OK\r\n\r\nhalf"),
        OLD("HTTP/1.0 200 OK\r\n\r\nhalf");

        private final String begun;

        Framing(String begun) {
            this.begun = begun;
        }

        /// Whether the end of the connection is not the end of the answer.
        boolean knowsItsEnd() {
            return this == LENGTH || this == CHUNKS;
        }
    }

    /// Who asks.
    enum Request {
        NEW("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        LAST("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        OLD("GET / HTTP/1.0\r\nHost: a\r\n\r\n"),
        OLD_KEPT("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");

        private final String octets;

        Request(String octets) {
            this.octets = octets;
        }
    }

    /// What happens to the half that is missing.
    enum Cause {
        ENDPOINT_ENDS,
        ENDPOINT_RESETS,
        ENDPOINT_SAYS_NONSENSE,
        ENDPOINT_FALLS_SILENT,
        EXCHANGE_TAKES_TOO_LONG,
        DRAIN,
        RELOAD,
        STOP;

        /// Whether it is a cut at all.
        boolean cuts(Framing framing) {
            return switch (this) {
                case ENDPOINT_ENDS -> framing.knowsItsEnd();
                case ENDPOINT_SAYS_NONSENSE -> framing == Framing.CHUNKS;
                default -> true;
            };
        }
    }

    private static List<Arguments> cuts() {
        List<Arguments> cuts = new ArrayList<>();
        for (Cause cause : Cause.values()) {
            for (Framing framing : Framing.values()) {
                for (Request request : Request.values()) {
                    if (cause.cuts(framing)) {
                        cuts.add(Arguments.of(cause, framing, request));
                    }
                }
            }
        }
        return cuts;
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void showsThatAnAnswerWasCut(Cause cause, Framing framing, Request request) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(config(cause, "web"), backend.address());
        Wire client = gateway.send(request.octets);
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(framing.begun);
        client.readUntil("half");

        cut(cause, backend, upstream);

        assertThat(client.readToReset()).doesNotContain("0\r\n\r\n");
    }

    private static String config(Cause cause, String listener) {
        String timeouts =
                switch (cause) {
                    case ENDPOINT_FALLS_SILENT -> "idle: 50ms";
                    case EXCHANGE_TAKES_TOO_LONG -> "total: 1s";
                    default -> "idle: 1h";
                };
        return """
        node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 50ms } }
        defaults: { timeouts: { %s } }
        listeners: { %s: { address: "127.0.0.%d:0" } }
        routes: { all: { match: { path: / }, upstream: app } }
        upstreams: { app: { endpoints: [ "%%s" ] } }
        """
                .formatted(timeouts, listener, listener.equals("web") ? 1 : 2);
    }

    private static void cut(Cause cause, FakeBackend backend, Wire upstream) throws Exception {
        switch (cause) {
            case ENDPOINT_ENDS -> upstream.endOutput();
            case ENDPOINT_RESETS -> upstream.reset();
            case ENDPOINT_SAYS_NONSENSE -> upstream.send("nonsense\r\n");
            case ENDPOINT_FALLS_SILENT, EXCHANGE_TAKES_TOO_LONG -> {}
            case DRAIN -> CompletableFuture.runAsync(CutAnswersTest::drain);
            case RELOAD -> gateway.serveNow(config(cause, "other"), backend.address());
            case STOP -> CompletableFuture.runAsync(gateway.proxy()::stop);
        }
    }

    private static void drain() {
        try {
            gateway.proxy().drain();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- a client that is slow

    @Test
    void showsASlowClientThatAnAnswerUntilTheCloseWasReset() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client = gateway.keep(Wire.connectNarrow(gateway.port()));
        client.send(Request.OLD.octets);
        Wire upstream = backend.accept();
        upstream.readRequest();
        // More than the gateway and the client's side of the system hold.
        upstream.send("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(3 * 1024 * 1024));
        upstream.reset();

        client.readToReset();
    }
}
