package io.jadegate.server.wire;

import io.jadegate.testkit.Wire;
import java.io.IOException;

/// A frame of a WebSocket (RFC 6455 §5.2), written and read by the letter. One character of a
/// payload is one octet.
///
/// @param first the first octet: FIN, reserved bits and kind
/// @param masked whether it had a mask
/// @param payload without the mask
record Frame(int first, boolean masked, String payload) {
    static final int TEXT = 0x81;
    static final int BINARY = 0x82;
    static final int CLOSE = 0x88;
    static final int PING = 0x89;
    static final int PONG = 0x8a;

    private static final int MASK = 0x17_2a_03_fe;

    /// A frame as clients send it.
    static String ofClient(int first, String payload) {
        StringBuilder frame = head(first, payload.length(), /* masked= */ true);
        for (int shift = 24; shift >= 0; shift -= 8) {
            frame.append((char) (MASK >> shift & 0xff));
        }
        return frame.append(masked(payload, MASK)).toString();
    }

    /// A frame as endpoints send it.
    static String ofEndpoint(int first, String payload) {
        return head(first, payload.length(), /* masked= */ false).append(payload).toString();
    }

    /// The payload of a close frame.
    static String closing(int code, String reason) {
        return "" + (char) (code >> 8) + (char) (code & 0xff) + reason;
    }

    private static StringBuilder head(int first, int length, boolean masked) {
        StringBuilder head = new StringBuilder().append((char) first);
        int bit = masked ? 0x80 : 0;
        if (length < 126) {
            return head.append((char) (bit | length));
        }
        if (length < 65536) {
            head.append((char) (bit | 126));
            return head.append((char) (length >> 8)).append((char) (length & 0xff));
        }
        head.append((char) (bit | 127)).append("\0\0\0\0");
        for (int shift = 24; shift >= 0; shift -= 8) {
            head.append((char) (length >> shift & 0xff));
        }
        return head;
    }

    private static String masked(String payload, int mask) {
        StringBuilder masked = new StringBuilder();
        for (int i = 0; i < payload.length(); i++) {
            masked.append((char) (payload.charAt(i) ^ (mask >> (24 - 8 * (i & 3)) & 0xff)));
        }
        return masked.toString();
    }

    /// Where octets come from.
    @FunctionalInterface
    interface Source {
        /// Reads exactly so many.
        String read(int octets) throws IOException;
    }

    /// Reads the next frame.
    static Frame read(Wire wire) throws IOException {
        return read((Source) wire::read);
    }

    /// Reads the next frame.
    static Frame read(Source source) throws IOException {
        int first = source.read(1).charAt(0);
        int second = source.read(1).charAt(0);
        boolean masked = (second & 0x80) != 0;
        long length = second & 0x7f;
        if (length >= 126) {
            length = number(source.read(length == 126 ? 2 : 8));
        }
        int mask = masked ? (int) number(source.read(4)) : 0;
        return new Frame(first, masked, masked(source.read(Math.toIntExact(length)), mask));
    }

    private static long number(String octets) {
        long number = 0;
        for (int i = 0; i < octets.length(); i++) {
            number = number << 8 | octets.charAt(i);
        }
        return number;
    }

    /// The status code of a close frame.
    int code() {
        return payload.charAt(0) << 8 | payload.charAt(1);
    }

    /// The reason in a close frame.
    String reason() {
        return payload.substring(2);
    }
}
