package io.jadegate.proxy.websocket;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.ResponseHead;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The key by which the two sides of a handshake make sure of each other (RFC 6455 §1.3), where the
/// gateway makes it because HTTP/2 has none.
///
/// @param text as it stands in `Sec-WebSocket-Key`
public record HandshakeKey(String text) {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int OCTETS = 16;

    public static HandshakeKey random(RandomGenerator random) {
        byte[] nonce = new byte[OCTETS];
        random.nextBytes(nonce);
        return new HandshakeKey(Base64.getEncoder().encodeToString(nonce));
    }

    /// What `Sec-WebSocket-Accept` must say.
    public String accept() {
        byte[] octets = (text + GUID).getBytes(StandardCharsets.ISO_8859_1);
        return Base64.getEncoder().encodeToString(sha1().digest(octets));
    }

    /// What is wrong with the answer to a handshake by this key; null when it may go on to a client
    /// to whom any status of success means that there is a WebSocket.
    public @Nullable String faultIn(ResponseHead answer) {
        int status = answer.status();
        if (status == 101) {
            return accept().equals(answer.fields().get(FieldName.SEC_WEBSOCKET_ACCEPT))
                    ? null
                    : "Sec-WebSocket-Accept does not fit the key (RFC 6455 4.1)";
        }
        return status < 300 ? status + " instead of 101 (RFC 8441 5)" : null;
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
