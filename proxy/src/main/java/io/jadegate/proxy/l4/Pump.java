package io.jadegate.proxy.l4;

import io.jadegate.proxy.stream.ByteStream;
import io.netty.buffer.ByteBuf;

/// One direction between two streams: what arrives on one goes out on the other, and credit goes
/// back as fast as the other takes it. Holds no octet itself; what is on the way waits in the sink,
/// within the source's window.
public final class Pump {
    private final ByteStream source;
    private final ByteStream sink;
    private int owed;
    private long octets;

    public Pump(ByteStream source, ByteStream sink) {
        this.source = source;
        this.sink = sink;
    }

    /// Passes octets on; takes ownership.
    public void data(ByteBuf data) {
        int length = data.readableBytes();
        octets += length;
        sink.send(data);
        if (sink.writable()) {
            source.consumed(length);
        } else {
            owed += length;
        }
    }

    /// The sink takes more again.
    public void writable() {
        int credit = owed;
        owed = 0;
        if (credit > 0) {
            source.consumed(credit);
        }
    }

    /// Whether the source waits for the sink.
    public boolean stalled() {
        return owed > 0;
    }

    /// What has been passed on so far.
    public long octets() {
        return octets;
    }
}
