package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What one event loop holds for others, charged where octets come to rest: what a socket has not
/// taken, bodies that are kept, input that waits. A small request comes to rest nowhere and costs
/// nothing; what is charged costs an addition.
///
/// The size of the memory is charged, not the number of octets in it, so that a few octets that
/// keep a large buffer alive are not taken for few. Only for the loop's own thread, but for
/// [#heldBytes()].
public final class Ledger {
    private final Budget budget;
    private final long stepBytes;

    // Written by the loop alone, without ordering; read by whoever sums up.
    private final AtomicLong held = new AtomicLong();
    private long told;

    public Ledger(Budget budget) {
        this.budget = budget;
        this.stepBytes = budget.stepBytes();
    }

    /// Charges bytes, or gives them back when negative.
    public void charge(long bytes) {
        long now = held.getPlain() + bytes;
        held.setOpaque(now);
        long untold = now - told;
        if (untold >= stepBytes || untold <= -stepBytes) {
            told = now;
            budget.tell(untold);
        }
    }

    /// Whether a stream that holds something should read no more.
    public boolean tight() {
        return budget.tight();
    }

    /// Whether no new work should be begun.
    public boolean full() {
        return budget.full();
    }

    /// Counts an exchange that was not begun because the budget is full.
    public void exchangeShed() {
        budget.exchangeShed();
    }

    /// How much a stream may have delivered that was not consumed before it stops reading; it goes
    /// on at half of it.
    public int window() {
        return budget.tight() ? 1 : ByteStream.WINDOW;
    }

    /// What the loop holds; may be asked from any thread.
    public long heldBytes() {
        return held.getOpaque();
    }

    /// The same octets in a buffer of their size, when they would keep a far larger one alive;
    /// takes ownership.
    public static ByteBuf compact(ByteBuf data) {
        int octets = data.readableBytes();
        if (footprint(data) <= 4 * octets) {
            return data;
        }
        ByteBuf copy = data.alloc().directBuffer(octets).writeBytes(data);
        data.release();
        return copy;
    }

    /// The memory that a buffer keeps alive.
    public static int footprint(ByteBuf buffer) {
        return root(buffer).capacity();
    }

    /// The buffer that a slice or duplicate is of.
    public static ByteBuf root(ByteBuf buffer) {
        ByteBuf root = buffer;
        for (@Nullable ByteBuf next = root.unwrap(); next != null; next = root.unwrap()) {
            root = next;
        }
        return root;
    }
}
