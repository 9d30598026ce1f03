package io.jadegate.proxy.stream;

import io.jadegate.api.http.FieldName;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a TLS handshake with a client has settled.
///
/// @param version as TLS names it: `TLSv1.3`
/// @param host the entry of the listener's `tls.hosts` that the client's server name chose, as
///   configured
/// @param client the verified chain of the client, its own certificate first; empty when it showed
///   none
/// @param identity what upstreams are told of the client by the gateway, and by nobody else; empty
///   when they are told nothing
/// @param demand by which the client was let in; null when it was not asked for a certificate
public record TlsSession(
        String version,
        String host,
        List<X509Certificate> client,
        List<Field> identity,
        @Nullable Demand demand) {
    public TlsSession {
        client = List.copyOf(client);
        identity = List.copyOf(identity);
    }

    /// What certificate a client has to show. Two are equal when they let the same clients in.
    public interface Demand {}

    /// A header field that goes with every request of the connection.
    public record Field(FieldName name, String value) {}
}
