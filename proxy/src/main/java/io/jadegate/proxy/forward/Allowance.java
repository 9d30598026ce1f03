package io.jadegate.proxy.forward;

import io.jadegate.proxy.l4.Passage;
import io.jadegate.proxy.l4.Pump;
import io.jadegate.proxy.stream.ByteStream;
import io.netty.buffer.ByteBuf;

/// What a tunnel may carry, both ways together. What goes beyond it does not go through, to the
/// octet. Only for the tunnel's loop.
final class Allowance {
    private final Runnable spent;
    private long left;

    /// @param octets that may go through
    /// @param spent told when more wants to
    Allowance(long octets, Runnable spent) {
        this.left = octets;
        this.spent = spent;
    }

    /// The way from one stream to another that counts.
    Passage passage(ByteStream source, ByteStream sink) {
        return new Counted(new Pump(source, sink), sink);
    }

    private final class Counted implements Passage {
        private final Pump pump;
        private final ByteStream sink;

        Counted(Pump pump, ByteStream sink) {
            this.pump = pump;
            this.sink = sink;
        }

        @Override
        public void data(ByteBuf data) {
            int octets = data.readableBytes();
            if (octets <= left) {
                left -= octets;
                pump.data(data);
                return;
            }
            int last = (int) left;
            left = 0;
            if (last > 0) {
                pump.data(data.readRetainedSlice(last));
                sink.flush();
            }
            data.release();
            spent.run();
        }

        @Override
        public void end() {
            pump.end();
        }

        @Override
        public void writable() {
            pump.writable();
        }

        @Override
        public boolean stalled() {
            return pump.stalled();
        }

        @Override
        public long octets() {
            return pump.octets();
        }
    }
}
