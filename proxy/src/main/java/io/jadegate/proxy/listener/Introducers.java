package io.jadegate.proxy.listener;

import io.jadegate.api.net.IpSet;
import io.jadegate.proxy.stream.Peer;

/// Who may say, by a header of the PROXY protocol, for whom a connection is made.
///
/// @param trusted their addresses; nobody else's header is looked for
/// @param required whether a connection of theirs without a header is refused
/// @param nanos how long a header may take, from the accept; 0 for no limit
public record Introducers(IpSet trusted, boolean required, long nanos) {
    boolean include(Peer peer) {
        return trusted.contains(peer.address());
    }
}
