package io.jadegate.proxy.listener;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// The protocols that a TLS client offers by ALPN, read from its first message (RFC 7301 §3.1).
final class OfferedProtocols {
    private static final int VERSION_AND_RANDOM = 2 + 32;
    private static final int EXTENSION = 16;

    private OfferedProtocols() {}

    /// @param hello a ClientHello from its version on (RFC 8446 §4.1.2), which is left as it is
    /// @return best first; empty when none are offered, and of a message that is malformed, which
    ///   TLS itself refuses
    static List<String> in(ByteBuf hello) {
        ByteBuf rest = hello.slice();
        try {
            rest.skipBytes(VERSION_AND_RANDOM);
            rest.skipBytes(rest.readUnsignedByte()); // session
            rest.skipBytes(rest.readUnsignedShort()); // cipher suites
            rest.skipBytes(rest.readUnsignedByte()); // compression
            ByteBuf extensions = rest.readSlice(rest.readUnsignedShort());
            while (extensions.isReadable()) {
                int kind = extensions.readUnsignedShort();
                ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
                if (kind == EXTENSION) {
                    return names(content.readSlice(content.readUnsignedShort()));
                }
            }
        } catch (IndexOutOfBoundsException malformed) {
            return List.of();
        }
        return List.of();
    }

    private static List<String> names(ByteBuf list) {
        List<String> names = new ArrayList<>(4);
        while (list.isReadable()) {
            names.add(list.readString(list.readUnsignedByte(), ISO_8859_1));
        }
        return names;
    }
}
