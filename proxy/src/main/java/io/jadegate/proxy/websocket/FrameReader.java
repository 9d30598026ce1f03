package io.jadegate.proxy.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/// Follows the frames of one direction (RFC 6455 §5.2) wherever the network cuts them. Keeps a
/// frame's head and nothing of its payload, but for that of a small pong, which may be the answer
/// to a ping of the gateway's own and is taken for a part of the head; so may that of a close
/// frame.
///
/// ```
/// HEAD → PAYLOAD → HEAD …      between frames while nothing of a head has been read
///   ├→ BROKEN                  no frame; nothing can be followed any more
///   └→ PAYLOAD → CLOSED        behind a close frame there are none
/// ```
final class FrameReader {
    /// The payload of a ping of the gateway's own, in octets.
    static final int NONCE = Long.BYTES;

    private static final int MASK = 4;
    private static final int MAX_CONTROL = 125;
    private static final int MOST = 2 + Long.BYTES + MASK;
    private static final int MOST_WITH_CLOSE = 2 + MASK + MAX_CONTROL;

    private enum State {
        HEAD,
        PAYLOAD,
        BROKEN,
        CLOSED
    }

    private final boolean masked;
    private final Extensions extensions;
    private final boolean readsCloses;
    private final byte[] head;
    private State state = State.HEAD;
    private int read;
    private long length;
    private long left;
    private boolean inMessage;
    private @Nullable String fault;

    /// @param masked whether it is the client that sends (RFC 6455 §5.1)
    /// @param readsCloses whether the payloads of close frames are part of their heads, and judged
    FrameReader(boolean masked, Extensions extensions, boolean readsCloses) {
        this.masked = masked;
        this.extensions = extensions;
        this.readsCloses = readsCloses;
        this.head = new byte[readsCloses ? MOST_WITH_CLOSE : MOST];
    }

    // ---- reading

    /// Reads on in a head, as far as `in` goes.
    ///
    /// @return whether it is complete or broken; false when it goes on in what is to come
    boolean readHead(ByteBuf in) {
        while (in.isReadable()) {
            int octets = Math.min(needed() - read, in.readableBytes());
            in.readBytes(head, read, octets);
            read += octets;
            fault = fault();
            if (fault != null) {
                state = State.BROKEN;
                return true;
            }
            if (read == needed()) {
                begin();
                return true;
            }
        }
        return false;
    }

    /// How long the head is, as far as can be seen.
    private int needed() {
        if (read < 2) {
            return 2;
        }
        int size = headSize();
        return read >= size ? size + keptPayload() : size;
    }

    /// How much of a payload is taken for a part of the head.
    private int keptPayload() {
        boolean close = readsCloses && opcode() == Opcode.CLOSE;
        return close || isSmallPong() ? head[1] & 0x7f : 0;
    }

    private int headSize() {
        return 2 + extendedSize() + (masked ? MASK : 0);
    }

    /// How many octets more the length has.
    private int extendedSize() {
        int code = head[1] & 0x7f;
        return code == 126 ? Short.BYTES : code == 127 ? Long.BYTES : 0;
    }

    private boolean isSmallPong() {
        return opcode() == Opcode.PONG && (head[1] & 0x7f) == NONCE;
    }

    private void begin() {
        length = declared();
        left = length - keptPayload();
        if (!Opcode.isControl(opcode())) {
            inMessage = !isLast();
        }
        read = 0;
        state = State.PAYLOAD;
        endIfWhole();
    }

    /// Takes so many of the octets that are there for the payload of the frame under way.
    ///
    /// @return how many belong to it
    int readPayload(int available) {
        int octets = (int) Math.min(left, available);
        left -= octets;
        endIfWhole();
        return octets;
    }

    private void endIfWhole() {
        if (left == 0) {
            state = opcode() == Opcode.CLOSE ? State.CLOSED : State.HEAD;
        }
    }

    // ---- what is wrong with a head, as far as it has been read

