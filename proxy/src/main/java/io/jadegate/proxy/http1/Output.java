package io.jadegate.proxy.http1;

import io.jadegate.proxy.observe.LoopCounts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/// What a connection is about to send: heads and small bodies gathered in one buffer, so that they
/// go out in one write; large bodies as they are.
final class Output {
    /// Data up to this size is copied behind a head: cheaper than a second buffer in the write.
    private static final int COPY = 2048;

    private static final int FIRST = 1024;
    private static final int MOST = 16 * 1024;

    private final ChannelHandlerContext ctx;
    private final LoopCounts counts;
    private @Nullable ByteBuf tail;
    private boolean dirty;

    Output(ChannelHandlerContext ctx, LoopCounts counts) {
        this.ctx = ctx;
        this.counts = counts;
    }

    /// The buffer to write heads and framing to.
    ByteBuf buffer() {
        ByteBuf buffer = tail;
        if (buffer != null && buffer.readableBytes() >= MOST) {
            writeTail();
            buffer = null;
        }
        if (buffer == null) {
            buffer = ctx.alloc().directBuffer(FIRST);
            tail = buffer;
        }
        return buffer;
    }

    /// Adds octets of a body; takes ownership.
    void data(ByteBuf data) {
        ByteBuf buffer = tail;
        int octets = data.readableBytes();
        if (buffer != null && octets <= COPY && buffer.readableBytes() + octets <= MOST) {
            buffer.writeBytes(data);
            data.release();
            return;
        }
        writeTail();
        ctx.write(data, ctx.voidPromise());
        dirty = true;
    }

    boolean pending() {
        return dirty || tail != null;
    }

    void flush() {
        writeTail();
        if (dirty) {
            dirty = false;
            counts.socketWrite();
            ctx.flush();
        }
    }

    private void writeTail() {
        ByteBuf buffer = tail;
        if (buffer != null) {
            tail = null;
            dirty = true;
            counts.copied(buffer.readableBytes());
            ctx.write(buffer, ctx.voidPromise());
        }
    }

    /// Drops what was not written yet.
    void discard() {
        if (tail != null) {
            tail.release();
            tail = null;
        }
    }
}
