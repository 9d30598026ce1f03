package io.jadegate.proxy.proxyprotocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.config.IpLiteral;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads the header at the beginning of a connection, however it is cut. Strict: what a header of
/// either version cannot be is malformed, and nothing behind it is looked at.
///
/// A checksum is verified where there is one. Addresses of families other than TCP over IPv4 and
/// IPv6 say nothing, as the specification allows.
public final class ProxyHeaderReader {
    /// The most octets of a header of version 2 behind its fixed part. Addresses need 36; the rest
    /// is for what a proxy adds.
    public static final int MOST_OCTETS = 4096;

    private static final byte[] V1 = "PROXY ".getBytes(US_ASCII);
    private static final byte[] V2 = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

    /// The longest line of version 1, its end included.
    private static final int V1_MOST = 107;

    private static final int V2_FIXED = 16;
    private static final int TCP4 = 0x11;
    private static final int TCP6 = 0x21;
    private static final int TYPE_ALPN = 0x01;
    private static final int TYPE_AUTHORITY = 0x02;
    private static final int TYPE_CRC32C = 0x03;
    private static final int TYPE_UNIQUE_ID = 0x05;
    private static final int UNIQUE_ID_MOST = 128;

    private ProxyHeaderReader() {}

    /// What stands at the beginning of some octets.
    public sealed interface Result {
        /// So far it may become a header.
        record Incomplete() implements Result {}

        /// No header begins like this.
        record Absent() implements Result {}

        /// It begins like a header and is none.
        record Malformed(String why) implements Result {}

        /// A header.
        ///
        /// @param length its octets
        record Found(ProxyHeader header, int length) implements Result {}
    }

    /// Reads, and leaves the buffer as it is.
    public static Result read(ByteBuf in) {
        if (begins(in, V2)) {
            return in.readableBytes() < V2_FIXED ? new Result.Incomplete() : version2(in);
        }
        if (begins(in, V1)) {
            return in.readableBytes() < V1.length ? new Result.Incomplete() : version1(in);
        }
        return new Result.Absent();
    }

    private static boolean begins(ByteBuf in, byte[] signature) {
        int known = Math.min(in.readableBytes(), signature.length);
        for (int i = 0; i < known; i++) {
            if (in.getByte(in.readerIndex() + i) != signature[i]) {
                return false;
            }
        }
        return true;
    }

    // ---- version 1