    private @Nullable String fault() {
        int opcode = opcode();
        if (!Opcode.isKnown(opcode)) {
            return "frame of the unknown kind " + opcode + " (RFC 6455 5.2)";
        }
        if (!extensions.allow((head[0] >> 4) & 7, opcode)) {
            return "reserved bits that no extension has given a meaning (RFC 6455 5.2)";
        }
        if (Opcode.isControl(opcode) && !isLast()) {
            return "control frame in fragments (RFC 6455 5.5)";
        }
        if (!Opcode.isControl(opcode) && (opcode == Opcode.CONTINUATION) != inMessage) {
            return inMessage
                    ? "message inside another (RFC 6455 5.4)"
                    : "continuation of nothing (RFC 6455 5.4)";
        }
        return read < 2 ? null : faultOfLength(opcode);
    }

    private @Nullable String faultOfLength(int opcode) {
        if (head[1] < 0 != masked) {
            return masked
                    ? "frame of a client without a mask (RFC 6455 5.1)"
                    : "frame of a server with a mask (RFC 6455 5.1)";
        }
        int code = head[1] & 0x7f;
        if (Opcode.isControl(opcode) && code > MAX_CONTROL) {
            return "control frame of more than 125 octets (RFC 6455 5.5)";
        }
        if (opcode == Opcode.CLOSE && code == 1) {
            return "close frame with half a status code (RFC 6455 5.5.1)";
        }
        if (opcode == Opcode.CLOSE && code > 0 && read == headSize() + keptPayload()) {
            return readsCloses ? faultOfClose() : null;
        }
        if (code <= MAX_CONTROL || read < 2 + extendedSize()) {
            return null;
        }
        long declared = declared();
        boolean minimal = code == 126 ? declared > MAX_CONTROL : declared > 0xffff;
        return declared < 0 || !minimal ? "malformed length (RFC 6455 5.2)" : null;
    }

    private @Nullable String faultOfClose() {
        byte[] payload = new byte[keptPayload()];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) payloadOctet(i);
        }
        int status = (payload[0] & 0xff) << 8 | (payload[1] & 0xff);
        if (!mayBeSaid(status)) {
            return "close frame with the status code " + status + " (RFC 6455 7.4)";
        }
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, 2, payload.length - 2));
            return null;
        } catch (CharacterCodingException e) {
            return "close frame whose reason is not UTF-8 (RFC 6455 5.5.1)";
        }
    }

    /// Those that are registered, and those for libraries and applications.
    private static boolean mayBeSaid(int status) {
        return (status >= 1000 && status <= 1003)
                || (status >= 1007 && status <= 1014)
                || (status >= 3000 && status <= 4999);
    }

    private long declared() {
        int code = head[1] & 0x7f;
        if (code <= MAX_CONTROL) {
            return code;
        }
        long value = 0;
        for (int i = 0; i < extendedSize(); i++) {
            value = value << 8 | (head[2 + i] & 0xff);
        }
        return value;
    }

    // ---- the frame whose head was read last

    int opcode() {
        return head[0] & 0xf;
    }

    boolean isLast() {
        return head[0] < 0;
    }

    /// The length of its payload.
    long length() {
        return length;
    }

    /// One octet of its head, and of its payload if that is part of it.
    byte headOctet(int i) {
        return head[i];
    }

    /// Whether it is a pong with just this payload.
    boolean isPong(long nonce) {
        if (!isSmallPong()) {
            return false;
        }
        long value = 0;
        for (int i = 0; i < NONCE; i++) {
            value = value << 8 | payloadOctet(i);
        }
        return value == nonce;
    }

    /// An octet of a payload that is part of a small frame's head, without its mask.
    private int payloadOctet(int i) {
        int mask = masked ? head[2 + (i & 3)] : 0;
        return (head[headSize() + i] ^ mask) & 0xff;
    }

    // ---- where it stands

    boolean isInPayload() {
        return state == State.PAYLOAD;
    }

    /// Whether nothing of a frame has been read that has not been read to its end.
    boolean isBetweenFrames() {
        return state == State.HEAD && read == 0;
    }

    /// What is wrong; null while nothing is.
    @Nullable String broken() {
        return state == State.BROKEN ? fault : null;
    }

    /// Whether a close frame has been read to its end.
    boolean isClosed() {
        return state == State.CLOSED;
    }
}
