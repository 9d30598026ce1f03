package io.jadegate.server.demonstration;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EchoUpstreamTest {

    private final EchoUpstream upstream = new EchoUpstream("echo-1");
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
        upstream.close();
    }

    @Test
    void answersWithTheRequestAsItArrived() throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(origin("http") + "/orders/7?v=1"))
                        .header("X-Tag", "a")
                        .POST(BodyPublishers.ofString("one order"))
                        .build();

        var response = client.send(request, BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .startsWith("echo-1 received\n\nPOST /orders/7?v=1 HTTP/1.1\n")
                .contains("\nX-Tag: a\n")
                .endsWith("\n\none order");
    }

    @Test
    void answersHeadWithTheLengthAndNoBody() throws Exception {
        var request = HttpRequest.newBuilder(URI.create(origin("http"))).HEAD().build();

        var response = client.send(request, BodyHandlers.ofString());

        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValueAsLong("content-length")).isNotEqualTo(0);
    }

    @Test
    void sendsEventsToWhoAcceptsThem() throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(origin("http") + "/clock"))
                        .header("Accept", "text/event-stream")
                        .build();

        var response = client.send(request, BodyHandlers.ofLines());

        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
        assertThat(response.body().limit(4))
                .containsExactly("data: event 1", "", "data: event 2", "");
    }

    @Test
    void sendsWebSocketMessagesBackAndClosesInTurn() throws Exception {
        var received = new CompletableFuture<String>();
        var closed = new CompletableFuture<Integer>();
        WebSocket socket =
                client.newWebSocketBuilder()
                        .buildAsync(
                                URI.create(origin("ws") + "/chat"),
                                new WebSocket.Listener() {
                                    @Override
                                    public CompletionStage<?> onText(
                                            WebSocket from, CharSequence text, boolean last) {
                                        received.complete(text.toString());
                                        return WebSocket.Listener.super.onText(from, text, last);
                                    }

                                    @Override
                                    public CompletionStage<?> onClose(
                                            WebSocket from, int code, String reason) {
                                        closed.complete(code);
                                        return WebSocket.Listener.super.onClose(from, code, reason);
                                    }
                                })
                        .get(30, TimeUnit.SECONDS);

        socket.sendText("玉门关", /* last= */ true).get(30, TimeUnit.SECONDS);
        assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo("玉门关");

        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(30, TimeUnit.SECONDS);
        assertThat(closed.get(30, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
    }

    private String origin(String scheme) {
        return scheme + "://127.0.0.1:" + upstream.port();
    }
}
