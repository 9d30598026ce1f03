package io.jadegate.proxy.proxyprotocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes headers. Two addresses of different families are written as IPv6 both.
public final class ProxyHeaderWriter {
    private static final byte[] V2 = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

    /// Values longer than this are left out; no host and no protocol is.
    private static final int VALUE_MOST = 255;

    private ProxyHeaderWriter() {}

    /// A header of version 1, which has addresses and nothing else.
    ///
    /// @return owned by the caller
    public static ByteBuf version1(ProxyHeader header, ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(128);
        out.writeCharSequence(line(header), US_ASCII);
        return out;
    }

    private static String line(ProxyHeader header) {
        InetSocketAddress source = header.source();
        InetSocketAddress destination = header.destination();
        if (source == null || destination == null) {
            return "PROXY UNKNOWN\r\n";
        }
        boolean v4 = octets(source).length == 4 && octets(destination).length == 4;
        return "PROXY %s %s %s %d %d\r\n"
                .formatted(
                        v4 ? "TCP4" : "TCP6",
                        text(source, v4),
                        text(destination, v4),
                        source.getPort(),
                        destination.getPort());
    }

    private static String text(InetSocketAddress address, boolean v4) {
        byte[] octets = octets(address);
        if (octets.length == 4) {
            String dotted = address.getAddress().getHostAddress();
            return v4 ? dotted : "::ffff:" + dotted;
        }
        String text = address.getAddress().getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    private static byte[] octets(InetSocketAddress address) {
        return address.getAddress().getAddress();
    }

    /// A header of version 2.
    ///
    /// @return owned by the caller
    public static ByteBuf version2(ProxyHeader header, ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(256);
        InetSocketAddress source = header.source();
        InetSocketAddress destination = header.destination();
        out.writeBytes(V2);
        if (source == null || destination == null) {
            // A connection that the header says nothing of, as one of the gateway's own.
            return out.writeByte(0x20).writeByte(0).writeShort(0);
        }
        boolean v4 = octets(source).length == 4 && octets(destination).length == 4;
        out.writeByte(0x21).writeByte(v4 ? 0x11 : 0x21);
        int length = out.writerIndex();
        out.writeShort(0);
        out.writeBytes(octets(source, v4)).writeBytes(octets(destination, v4));
        out.writeShort(source.getPort()).writeShort(destination.getPort());
        value(out, 0x01, header.alpn());
        value(out, 0x02, header.authority());
        value(out, 0x05, header.uniqueId());
        return out.setShort(length, out.writerIndex() - length - 2);
    }

    private static byte[] octets(InetSocketAddress address, boolean v4) {
        byte[] octets = octets(address);
        if (v4 || octets.length == 16) {
            return octets;
        }
        byte[] mapped = new byte[16];
        Arrays.fill(mapped, 10, 12, (byte) 0xff);
        System.arraycopy(octets, 0, mapped, 12, 4);
        return mapped;
    }

    private static void value(ByteBuf out, int type, @Nullable String text) {
        if (text != null && !text.isEmpty() && text.length() <= VALUE_MOST) {
            byte[] octets = text.getBytes(ISO_8859_1);
            out.writeByte(type).writeShort(octets.length).writeBytes(octets);
        }
    }
}
