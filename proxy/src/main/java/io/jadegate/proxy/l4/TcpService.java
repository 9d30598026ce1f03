package io.jadegate.proxy.l4;

import io.jadegate.proxy.listener.Arrival;
import io.jadegate.proxy.listener.ConnectionHandler;
import io.jadegate.proxy.observe.LoopLog;
import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.upstream.Connector;
import io.jadegate.proxy.upstream.Upstream;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a listener does with connections that nobody interprets: each is connected to an endpoint.
/// Immutable, as one configuration has it; a connection keeps what it began by.
///
/// @param listener the listener's name
/// @param upstream where connections go; null when the host always says it
/// @param byHost where connections go that came under TLS for an entry of the listener's
///   `tls.hosts`; others go to `upstream`
/// @param speech what the octets are
/// @param logs of the loops, by index
public record TcpService(
        String listener,
        @Nullable Upstream upstream,
        Map<String, Upstream> byHost,
        Connector.Speech speech,
        TcpRules rules,
        List<LoopLog> logs)
        implements ConnectionHandler {
    public TcpService {
        byHost = Map.copyOf(byHost);
        logs = List.copyOf(logs);
    }

    @Override
    public void begin(Channel channel, Arrival arrival) {
        TcpConnection connection =
                new TcpConnection(this, upstreamOf(host(arrival.tls())), arrival);
        arrival.goesOnAs(connection);
        channel.pipeline().addLast(connection.stream());
    }

    private static @Nullable String host(@Nullable TlsSession tls) {
        return tls == null ? null : tls.host();
    }

    /// Where a connection goes.
    ///
    /// @param host the entry of `tls.hosts` that it came for; null in clear text
    public Upstream upstreamOf(@Nullable String host) {
        Upstream own = host == null ? null : byHost.get(host);
        return own == null ? Objects.requireNonNull(upstream) : own;
    }
}
