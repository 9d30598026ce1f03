package io.jadegate.proxy.http1;

import io.jadegate.proxy.stream.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/// What a connection is about to send: heads and small bodies gathered in one buffer, so that they
/// go out in one write; large bodies as they are.
///
/// What is flushed goes out at the end of the loop's turn, behind all reading.
final class Output implements Runnable {
    /// Data up to this size is copied behind a head: cheaper than a second buffer in the write.
    private static final int COPY = 2048;

    private static final int FIRST = 1024;
    private static final int MOST = 16 * 1024;

    private final ChannelHandlerContext ctx;
    private final Loop loop;
    private @Nullable ByteBuf tail;
    private boolean dirty;
    private boolean flushing;

    Output(ChannelHandlerContext ctx, Loop loop) {
        this.ctx = ctx;
        this.loop = loop;
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

    /// Sends what there is at the end of the loop's turn.
    void flush() {
        if (!flushing && pending()) {
            flushing = true;
            loop.atTurnEnd(this);
        }
    }

    @Override
    public void run() {
        flushing = false;
        flushNow();
    }

    /// Sends what there is, as far as the peer takes it.
    void flushNow() {
        writeTail();
        if (dirty) {
            dirty = false;
            loop.counts().socketWrite();
            ctx.flush();
        }
    }

    /// Whether the peer takes more. Much of what fills the connection may only wait for a flush.
    boolean writable() {
        if (!ctx.channel().isWritable()) {
            flushNow();
        }
        return ctx.channel().isWritable();
    }

    private void writeTail() {
        ByteBuf buffer = tail;
        if (buffer != null) {
            tail = null;
            dirty = true;
            loop.counts().copied(buffer.readableBytes());
            ctx.write(buffer, ctx.voidPromise());
        }
    }

    /// Drops what was not written yet.
    void discard() {
        dirty = false;
        if (tail != null) {
            tail.release();
            tail = null;
        }
    }
}
