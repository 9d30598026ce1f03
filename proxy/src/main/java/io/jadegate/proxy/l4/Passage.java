package io.jadegate.proxy.l4;

import io.netty.buffer.ByteBuf;

/// One direction of a tunnel: what becomes of the octets that one stream brings and the other is to
/// get. All of it happens on the streams' event loop.
public interface Passage {
    /// Octets arrived; takes ownership. Whoever passes them on gives credit back for them.
    void data(ByteBuf data);

    /// Nothing more arrives.
    void end();

    /// The stream that gets the octets takes more again.
    void writable();

    /// Whether the stream that brings octets waits for the one that gets them.
    boolean stalled();

    /// What has been passed on so far.
    long octets();
}
