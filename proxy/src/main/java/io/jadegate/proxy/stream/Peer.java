package io.jadegate.proxy.stream;

import io.jadegate.api.filter.ClientConnection;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
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
/// @param localAddress the address it connected to; null for a Unix domain socket
/// @param localPort the port it connected to, 0 for a Unix domain socket
/// @param tls what was settled with it where the connection is encrypted; null in clear text
public record Peer(
        InetAddress address,
        String text,
        int port,
        @Nullable InetAddress localAddress,
        int localPort,
        @Nullable TlsSession tls)
        implements ClientConnection {
    private static final AttributeKey<ProxyHeader> INTRODUCTION =
            AttributeKey.valueOf(Peer.class, "introduction");

    /// The peer of a connection between two socket addresses.
    public static Peer of(SocketAddress remote, SocketAddress local, @Nullable TlsSession tls) {
        InetAddress localAddress =
                local instanceof InetSocketAddress inet ? inet.getAddress() : null;
        int localPort = local instanceof InetSocketAddress inet ? inet.getPort() : 0;
        if (remote instanceof InetSocketAddress inet) {
            InetAddress address = inet.getAddress();
            return new Peer(address, text(address), inet.getPort(), localAddress, localPort, tls);
        }
        return new Peer(InetAddress.getLoopbackAddress(), "unix", 0, localAddress, localPort, tls);
    }

    /// The peer of an accepted connection.
    public static Peer of(Channel channel, @Nullable TlsSession tls) {
        ProxyHeader header = introduction(channel);
        InetSocketAddress source = header == null ? null : header.source();
        InetSocketAddress destination = header == null ? null : header.destination();
        return source == null || destination == null
                ? of(channel.remoteAddress(), channel.localAddress(), tls)
                : of(source, destination, tls);
    }

    /// Notes for whom somebody trusted has made a connection: that is its peer from now on.
    public static void introduce(Channel channel, ProxyHeader header) {
        channel.attr(INTRODUCTION).set(header);
    }

    /// What somebody trusted has said of a connection; null when nobody has.
    public static @Nullable ProxyHeader introduction(Channel channel) {
        return channel.hasAttr(INTRODUCTION) ? channel.attr(INTRODUCTION).get() : null;
    }

    /// Whether the peer is unknown: it was gone before it could be asked who it was, and must not
    /// pass for a local one.
    public static boolean isUnknown(Channel channel) {
        return channel.remoteAddress() == null
                && channel.localAddress() instanceof InetSocketAddress;
    }

    /// What the PROXY protocol tells of it.
    ///
    /// @param alpn the protocol that was agreed on with it; null for none
    /// @param authority the host that it named; null for none
    /// @param uniqueId what its connection is called; null for nothing
    public ProxyHeader introduction(
            @Nullable String alpn, @Nullable String authority, @Nullable String uniqueId) {
        InetAddress to = localAddress;
        boolean addressed = !local() && to != null;
        return new ProxyHeader(
                addressed ? new InetSocketAddress(address, port) : null,
                addressed ? new InetSocketAddress(to, localPort) : null,
                alpn,
                authority,
                uniqueId);
    }

    /// The client as people name it: address and port, or `unix`.
    public String name() {
        return local() ? text : socket();
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
