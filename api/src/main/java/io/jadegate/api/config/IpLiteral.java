package io.jadegate.api.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// Reads IP addresses as text, strictly: four decimal numbers without leading zeros, or RFC 4291
/// section 2.2. The JDK's parsers also take `127.1` and its lookup would ask DNS; Netty's take
/// `010.0.0.1`, in which some see an octal number.
public final class IpLiteral {

    private IpLiteral() {}

    /// The address; one of IPv4 mapped into IPv6 is one of IPv4.
    ///
    /// @throws IllegalArgumentException when the text is not an address
    public static InetAddress address(String text) {
        try {
            return InetAddress.getByAddress(parse(text));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /// 4 or 16 bytes.
    ///
    /// @throws IllegalArgumentException when the text is not an address
    static byte[] parse(String text) {
        return text.indexOf(':') < 0 ? v4(text) : v6(text);
    }

    private static byte[] v4(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException(text);
        }
        var address = new byte[4];
        for (var i = 0; i < 4; i++) {
            address[i] = (byte) octet(parts[i]);
        }
        return address;
    }

    private static int octet(String text) {
        if (text.isEmpty()
                || text.length() > 3
                || (text.length() > 1 && text.charAt(0) == '0')
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(text);
        }
        var octet = Integer.parseInt(text);
        if (octet > 255) {
            throw new IllegalArgumentException(text);
        }
        return octet;
    }

    private static byte[] v6(String text) {
        var gap = text.indexOf("::");
        if (gap < 0) {
            var all = groups(text, /* last= */ true, text);
            if (all.length != 16) {
                throw new IllegalArgumentException(text);
            }
            return all;
        }
        var head = groups(text.substring(0, gap), /* last= */ false, text);
        var tail = groups(text.substring(gap + 2), /* last= */ true, text);
        if (head.length + tail.length > 14) {
            throw new IllegalArgumentException(text);
        }
        var address = new byte[16];
        System.arraycopy(head, 0, address, 0, head.length);
        System.arraycopy(tail, 0, address, 16 - tail.length, tail.length);
        return address;
    }

    /// The bytes of groups between colons, the last of all of which may be an IPv4 address.
    private static byte[] groups(String part, boolean last, String whole) {
        if (part.isEmpty()) {
            return new byte[0];
        }
        var groups = part.split(":", -1);
        var v4 = groups[groups.length - 1].indexOf('.') >= 0 && last;
        var length = groups.length * 2 + (v4 ? 2 : 0);
        if (length > 16) {
            throw new IllegalArgumentException(whole);
        }
        var bytes = new byte[length];
        for (var i = 0; i < groups.length; i++) {
            if (v4 && i == groups.length - 1) {
                System.arraycopy(v4(groups[i]), 0, bytes, i * 2, 4);
                continue;
            }
            var group = group(groups[i], whole);
            bytes[i * 2] = (byte) (group >> 8);
            bytes[i * 2 + 1] = (byte) group;
        }
        return bytes;
    }

    private static int group(String text, String whole) {
        if (text.isEmpty() || text.length() > 4) {
            throw new IllegalArgumentException(whole);
        }
        var group = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            var digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw new IllegalArgumentException(whole);
            }
            group = group * 16 + digit;
        }
        return group;
    }
}
