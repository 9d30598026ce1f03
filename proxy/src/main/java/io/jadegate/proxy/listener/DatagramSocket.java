package io.jadegate.proxy.listener;

import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.ServerConnection;
import io.netty.channel.ChannelHandler;

/// What the datagrams of one of a listener's sockets go to. Called on the socket's loop.
public interface DatagramSocket extends ChannelHandler {
    /// Takes nobody in any more, and closes the socket once nobody needs any of the listener's.
    void close();

    /// Makes one for each socket of a listener.
    interface Factory {
        /// @param books of the listener, on the loop
        DatagramSocket on(Loop loop, ServerConnection.Owner books);
    }
}
