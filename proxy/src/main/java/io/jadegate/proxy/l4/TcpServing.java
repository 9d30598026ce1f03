package io.jadegate.proxy.l4;

import io.jadegate.proxy.listener.Admission;
import io.jadegate.proxy.listener.Introducers;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.listener.TlsHosts;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.observe.PerLoop;
import org.jspecify.annotations.Nullable;

/// What a TCP listener serves by, as one configuration has it. Immutable.
///
/// @param service what becomes of its connections
/// @param tlsNanos how long a TLS handshake with a client may take; 0 for no limit
/// @param tls the hosts in whose names TLS is spoken; null where it is not
/// @param introducers who may say for whom it makes a connection; null for nobody
/// @param admission what its connections must pass
/// @param counts what is counted of the listener
public record TcpServing(
        TcpService service,
        long tlsNanos,
        @Nullable TlsHosts tls,
        @Nullable Introducers introducers,
        Admission admission,
        PerLoop<ListenerCounts> counts)
        implements Listener.Terms {
    @Override
    public String listener() {
        return service.listener();
    }
}
