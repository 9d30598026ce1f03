package io.jadegate.proxy.forward;

import io.jadegate.proxy.upstream.Connector;

/// What tunnels through a forward proxy keep to. Durations are nanoseconds; 0 means no limit.
///
/// @param opening of connections to targets; a name has as long to be looked up as a connection to
///   be made
/// @param write how long a target may take for the rest when both sides have ended
/// @param idle how long neither side may send anything
/// @param maxAge the longest life
/// @param maxOctets what may go through, both ways together; [Long#MAX_VALUE] for no limit
public record TunnelRules(
        Connector.Patience opening, long write, long idle, long maxAge, long maxOctets) {}
