package io.jadegate.proxy.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

/// `grpc-message` on the wire: UTF-8, percent-encoded but for visible ASCII, space included and `%`
/// not.
final class GrpcMessage {
    private static final String HEX = "0123456789ABCDEF";

    private GrpcMessage() {}

    static String encode(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte octet : text.getBytes(UTF_8)) {
            if (octet >= ' ' && octet <= '~' && octet != '%') {
                encoded.append((char) octet);
            } else {
                encoded.append('%')
                        .append(HEX.charAt((octet >> 4) & 15))
                        .append(HEX.charAt(octet & 15));
            }
        }
        return encoded.toString();
    }
}
