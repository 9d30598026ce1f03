package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.Beside;
import io.jadegate.testkit.Wire;
import java.util.concurrent.CompletableFuture;

/// An exchange whose request and answer have large bodies that pass each other.
final class LargeBodies {
    private final byte[] octets;

    /// @param size of either body, in octets
    LargeBodies(int size) {
        octets = new byte[size];
        for (int i = 0; i < size; i++) {
            octets[i] = (byte) (i % 251);
        }
    }

    /// The request's head.
    String request() {
        return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + octets.length + "\r\n\r\n";
    }

    /// Has both sides send at the same time, once the endpoint has the request's head, and sees to
    /// it that all of it arrives.
    void cross(Wire client, Wire endpoint) throws Exception {
        endpoint.send("HTTP/1.1 200 OK\r\nContent-Length: " + octets.length + "\r\n\r\n");
        client.readHead();
        CompletableFuture<Wire> body = pour(client);
        CompletableFuture<Wire> answer = pour(endpoint);
        assertThat(endpoint.readBytes(octets.length)).isEqualTo(octets);
        assertThat(client.readBytes(octets.length)).isEqualTo(octets);

        body.get();
        answer.get();
    }

    private CompletableFuture<Wire> pour(Wire from) {
        return Beside.start(() -> from.send(octets));
    }
}
