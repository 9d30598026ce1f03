package io.jadegate.proxy.stream;

import java.security.cert.X509Certificate;
import java.util.List;

/// What a TLS handshake with a client has settled.
///
/// @param version as TLS names it: `TLSv1.3`
/// @param host the entry of the listener's `tls.hosts` that the client's server name chose, as
///   configured
/// @param client the verified chain of the client, its own certificate first; empty when it showed
///   none
public record TlsSession(String version, String host, List<X509Certificate> client) {
    public TlsSession {
        client = List.copyOf(client);
    }
}
