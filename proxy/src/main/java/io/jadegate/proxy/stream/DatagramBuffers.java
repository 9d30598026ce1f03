package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/// What the sockets of one loop read datagrams into: one buffer, larger than any datagram of IP can
/// be, so that none is ever cut and taken for whole. Whoever keeps a datagram copies it; then the
/// next goes into the same buffer. Only for the loop's own thread.
final class DatagramBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    /// The length in a datagram's own header has 16 bits, and that header is counted in it.
    private static final int SIZE = 64 * 1024;

    /// Datagrams of one socket before the others have their turn.
    private static final int READS = 32;

    private @Nullable ByteBuf buffer;
    private boolean over;

    DatagramBuffers() {
        super(READS);
    }

    @Override
    @SuppressWarnings("deprecation") // the interface that channels still ask for
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public ByteBuf allocate(ByteBufAllocator allocator) {
                return take(allocator);
            }

            @Override
            public int guess() {
                return SIZE;
            }
        };
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
