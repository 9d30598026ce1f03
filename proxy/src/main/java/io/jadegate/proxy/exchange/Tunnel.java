package io.jadegate.proxy.exchange;

import io.jadegate.proxy.stream.Failure;

/// The tunnel that an exchange has become, for those who must end it. Only for its loop.
sealed interface Tunnel permits ConnectTunnel, WebSocketTunnel {
    /// The listener that its client came by.
    String listener();

    /// The name of the route that has let it in.
    String routeName();

    /// Whether a new configuration would refuse the request that has opened it.
    boolean isDeniedBy(Serving now);

    /// Asks both sides to leave, as far as that can be said to them.
    void sendAway(Failure failure);

    /// Ends it at once.
    void end(Failure failure);
}