    private static Result version1(ByteBuf in) {
        int start = in.readerIndex();
        int most = Math.min(in.readableBytes(), V1_MOST);
        int lineFeed = in.indexOf(start, start + most, (byte) '\n');
        if (lineFeed < 0) {
            return most == V1_MOST
                    ? new Result.Malformed("a line of more than 107 octets")
                    : new Result.Incomplete();
        }
        if (in.getByte(lineFeed - 1) != '\r') {
            return new Result.Malformed("a line that does not end with CR LF");
        }
        int length = lineFeed + 1 - start;
        String[] words = in.toString(start, length - 2, ISO_8859_1).split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new Result.Found(ProxyHeader.UNKNOWN, length);
        }
        int octets = words[1].equals("TCP4") ? 4 : words[1].equals("TCP6") ? 16 : 0;
        if (octets == 0 || words.length != 6) {
            return new Result.Malformed("not the words of a header");
        }
        InetSocketAddress source = address(words[2], words[4], octets);
        InetSocketAddress destination = address(words[3], words[5], octets);
        return source == null || destination == null || source.getPort() == 0
                ? new Result.Malformed("an address or a port that is none")
                : new Result.Found(new ProxyHeader(source, destination, null, null, null), length);
    }

    private static @Nullable InetSocketAddress address(String host, String port, int octets) {
        int number = port(port);
        if (number < 0 || (host.indexOf(':') < 0) != (octets == 4)) {
            return null;
        }
        try {
            return new InetSocketAddress(IpLiteral.address(host), number);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int port(String text) {
        boolean digits =
                !text.isEmpty()
                        && text.length() <= 5
                        && text.chars().allMatch(c -> c >= '0' && c <= '9')
                        && (text.length() == 1 || text.charAt(0) != '0');
        int number = digits ? Integer.parseInt(text) : -1;
        return number <= 65535 ? number : -1;
    }

    private static InetSocketAddress address(byte[] octets, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(octets), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- version 2

    private static Result version2(ByteBuf in) {
        int start = in.readerIndex();
        int command = in.getUnsignedByte(start + 12);
        int family = in.getUnsignedByte(start + 13);
        int length = in.getUnsignedShort(start + 14);
        if (command != 0x20 && command != 0x21) {
            return new Result.Malformed("a version or a command that is unknown");
        }
        if (length > MOST_OCTETS) {
            return new Result.Malformed("a header of more than " + MOST_OCTETS + " octets");
        }
        if (in.readableBytes() < V2_FIXED + length) {
            return new Result.Incomplete();
        }
        int octets = family == TCP4 ? 4 : family == TCP6 ? 16 : 0;
        if (command == 0x20 || octets == 0) {
            // A connection of the proxy's own, such as a check of health.
            return new Result.Found(ProxyHeader.UNKNOWN, V2_FIXED + length);
        }
        int addresses = 2 * octets + 4;
        if (length < addresses) {
            return new Result.Malformed("a header that is too short for its addresses");
        }
        ByteBuf body = in.slice(start + V2_FIXED, length);
        InetSocketAddress source = address(body, 0, octets, 2 * octets);
        InetSocketAddress destination = address(body, octets, octets, 2 * octets + 2);
        if (source.getPort() == 0) {
            return new Result.Malformed("a port that is none");
        }
        return values(
                in.slice(start, V2_FIXED + length), V2_FIXED + addresses, source, destination);
    }

    private static InetSocketAddress address(ByteBuf body, int at, int octets, int port) {
        byte[] address = new byte[octets];
        body.getBytes(at, address);
        return address(address, body.getUnsignedShort(port));
    }

    /// The type-length-value entries behind the addresses.
    private static Result values(
            ByteBuf header, int from, InetSocketAddress source, InetSocketAddress destination) {
        String alpn = null;
        String authority = null;
        String uniqueId = null;
        int at = from;
        int end = header.writerIndex();
        while (at < end) {
            if (end - at < 3 || end - at - 3 < header.getUnsignedShort(at + 1)) {
                return new Result.Malformed("a value that is cut off");
            }
            int type = header.getUnsignedByte(at);
            int length = header.getUnsignedShort(at + 1);
            int value = at + 3;
            switch (type) {
                case TYPE_ALPN -> alpn = header.toString(value, length, ISO_8859_1);
                case TYPE_AUTHORITY -> authority = header.toString(value, length, ISO_8859_1);
                case TYPE_UNIQUE_ID -> {
                    if (length > UNIQUE_ID_MOST) {
                        return new Result.Malformed("a unique id of more than 128 octets");
                    }
                    uniqueId = header.toString(value, length, ISO_8859_1);
                }
                case TYPE_CRC32C -> {
                    if (length != 4 || !isIntact(header, value)) {
                        return new Result.Malformed("a checksum that does not fit");
                    }
                }
                default -> {
                    // Others concern others.
                }
            }
            at = value + length;
        }
        return new Result.Found(
                new ProxyHeader(source, destination, alpn, authority, uniqueId), end);
    }

    /// @param at where the checksum stands, which counts as four zeroes in the sum
    private static boolean isIntact(ByteBuf header, int at) {
        byte[] octets = new byte[header.readableBytes()];
        header.getBytes(header.readerIndex(), octets);
        long expected = header.getUnsignedInt(at);
        for (int i = 0; i < 4; i++) {
            octets[at + i] = 0;
        }
        CRC32C sum = new CRC32C();
        sum.update(octets);
        return sum.getValue() == expected;
    }
}
