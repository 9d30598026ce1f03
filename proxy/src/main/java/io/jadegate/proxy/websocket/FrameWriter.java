package io.jadegate.proxy.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Control frames of the gateway's own (RFC 6455 §5.5).
final class FrameWriter {
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;

    private FrameWriter() {}

    /// @param masks where the mask of a frame to an endpoint comes from; null to a client
    static ByteBuf close(CloseCode code, String reason, @Nullable RandomGenerator masks) {
        byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
        byte[] payload = new byte[2 + text.length];
        payload[0] = (byte) (code.number() >> 8);
        payload[1] = (byte) code.number();
        System.arraycopy(text, 0, payload, 2, text.length);
        return frame(Opcode.CLOSE, payload, masks);
    }

    static ByteBuf ping(long nonce, @Nullable RandomGenerator masks) {
        byte[] payload = new byte[Long.BYTES];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (nonce >> (8 * (payload.length - 1 - i)));
        }
        return frame(Opcode.PING, payload, masks);
    }

    private static ByteBuf frame(int opcode, byte[] payload, @Nullable RandomGenerator masks) {
        ByteBuf frame = Unpooled.buffer(payload.length + 6);
        frame.writeByte(FINAL | opcode);
        if (masks == null) {
            return frame.writeByte(payload.length).writeBytes(payload);
        }
        frame.writeByte(MASKED | payload.length);
        int mask = masks.nextInt();
        frame.writeInt(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.writeByte(payload[i] ^ (mask >> (24 - 8 * (i & 3))));
        }
        return frame;
    }
}
