package io.jadegate.proxy.http1;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Octets;
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

    /// An empty place to put a head or framing together, to be added at once.
    Octets octets() {
        return loop.octets();
    }

    /// Adds a copy of a head or framing.
    void add(Octets octets) {
        ByteBuf buffer = tail;
        if (buffer != null && buffer.readableBytes() >= MOST) {
            writeTail();
            buffer = null;
        }
        if (buffer == null) {
            buffer = loop.writeBuffers().take(ctx.alloc(), octets.size());
            tail = buffer;
        }
        buffer.writeBytes(octets.array(), 0, octets.size());
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

    /// Adds octets of a body as a chunk (RFC 9112 §7.1); takes ownership.
    void chunk(ByteBuf data) {
        Octets size = octets();
        HeadWriter.chunkSize(size, data.readableBytes());
        add(size);
        data(data);
        add(octets().put('\r').put('\n'));
    }

    /// Adds the end of a body in chunks.
    void lastChunk(@Nullable HeaderFields trailers) {
        Octets end = octets();
        HeadWriter.lastChunk(end, trailers);
        add(end);
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
        ByteBuf buffer = tail;
        if (buffer != null) {
            tail = null;
            dirty = false;
            loop.counts().copied(buffer.readableBytes());
            loop.counts().socketWrite();
            ctx.writeAndFlush(buffer.retain(), ctx.voidPromise());
            loop.writeBuffers().giveBack(buffer);
        } else if (dirty) {
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
