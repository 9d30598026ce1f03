package io.jadegate.proxy.proxyprotocol;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// What a header of the PROXY protocol says of a connection.
///
/// @param source who made it; null when the header does not say, and the connection stands for
///   itself
/// @param destination where it was made to; null together with `source`
/// @param alpn the protocol that was agreed on with the client under TLS; null for none
/// @param authority the host that the client named, under TLS as a rule; null for none
/// @param uniqueId what the connection is called by whoever passes it on; null for nothing
public record ProxyHeader(
        @Nullable InetSocketAddress source,
        @Nullable InetSocketAddress destination,
        @Nullable String alpn,
        @Nullable String authority,
        @Nullable String uniqueId) {

    /// A header that says nothing of the client.
    public static final ProxyHeader UNKNOWN = new ProxyHeader(null, null, null, null, null);
}
