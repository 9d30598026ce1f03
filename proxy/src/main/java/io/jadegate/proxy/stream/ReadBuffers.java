package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What the connections of one loop read into. Each read of a connection that sends little goes
/// into the same small buffer, as long as nobody keeps what was in it; one that sends much gets
/// larger buffers of its own, by how much it has sent lately. Only for the loop's own thread.
final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    static final int SMALL = 2 * 1024;
    static final int LARGE = 64 * 1024;

    /// A read that fills its buffer is followed by one into a buffer so many times larger.
    private static final int GROWTH = 16;

    /// Reads of one connection before the others have their turn.
    private static final int READS = 16;

    private final Ledger ledger;
    private @Nullable ByteBuf small;
    private boolean over;

    /// @param ledger while it is tight, every read is small and the only one of its turn
    ReadBuffers(Ledger ledger) {
        super(READS);
        this.ledger = ledger;
    }

    @Override
    @SuppressWarnings("deprecation") // the interface that channels still ask for
    public Handle newHandle() {
        return new Sizes();
    }

    /// The small buffer when it is free, or else another one in its place.
    private ByteBuf small(ByteBufAllocator allocator) {
        ByteBuf mine = small;
        if (mine != null && mine.refCnt() == 1) {
            return mine.clear().retain();
        }
        ByteBuf fresh = allocator.directBuffer(SMALL, SMALL);
        if (over) {
            return fresh;
        }
        if (mine != null) {
            mine.release();
        }
        small = fresh;
        return fresh.retain();
    }

    /// Keeps nothing any more.
    void end() {
        over = true;
        if (small != null) {
            small.release();
            small = null;
        }
    }

    /// How large the next buffer of one connection is.
    private final class Sizes extends MaxMessageHandle {
        private int size = SMALL;
        private boolean lastWasSmall;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            int now = guess();
            return now == SMALL ? small(allocator) : allocator.ioBuffer(now);
        }

        @Override
        public int guess() {
            return ledger.tight() ? SMALL : size;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier more) {
            return super.continueReading(more) && !ledger.tight();
        }

        @Override
        public void lastBytesRead(int octets) {
            if (octets == attemptedBytesRead() && octets == size) {
                size = Math.min(size * GROWTH, LARGE);
                lastWasSmall = false;
            }
            super.lastBytesRead(octets);
        }

        /// Two reads in a row that would have fitted a quarter halve the size.
        @Override
        public void readComplete() {
            if (size == SMALL) {
                return;
            }
            boolean small = totalBytesRead() <= size / 4;
            if (small && lastWasSmall) {
                size /= 2;
                lastWasSmall = false;
            } else {
                lastWasSmall = small;
            }
        }
    }
}
