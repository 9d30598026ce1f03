package io.jadegate.proxy.stream;

/// What a connection with a client keeps to before a route is chosen. Durations are nanoseconds; 0
/// means no limit.
///
/// @param tlsNanos a TLS handshake, from the accept
/// @param headNanos the whole head of a request, from its first octet; the first head from the
///   accept
/// @param keepAliveNanos between two requests
/// @param keepAliveRequests requests on one connection
/// @param keepAliveAgeNanos the life of a connection
/// @param writeNanos a client that takes none of what is left for it when its connection ends
/// @param webSockets whether some route takes WebSockets, so that HTTP/2 offers them
public record DownstreamSettings(
        long tlsNanos,
        long headNanos,
        long keepAliveNanos,
        int keepAliveRequests,
        long keepAliveAgeNanos,
        long writeNanos,
        boolean webSockets) {}
