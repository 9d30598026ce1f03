package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What the connections of one loop read into. Each read of a connection that sends little goes
/// into the same small buffer, as long as nobody keeps what was in it; one that sends much gets
/// larger buffers, by how much it has sent lately. Of those a few are kept, and the first that is
/// free is used again: what was just sent on is still in the processor's cache, which is half of
/// what a large body costs. Only for the loop's own thread.
final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    static final int SMALL = 2 * 1024;

    /// Room for a body, or a piece of one, of 64 KiB with its head or framing: a power of two is
    /// what many senders choose, and the few octets over would cost a read and a write of their
    /// own.
    static final int LARGE = 68 * 1024;

    /// A read that fills its buffer is followed by one into a buffer so many times larger.
    private static final int GROWTH = 16;

    /// Reads of one connection before the others have their turn.
    private static final int READS = 16;

    /// Large buffers that are kept, of each size.
    private static final int KEPT = 8;

    private final Ledger ledger;
    private final Kept medium = new Kept(SMALL * GROWTH);
    private final Kept large = new Kept(LARGE);
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

    /// A buffer of at least `size` octets, more than a small one has.
    private ByteBuf larger(ByteBufAllocator allocator, int size) {
        if (over) {
            return allocator.directBuffer(size, size);
        }
        return (size <= medium.size ? medium : large).take(allocator);
    }

    /// Buffers of one size, each held here and by whoever reads into it.
    private static final class Kept {
        private final int size;
        private final @Nullable ByteBuf[] buffers = new @Nullable ByteBuf[KEPT];
        private int replaced;

        Kept(int size) {
            this.size = size;
        }

        ByteBuf take(ByteBufAllocator allocator) {
            for (int i = 0; i < KEPT; i++) {
                ByteBuf kept = buffers[i];
                if (kept == null) {
                    return fresh(allocator, i);
                }
                if (kept.refCnt() == 1) {
                    return kept.clear().retain();
                }
            }
            // Who reads slowly may use one for long: its place goes to another.
            replaced = (replaced + 1) % KEPT;
            return fresh(allocator, replaced);
        }

        private ByteBuf fresh(ByteBufAllocator allocator, int place) {
            ByteBuf fresh = allocator.directBuffer(size, size);
            ByteBuf before = buffers[place];
            if (before != null) {
                before.release();
            }
            buffers[place] = fresh;
            return fresh.retain();
        }

        void release() {
            for (int i = 0; i < KEPT; i++) {
                ByteBuf kept = buffers[i];
                if (kept != null) {
                    kept.release();
                    buffers[i] = null;
                }
            }
        }
    }

    /// Keeps nothing any more.
    void end() {
        over = true;
        medium.release();
        large.release();
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
            return now == SMALL ? small(allocator) : larger(allocator, now);
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
            if (octets == attemptedBytesRead() && octets >= size) {
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
