package io.jadegate.proxy.websocket;

import java.util.List;
import java.util.Locale;

/// What the two ends have agreed on about the reserved bits of frames (RFC 6455 §9).
public enum Extensions {
    /// No extension: no reserved bit is ever set.
    NONE,
    /// Messages may be compressed (RFC 7692): their first frames may have RSV1.
    DEFLATE,
    /// Extensions that the gateway does not know: any bit of any frame.
    UNKNOWN;

    private static final String PERMESSAGE_DEFLATE = "permessage-deflate";

    /// @param fields the values of `Sec-WebSocket-Extensions` in the answer to the handshake
    public static Extensions of(List<String> fields) {
        Extensions found = NONE;
        for (String field : fields) {
            for (String extension : field.split(",", -1)) {
                String name = extension.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
                if (name.equals(PERMESSAGE_DEFLATE)) {
                    found = found == NONE ? DEFLATE : found;
                } else if (!name.isEmpty()) {
                    found = UNKNOWN;
                }
            }
        }
        return found;
    }

    /// Whether a frame may have these reserved bits.
    ///
    /// @param bits RSV1 to RSV3 as the number that they make
    boolean allow(int bits, int opcode) {
        return switch (this) {
            case NONE -> bits == 0;
            case DEFLATE ->
                    bits == 0 || (bits == 4 && (opcode == Opcode.TEXT || opcode == Opcode.BINARY));
            case UNKNOWN -> true;
        };
    }
}
