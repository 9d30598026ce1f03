package io.jadegate.proxy.socks;

import io.jadegate.proxy.listener.Arrival;
import io.jadegate.proxy.listener.ConnectionHandler;
import io.jadegate.proxy.stream.ServerConnection;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Begins SOCKS with clients whose first octet is its version, and what others speak with others:
/// no request of HTTP begins with such an octet.
///
/// @param latest by which SOCKS clients are served at any time; null where it is not spoken
/// @param others begins what is no SOCKS
public record SocksConnections(
        SocksService service, Supplier<@Nullable SocksService> latest, ConnectionHandler others)
        implements ConnectionHandler {
    @Override
    public void begin(Channel channel, Arrival arrival) {
        if (arrival.agreed().equals(ApplicationProtocolNames.HTTP_2)) {
            others.begin(channel, arrival);
            return;
        }
        FirstOctet first = new FirstOctet(() -> beginSocks(channel, arrival));
        channel.pipeline().addLast(first);
        others.begin(channel, arrival);
    }

    /// Puts SOCKS in the place of what had begun behind the first octet.
    private void beginSocks(Channel channel, Arrival arrival) {
        ServerConnection before = null;
        while (!(channel.pipeline().last() instanceof FirstOctet)) {
            if (channel.pipeline().removeLast() instanceof ServerConnection connection) {
                before = connection;
            }
        }
        SocksConnection socks = new SocksConnection(service, latest, arrival, before);
        if (before != null) {
            arrival.books().replace(before, socks);
        }
        channel.pipeline().addLast(socks.stream());
    }
}
