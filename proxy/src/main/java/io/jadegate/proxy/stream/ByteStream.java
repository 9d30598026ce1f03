package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;

/// One side of a two-way flow of octets, as the code in the middle sees it: a TCP connection, a
/// tunnel, or the body of an HTTP message.
///
/// Everything happens on the stream's event loop. **Demand is credit**: what arrives is pushed to
/// the [Receiver] by itself; the stream stops reading only while more than its window has been
/// delivered and not yet been [#consumed].
public interface ByteStream {
    /// How much may be delivered and not consumed before a stream stops reading, in octets; reading
    /// goes on at half of it. Less while the node's budget is tight, see [Ledger#window()].
    int WINDOW = 64 * 1024;

    /// Sends octets. Takes ownership of `data`. Nothing goes out before [#flush()].
    void send(ByteBuf data);

    /// Sends the end: nothing follows. Half-closes where the transport can.
    void sendEnd();

    /// Sends what was given to it before the loop waits for anything again.
    void flush();

    /// Whether the stream wants more now. When it does not, it calls [Receiver#writable()] once it
    /// does.
    boolean writable();

    /// The memory held by what was sent and the peer has not taken, in octets.
    int heldBytes();

    /// Gives credit back for octets that were received from this stream.
    void consumed(int octets);

    /// Ends the stream at once in a way that the peer cannot take for a proper end. No callback
    /// follows.
    void reset();

    /// Where what arrives on a stream goes.
    interface Receiver {
        /// Octets arrived; the receiver owns the buffer.
        void data(ByteBuf data);

        /// The peer has sent all it wanted to send.
        void end();

        /// The stream broke; no callback follows, and what was sent and not flushed is gone.
        void failed(Failure failure);

        /// The stream takes more after it had said no.
        void writable();

        /// For the moment nothing more arrives: whatever was passed on should be flushed now.
        void readComplete();
    }
}
