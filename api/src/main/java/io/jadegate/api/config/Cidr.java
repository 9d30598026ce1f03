package io.jadegate.api.config;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// A network, such as `10.0.0.0/8` or `2001:db8::/32`; an address alone is a network of one. Host
/// bits must be zero. IPv4 addresses mapped into IPv6 (`::ffff:10.0.0.1`) are IPv4 on both sides of
/// a comparison.
///
/// @param v6 whether this is an IPv6 network
/// @param high the upper 64 bits of an IPv6 network, otherwise 0
/// @param low the lower 64 bits of an IPv6 network, or the 32 bits of an IPv4 network
/// @param length the length of the prefix in bits
public record Cidr(boolean v6, long high, long low, int length) {

    /// The pattern of the written form.
    public static final String PATTERN = "[0-9A-Fa-f]*[:.][0-9A-Fa-f:.]*(/[0-9]{1,3})?";

    /// The written form, for people.
    public static final String ACCEPTED =
            "a network such as 10.0.0.0/8 or 2001:db8::/32, or one address";

    /// Reads the written form.
    ///
    /// @throws IllegalArgumentException when the text is not a network or has bits set behind its
    ///   prefix
    public static Cidr parse(String text) {
        var network = read(text);
        if (!network.equals(network.masked(network.length))) {
            throw new IllegalArgumentException(text);
        }
        return network;
    }

    /// Reads the written form, whatever bits are set behind the prefix: the network that was meant.
    ///
    /// @throws IllegalArgumentException when the text is not a network all the same
    public static Cidr around(String text) {
        var network = read(text);
        return network.masked(network.length);
    }

    private static Cidr read(String text) {
        var slash = text.indexOf('/');
        var address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
        var length = slash < 0 ? address.length * 8 : length(text.substring(slash + 1));
        if (length > address.length * 8) {
            throw new IllegalArgumentException(text);
        }
        if (mapped(address) && length >= 96) {
            address = Arrays.copyOfRange(address, 12, 16);
            length -= 96;
        }
        return of(address, length);
    }

    private static int length(String text) {
        if (text.isEmpty()
                || text.length() > 3
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(text);
        }
        return Integer.parseInt(text);
    }

    private static Cidr of(byte[] address, int length) {
        var bytes = ByteBuffer.wrap(address);
        return address.length == 4
                ? new Cidr(false, 0, Integer.toUnsignedLong(bytes.getInt()), length)
                : new Cidr(true, bytes.getLong(), bytes.getLong(), length);
    }

    private static boolean mapped(byte[] address) {
        if (address.length != 16 || address[10] != -1 || address[11] != -1) {
            return false;
        }
        for (var i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private Cidr masked(int bits) {
        return v6
                ? new Cidr(true, high & mask(bits), low & mask(bits - 64), bits)
                : new Cidr(false, 0, low & (mask(bits + 32) & 0xFFFF_FFFFL), bits);
    }

    /// The upper `bits` of 64 set; all for more, none for less than one.
    private static long mask(int bits) {
        return bits <= 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
    }

    /// Whether an address of 4 or 16 bytes lies in this network.
    public boolean contains(byte[] address) {
        var single =
                mapped(address)
                        ? of(Arrays.copyOfRange(address, 12, 16), 32)
                        : of(address, address.length * 8);
        return single.v6 == v6 && single.masked(length).equals(this);
    }

    /// The 4 or 16 bytes of the network's first address.
    public byte[] address() {
        return v6
                ? ByteBuffer.allocate(16).putLong(high).putLong(low).array()
                : ByteBuffer.allocate(4).putInt((int) low).array();
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        var bytes = address();
        for (var i = 0; i < bytes.length; i += v6 ? 2 : 1) {
            if (i > 0) {
                text.append(v6 ? ':' : '.');
            }
            text.append(
                    v6
                            ? Integer.toHexString((bytes[i] & 0xFF) << 8 | (bytes[i + 1] & 0xFF))
                            : Integer.toString(bytes[i] & 0xFF));
        }
        return text.append('/').append(length).toString();
    }
}
