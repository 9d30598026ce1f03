package io.jadegate.proxy.exchange;

import io.jadegate.api.identity.Authenticator;
import io.jadegate.proxy.listener.Admission;
import io.jadegate.proxy.listener.Introducers;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.listener.TlsHosts;
import io.jadegate.proxy.observe.GrpcCounts;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.observe.RouteCounts;
import io.jadegate.proxy.stream.DownstreamSettings;
import io.jadegate.proxy.stream.HeadLimits;
import org.jspecify.annotations.Nullable;

/// What a listener serves by, as one configuration has it. Immutable.
///
/// @param listener the listener's name
/// @param tls the hosts in whose names TLS is spoken; null where the listener speaks clear text
/// @param hsts what its answers say in Strict-Transport-Security; null for nothing
/// @param redirect where its clients are sent that came in clear text; null to serve them
/// @param introducers who may say for whom it makes a connection; null for nobody
/// @param admission what its connections must pass
/// @param users who knows those whom its filters let in by name; null when there are none
/// @param via our name in `Via` and `Proxy-Status`
/// @param counts what is counted of the listener
/// @param unrouted what is counted of exchanges that no route took
/// @param calls what is counted of gRPC calls
public record Serving(
        String listener,
        Dispatch dispatch,
        ClientAddresses clients,
        ErrorPages errors,
        DownstreamSettings settings,
        HeadLimits limits,
        @Nullable TlsHosts tls,
        @Nullable String hsts,
        @Nullable HttpsRedirect redirect,
        @Nullable Introducers introducers,
        Admission admission,
        @Nullable Authenticator users,
        Via via,
        PerLoop<ListenerCounts> counts,
        PerLoop<RouteCounts> unrouted,
        PerLoop<GrpcCounts> calls)
        implements Listener.Terms {
    @Override
    public long tlsNanos() {
        return settings.tlsNanos();
    }
}
