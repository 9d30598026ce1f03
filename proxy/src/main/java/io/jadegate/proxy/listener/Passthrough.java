package io.jadegate.proxy.listener;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What becomes of connections that stay encrypted, by the protocol that their clients offer.
///
/// @param any for whatever protocol; null to leave the rest to the listener's own hosts
/// @param byProtocol for the first of a client's protocols that is named
public record Passthrough(
        @Nullable ConnectionHandler any, Map<String, ConnectionHandler> byProtocol) {
    public Passthrough {
        byProtocol = Map.copyOf(byProtocol);
    }

    /// @param offered by ALPN, best first
    /// @return null when the connection is not to pass through
    public @Nullable ConnectionHandler chosen(List<String> offered) {
        for (String protocol : offered) {
            ConnectionHandler named = byProtocol.get(protocol);
            if (named != null) {
                return named;
            }
        }
        return any;
    }
}
