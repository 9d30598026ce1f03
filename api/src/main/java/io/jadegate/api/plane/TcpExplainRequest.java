package io.jadegate.api.plane;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection to explain.
///
/// @param address what the client connects to, as a listener's address is written, or a listener's
///   name
/// @param from the address of the peer
/// @param serverName the host that the client names under TLS; null for none
/// @param alpn the protocols that it offers under TLS, best first
public record TcpExplainRequest(
        String address, InetAddress from, @Nullable String serverName, List<String> alpn) {
    public TcpExplainRequest {
        alpn = List.copyOf(alpn);
    }
}
