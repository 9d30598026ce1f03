package io.jadegate.proxy.http2;

import io.jadegate.proxy.stream.Failure;
import io.netty.buffer.ByteBuf;

/// A stream as its connection sees it, whoever began it.
interface Http2Stream {
    int id();

    StreamInput input();

    StreamOutput output();

    /// Octets of a body, and padding, arrived. Borrows the buffer.
    ///
    /// @param padding what counts for the window and carries nothing
    void data(ByteBuf data, int padding, boolean end);

    /// Some of what had to wait has been written.
    default void wrote() {}

    /// All that was to be sent has been written.
    void allWritten();

    /// The other side has reset the stream.
    ///
    /// @param code as it came, perhaps one that nobody knows
    void peerReset(long code);

    /// The other side does on the stream what it must not.
    void violated();

    /// The connection is over, and the stream with it.
    void broke(Failure failure);

    /// There is room again for whoever sends and has been told that there was none.
    void becameWritable();

    /// A read in which something of the stream arrived is over.
    void readCompleted();

    /// The stream has ended, in whichever way; a late call does nothing.
    void forget();
}
