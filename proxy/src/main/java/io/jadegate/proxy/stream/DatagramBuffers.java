package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What the sockets of one loop read datagrams into: one buffer, larger than any datagram of IP can
/// be, so that none is ever cut and taken for whole. Whoever keeps a datagram copies it; then the
/// next goes into the same buffer. Only for the loop's own thread.
final class DatagramBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    /// The length in a datagram's own header has 16 bits, and that header is counted in it.
    private static final int SIZE = 64 * 1024;

    /// Datagrams of one socket before the others have their turn.
    private static final int READS = 32;

    /// Rounds of reading between looks for more.
    private static final int LOOK_ROUNDS = 8;

    private @Nullable ByteBuf buffer;
    private boolean over;

    DatagramBuffers() {
        super(READS);
    }

    @Override
    @SuppressWarnings("deprecation") // the interface that channels still ask for
    public Handle newHandle() {
        return new Reads();
    }

    /// For a socket on which one datagram comes at a time.
    RecvByteBufAllocator sparing() {
        return SparingReads::new;
    }

    private class Reads extends MaxMessageHandle {
        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return take(allocator);
        }

        @Override
        public int guess() {
            return SIZE;
        }
    }

    /// Reads as many as there were before, and only now and then looks whether there are more: a
    /// read that finds nothing costs as much as one that does. What is left is told again by the
    /// system.
    private final class SparingReads extends Reads {
        private int limit = 1;
        private int read;
        private int rounds;
        private boolean wantsMore;

        @Override
        public void reset(ChannelConfig config) {
            super.reset(config);
            if (wantsMore) {
                // There was nothing more.
                limit = Math.max(1, read);
            }
            read = 0;
            wantsMore = false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            read++;
            if (read > limit) {
                limit = Math.min(2 * limit, READS);
            }
            boolean looks = read < limit || (read == limit && ++rounds % LOOK_ROUNDS == 0);
            wantsMore = looks && super.continueReading(maybeMore);
            return wantsMore;
        }
    }

    private ByteBuf take(ByteBufAllocator allocator) {
        ByteBuf mine = buffer;
        if (mine != null && mine.refCnt() == 1) {
            return mine.clear().retain();
        }
        ByteBuf fresh = allocator.directBuffer(SIZE, SIZE);
        if (mine != null || over) {
            return fresh;
        }
        buffer = fresh;
        return fresh.retain();
    }

    /// Keeps nothing any more.
    void end() {
        over = true;
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }
}
