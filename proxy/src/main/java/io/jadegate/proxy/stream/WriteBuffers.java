package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;

/// Small buffers outside the heap that heads are written to and that are used again when they have
/// gone out. Only for the loop's own thread.
public final class WriteBuffers {
    private static final int CAPACITY = 1024;
    private static final int MAX_CAPACITY = 4 * CAPACITY;
    private static final int SPARE = 64;

    private final ArrayDeque<ByteBuf> spare = new ArrayDeque<>();
    private boolean over;

    WriteBuffers() {}

    /// An empty buffer with room for `octets`.
    public ByteBuf take(ByteBufAllocator allocator, int octets) {
        ByteBuf buffer = spare.pollLast();
        return buffer != null ? buffer : allocator.directBuffer(Math.max(CAPACITY, octets));
    }

    /// Takes a reference to a buffer that has been written, to use it again if it was the last.
    public void giveBack(ByteBuf buffer) {
        boolean again =
                !over
                        && buffer.refCnt() == 1
                        && buffer.capacity() <= MAX_CAPACITY
                        && spare.size() < SPARE;
        if (again) {
            spare.addLast(buffer.clear());
        } else {
            buffer.release();
        }
    }

    /// Keeps nothing any more.
    void end() {
        over = true;
        spare.forEach(ByteBuf::release);
        spare.clear();
    }
}
