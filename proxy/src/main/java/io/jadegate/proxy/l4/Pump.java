package io.jadegate.proxy.l4;

import io.jadegate.proxy.stream.ByteStream;
import io.netty.buffer.ByteBuf;

/// One direction between two streams: what arrives on one goes out on the other, and credit goes
/// back as fast as the other takes it. Holds no octet itself; what is on the way waits in the sink,
/// within the source's window.
public final class Pump implements Passage {
    private final ByteStream source;
    private final ByteStream sink;
    private int owed;
    private long octets;

    public Pump(ByteStream source, ByteStream sink) {
        this.source = source;
        this.sink = sink;
    }

    @Override
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

    @Override
    public void end() {
        sink.sendEnd();
    }

    @Override
    public void writable() {
        int credit = owed;
        owed = 0;
        if (credit > 0) {
            source.consumed(credit);
        }
    }

    @Override
    public boolean stalled() {
        return owed > 0;
    }

    @Override
    public long octets() {
        return octets;
    }
}
