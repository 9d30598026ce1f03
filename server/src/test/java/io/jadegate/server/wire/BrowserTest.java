package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A real browser opens a page through the gateway, and from it a WebSocket that carries messages
/// both ways, one of them unasked.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class BrowserTest {
    /// Reports what it saw by a request of its own, so that nobody need ask the browser.
    private static final String PAGE =
            """
            <!doctype html><title>socket</title><script>
            const seen = [];
            const socket = new WebSocket(location.origin.replace('http', 'ws') + '/socket', 'chat');
            const report = () => fetch('/report', { method: 'POST', body: seen.join(' ') });
            socket.onopen = () => seen.push('open:' + socket.protocol);
            socket.onmessage = message => {
                seen.push(message.data);
                if (message.data === 'pushed') {
                    socket.send('question');
                } else {
                    socket.close(1000, 'enough');
                }
            };
            socket.onerror = () => seen.push('error');
            socket.onclose = close => {
                seen.push('close:' + close.code + ':' + close.wasClean);
                report();
            };
            </script>
            """;

    @RegisterExtension
    @Order(1)
    static final Gateway gateway = new Gateway();

    @RegisterExtension
    @Order(2)
    static final Chromium chromium = new Chromium();

    @Test
    void talksThroughATunnelOfHttp11(@TempDir Path folder) throws Exception {
        FakeBackend backend = gateway.keep(FakeBackend.serving(BrowserTest::serve));
        gateway.forward(backend);

        chromium.open("http://127.0.0.1:" + gateway.port() + "/", folder);

        assertTalked(backend, "1.1 jadegate");
    }

    @Test
    void talksThroughAStreamOfHttp2UnderTls(@TempDir Path folder) throws Exception {
        FakeBackend backend = gateway.keep(FakeBackend.serving(BrowserTest::serve));
        TestCertificates certificates = new TestCertificates(folder);
        certificates.write("web", "localhost");
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0", tls: { hosts: { "*": { %s } } } } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                certificates.entry("web"), backend.address());

        chromium.open("https://localhost:" + gateway.port() + "/", folder);

        assertTalked(backend, "2.0 jadegate");
    }

    /// @param via by which version of HTTP the handshake came
    private static void assertTalked(FakeBackend backend, String via) throws Exception {
        List<Message> requests = new ArrayList<>();
        do {
            requests.add(backend.takeRequest());
        } while (!requests.getLast().target().equals("/report"));

        assertThat(requests.getLast().body())
                .isEqualTo("open:chat pushed answer:question close:1000:true");
        assertThat(requests)
                .filteredOn(request -> request.target().equals("/socket"))
                .singleElement()
                .satisfies(request -> assertThat(request.field("via")).isEqualTo(via));
    }

    // ---- the endpoint

    private static void serve(Wire wire, FakeBackend.Consumer requests) throws IOException {
        while (wire.available()) {
            Message request = wire.readRequest();
            requests.received(request);
            switch (request.target()) {
                case "/" -> answer(wire, "200 OK", PAGE);
                case "/socket" -> {
                    talk(wire, request);
                    return;
                }
                case "/report" -> answer(wire, "200 OK", "");
                default -> answer(wire, "404 Not Found", "");
            }
        }
    }

    private static void answer(Wire wire, String status, String body) throws IOException {
        wire.send(
                "HTTP/1.1 "
                        + status
                        + "\r\nContent-Type: text/html\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
    }

    private static void talk(Wire wire, Message request) throws IOException {
        wire.send(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: "
                        + WebSocketOverHttp2Test.accept(request.field("sec-websocket-key"))
                        + "\r\n\r\n"
                        + Frame.ofEndpoint(Frame.TEXT, "pushed"));
        Frame question = Frame.read(wire);
        wire.send(Frame.ofEndpoint(Frame.TEXT, "answer:" + question.payload()));
        Frame close = Frame.read(wire);
        wire.send(Frame.ofEndpoint(Frame.CLOSE, close.payload()));
    }
}
