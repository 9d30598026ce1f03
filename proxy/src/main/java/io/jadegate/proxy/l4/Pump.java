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
        data(data, data.readableBytes());
    }

    /// Passes on what stands for other octets.
    ///
    /// @param data may be nothing yet
    /// @param credit what the source gave for it, in octets
    public void data(ByteBuf data, int credit) {
        octets += data.readableBytes();
        if (data.isReadable()) {
            sink.send(data);
        } else {
            data.release();
        }
        if (sink.writable()) {
            giveCredit(credit);
        } else {
            owed += credit;
        }
    }

    private void giveCredit(int credit) {
        if (credit > 0) {
            source.consumed(credit);
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
        giveCredit(credit);
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
