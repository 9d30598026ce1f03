package io.jadegate.proxy.l4;

import io.jadegate.proxy.upstream.Connector;

/// What connections without exchanges keep to. Durations are nanoseconds; 0 means no limit.
///
/// @param opening of connections to endpoints
/// @param write how long a peer may take for the rest when both sides have ended
/// @param idle how long neither side may send anything
/// @param maxAge the longest life, from the accept
/// @param tries in all, the first included, to reach an endpoint
/// @param retryShare how many retries there may be, as a share of what is in flight
/// @param grace how long connections may stay that have to go
public record TcpRules(
        Connector.Patience opening,
        long write,
        long idle,
        long maxAge,
        int tries,
        double retryShare,
        long grace) {}
