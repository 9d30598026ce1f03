package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers that have no end in sight: each piece arrives before the next is sent.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class EventStreamTest {
    private static final String GET =
            "GET /events HTTP/1.1\r\nHost: a.test\r\nAccept: text/event-stream\r\n\r\n";
    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

    private static final String TWO_IDLES =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            defaults: { timeouts: { idle: 100ms } }
            routes:
              events: { match: { path: /events }, upstream: app, timeouts: { idle: off } }
              other: { match: { path: / }, upstream: app }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/octet-stream"})
    void passesEachChunkOnBeforeTheNextIsThere(String type) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        endpoint.readHead();
        endpoint.send(
                "HTTP/1.1 200 OK\r\nContent-Type: "
                        + type
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(client.readHead()).contains("\r\nTransfer-Encoding: chunked\r\n");

        for (int i = 0; i < 3; i++) {
            String event = chunk("data: " + i + "\n\n");
            endpoint.send(event);
            assertThat(client.read(event.length())).isEqualTo(event);
        }

        client.reset();
        endpoint.awaitGone();
    }

    @Test
    void passesWhatRunsUntilTheCloseOnAsItComes() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        endpoint.readHead();
        endpoint.send(HEAD + "\r\n");
        client.readHead();

        endpoint.send("data: 1\n\n");
        assertThat(client.read(chunk("data: 1\n\n").length())).isEqualTo(chunk("data: 1\n\n"));
        endpoint.send("data: 2\n\n");
        assertThat(client.read(chunk("data: 2\n\n").length())).isEqualTo(chunk("data: 2\n\n"));
        endpoint.endOutput();

        assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
    }

    @Test
    void passesEachPieceOnOverHttp2() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Http2Wire client = Http2Wire.over(gateway.connect()).get(1, "/events");
        Wire endpoint = backend.accept();
        endpoint.readHead();
        endpoint.send(HEAD + "Transfer-Encoding: chunked\r\n\r\n");
        client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);

        String all = "";
        for (int i = 0; i < 3; i++) {
            String event = "data: " + i + "\n\n";
            all += event;
            endpoint.send(chunk(event));
            assertThat(client.awaitBody(1, all.length()).body()).isEqualTo(all);
        }

        client.reset(1, 8);
        endpoint.awaitGone();
    }

    @Test
    void reachesTheJdkClientEventByEvent() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + gateway.port() + "/events");
            CompletableFuture<HttpResponse<Stream<String>>> asked =
                    client.sendAsync(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofLines());
            Wire endpoint = backend.accept();
            endpoint.readHead();
            endpoint.send(HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunk("data: 0\n\n"));
            Iterator<String> lines = asked.get().body().iterator();

            for (int i = 1; i < 4; i++) {
                assertThat(lines.next()).isEqualTo("data: " + (i - 1));
                assertThat(lines.next()).isEmpty();
                endpoint.send(chunk("data: " + i + "\n\n"));
            }
            endpoint.send("0\r\n\r\n");

            assertThat(lines).toIterable().containsExactly("data: 3", "");
        }
    }

    @Test
    void letsEachRouteSayHowLongAnAnswerMayBeSilent() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(TWO_IDLES, backend.address());
        Wire patient = gateway.send(GET);
        Wire quiet = begun(backend, patient);
        Wire impatient = gateway.send(GET.replace("/events", "/other"));
        Wire cut = begun(backend, impatient);

        // Behind the one that was cut, the other would have been, too.
        impatient.awaitGone();
        cut.awaitGone();
        quiet.send(chunk("data: late\n\n"));

        assertThat(patient.read(chunk("data: late\n\n").length()))
                .isEqualTo(chunk("data: late\n\n"));
        patient.reset();
    }

    private static Wire begun(FakeBackend backend, Wire client) throws IOException {
        Wire endpoint = backend.accept();
        endpoint.readHead();
        endpoint.send(HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunk(":\n"));
        client.readHead();
        client.read(chunk(":\n").length());
        return endpoint;
    }
}
