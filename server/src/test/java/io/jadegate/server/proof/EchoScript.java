package io.jadegate.server.proof;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;

/// Plays an endpoint that answers a request with its body, and a WebSocket with what comes by it.
/// Remembers nothing, so it can go on for ever.
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
final class EchoScript implements FakeBackend.Script {
    /// What goes through a tunnel goes in pieces of so many octets.
    static final int PIECE = 8;

    @Override
    public void play(Wire wire, FakeBackend.Consumer requests) throws IOException {
        while (true) {
            Message request = wire.readRequest();
            if (request.has("upgrade")) {
                wire.send(
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                                + "Upgrade: websocket\r\n\r\n");
                echo(wire);
            }
            String body = request.body();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }
    }

    private static void echo(Wire wire) throws IOException {
        while (true) {
            wire.send(wire.read(PIECE));
        }
    }
}
