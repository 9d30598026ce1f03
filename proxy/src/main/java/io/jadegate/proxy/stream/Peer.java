package io.jadegate.proxy.stream;

import io.jadegate.api.filter.ClientConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The other end of an accepted connection.
///
/// @param address its IP address; the loopback address for a Unix domain socket
/// @param text the address as text, IPv6 in its shortest form, without brackets; `unix` for a Unix
///   domain socket
/// @param port its port, 0 for a Unix domain socket
/// @param localPort the port it connected to, 0 for a Unix domain socket
/// @param tls what was settled with it where the connection is encrypted; null in clear text
public record Peer(
        InetAddress address, String text, int port, int localPort, @Nullable TlsSession tls)
        implements ClientConnection {

    /// The peer of a connection between two socket addresses.
    public static Peer of(SocketAddress remote, SocketAddress local, @Nullable TlsSession tls) {
        int localPort = local instanceof InetSocketAddress inet ? inet.getPort() : 0;
        if (remote instanceof InetSocketAddress inet) {
            InetAddress address = inet.getAddress();
            return new Peer(address, text(address), inet.getPort(), localPort, tls);
        }
        return new Peer(InetAddress.getLoopbackAddress(), "unix", 0, localPort, tls);
    }

    /// Whether the connection is encrypted.
    public boolean secure() {
        return tls != null;
    }

    /// Whether it came through a Unix domain socket: only there is no port.
    @Override
    public boolean local() {
        return port == 0;
    }

    /// Address and port as people write them together.
    public String socket() {
        return (address.getAddress().length == 4 ? text : "[" + text + "]") + ":" + port;
    }

    /// An address as text: IPv6 in its shortest form (RFC 5952), without scope and brackets.
    public static String text(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == 4 ? address.getHostAddress() : shortest(octets);
    }

    private static String shortest(byte[] octets) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (octets[2 * i] & 0xff) << 8 | (octets[2 * i + 1] & 0xff);
        }
        int gapStart = -1;
        int gapLength = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > gapLength) {
                gapStart = i;
                gapLength = end - i;
            }
            i = Math.max(i, end);
        }
        StringBuilder text = new StringBuilder(39);
        for (int i = 0; i < 8; i++) {
            if (i == gapStart) {
                text.append("::");
                i += gapLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }
}
