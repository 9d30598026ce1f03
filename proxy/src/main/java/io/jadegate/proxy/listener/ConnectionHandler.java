package io.jadegate.proxy.listener;

import io.netty.channel.Channel;

/// What is spoken on connections, once all that stands before it is done. HTTP is one of them.
public interface ConnectionHandler {
    /// Puts who speaks at the end of a connection's pipeline, and into the books by
    /// [Arrival#goesOnAs]. Called on the connection's loop; afterwards the pipeline tells that the
    /// connection is active.
    void begin(Channel channel, Arrival arrival);
}
