package io.jadegate.proxy.exchange;

import io.jadegate.proxy.stream.Failure;
import org.jspecify.annotations.Nullable;

/// The tunnel that an exchange has become, for those who must end it. Only for its loop.
sealed interface Tunnel permits ConnectTunnel, WebSocketTunnel {
    /// What its client was served by when it was let in.
    Serving servedBy();

    /// What serves the listener that its client came by, whatever that is called now.
    HttpService cameBy();

    /// The name of the route that has let it in.
    String routeName();

    /// Why a new configuration would refuse the request that has opened it; null when it would not.
    Failure.@Nullable Kind deniedBy(Serving now);

    /// Asks both sides to leave, as far as that can be said to them.
    void sendAway(Failure failure);

    /// Ends it at once.
    void end(Failure failure);
}
