package io.jadegate.api.filter;

import java.net.InetAddress;

/// A connection that a client made, as filters of connections see it.
public interface ClientConnection {
    /// The peer's address. Whoever connects through a Unix domain socket has none and shows the
    /// loopback address.
    InetAddress address();

    /// Whether the connection came through a Unix domain socket.
    boolean local();
}
