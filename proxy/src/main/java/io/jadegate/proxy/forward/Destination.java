package io.jadegate.proxy.forward;

import io.jadegate.api.config.Cidr;
import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A target as a client names it: a host name or an address, and a port. Immutable.
///
/// There is one spelling of each: names are in lower case and without a trailing dot, addresses as
/// RFC 4291 and dotted quads have them. What other readers would take for an address (`0x7f.1`,
/// `2130706433`, `fe80::1%eth0`) is none of the two, and so no destination.
///
/// @param host the name, or the address without brackets
/// @param literal the address where the client has named one, else null
/// @param port 1 to 65535
public record Destination(String host, @Nullable InetAddress literal, int port) {
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;

    /// Reads a host as it stands in an authority (RFC 3986 §3.2.2), an IPv6 address in brackets.
    ///
    /// @throws IllegalArgumentException with what is wrong when that is no host, or no port
    public static Destination of(String host, int port) {
        checkPort(port);
        if (host.startsWith("[") && host.endsWith("]") && host.indexOf(':') > 0) {
            return of(literal(host.substring(1, host.length() - 1)), port);
        }
        String name = host.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (endsInNumber(name)) {
            return of(literal(name), port);
        }
        if (!isName(name)) {
            throw new IllegalArgumentException("not a host name (RFC 1123 2.1)");
        }
        return new Destination(name, null, port);
    }

    /// A destination whose address the client has given as octets.
    ///
    /// @throws IllegalArgumentException when the port is none
    public static Destination of(InetAddress address, int port) {
        checkPort(port);
        return new Destination(text(address), address, port);
    }

    private static void checkPort(int port) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("not a port from 1 to 65535");
        }
    }

    private static InetAddress literal(String text) {
        try {
            if (text.indexOf('/') < 0) {
                return InetAddress.getByAddress(Cidr.parse(text).address());
            }
        } catch (IllegalArgumentException | UnknownHostException _) {
            // said below
        }
        throw new IllegalArgumentException("not an address in its usual form (RFC 3986 3.2.2)");
    }

    /// Whether the last label makes others read the whole as an IPv4 address, in one of the many
    /// forms of `inet_aton`.
    private static boolean endsInNumber(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return !last.isEmpty()
                && (last.chars().allMatch(c -> c >= '0' && c <= '9')
                        || (last.startsWith("0x")
                                && last.chars()
                                        .skip(2)
                                        .allMatch(c -> Character.digit(c, 16) >= 0)));
    }

    private static boolean isName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            return false;
        }
        for (String label : name.split("\\.", -1)) {
            if (label.isEmpty()
                    || label.length() > MAX_LABEL
                    || label.startsWith("-")
                    || label.endsWith("-")
                    || !label.chars().allMatch(Destination::isOfLabel)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOfLabel(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /// The address without brackets and zone, shortest (RFC 5952).
    public static String text(InetAddress address) {
        return NetUtil.toAddressString(address);
    }

    private static String text(InetAddress address, int port) {
        String host = text(address);
        return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port;
    }

    /// As an authority has it.
    @Override
    public String toString() {
        return literal == null ? host + ":" + port : text(literal, port);
    }
}
