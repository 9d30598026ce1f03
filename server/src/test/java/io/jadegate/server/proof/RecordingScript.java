package io.jadegate.server.proof;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Plays an endpoint that keeps each request head as it came, octet by octet, and answers with the
/// number under which it did. A request for a WebSocket gets one, which ends at once.
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
final class RecordingScript implements FakeBackend.Script {
    static final String NUMBER = "X-Number";

    private final Map<String, String> heads = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    /// The head that was answered with this number.
    String head(String number) {
        return Objects.requireNonNull(heads.get(number));
    }

    @Override
    public void play(Wire wire, FakeBackend.Consumer requests) throws IOException {
        while (true) {
            String head = wire.readHead();
            skipBody(wire, head.toLowerCase(Locale.ROOT));
            String number = Integer.toString(count.incrementAndGet());
            heads.put(number, head);
            if (head.contains("\r\nUpgrade: websocket\r\n")) {
                wire.send(
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                                + "Upgrade: websocket\r\n"
                                + numbered(number));
                return;
            }
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + numbered(number));
        }
    }

    private static String numbered(String number) {
        return NUMBER + ": " + number + "\r\n\r\n";
    }

    private static void skipBody(Wire wire, String head) throws IOException {
        if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
            skipChunks(wire);
            return;
        }
        String field = "\r\ncontent-length:";
        int length = head.indexOf(field);
        if (length >= 0) {
            int from = length + field.length();
            wire.skip(Long.parseLong(head.substring(from, head.indexOf('\r', from)).strip()));
        }
    }

    private static void skipChunks(Wire wire) throws IOException {
        int size = chunkSize(wire);
        while (size > 0) {
            wire.skip(size + 2);
            size = chunkSize(wire);
        }
        while (wire.readUntil("\r\n").length() > 2) {
            // A trailer field.
        }
    }

    private static int chunkSize(Wire wire) throws IOException {
        return Integer.parseInt(wire.readUntil("\r\n").strip(), 16);
    }
}
