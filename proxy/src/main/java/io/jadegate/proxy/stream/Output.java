package io.jadegate.proxy.stream;

import io.jadegate.api.http.Octets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a connection is about to send: heads and small bodies gathered in one buffer, so that they
/// go out in one write; large bodies as they are.
///
/// What is flushed goes out at the end of the loop's turn, behind all reading.
///
/// Bodies are charged to the loop's ledger when they are written, and given back when the socket
/// has taken all at the flush; else whatever it has not taken stays charged. Nothing tells when
/// some of it has gone out, so a *mark* is sent behind it, an empty buffer whose promise tells.
/// What was written before the mark is charged until the mark has passed, what was written since
/// until the next has: never less than is held, and at most what one window more would be. A flush
/// that the socket takes whole, as nearly all do, sets no mark.
public final class Output implements Runnable {
    /// Data up to this size is copied behind a head: cheaper than a second buffer in the write.
    private static final int COPY = 2048;

    private static final int MOST = 16 * 1024;

    private final ChannelHandlerContext ctx;
    private final Loop loop;
    private final Runnable drained;
    private @Nullable ByteBuf tail;
    private @Nullable ByteBuf lastRoot;
    private boolean dirty;
    private boolean flushing;
    private boolean adding;
    private boolean marked;
    private int beforeMark;
    private int sinceMark;
    private int charged;
    private int sends;

    /// @param drained told when the socket has taken all, after some of it had to wait
    public Output(ChannelHandlerContext ctx, Loop loop, Runnable drained) {
        this.ctx = ctx;
        this.loop = loop;
        this.drained = drained;
    }

    /// An empty place to put a head or framing together, to be added at once.
    public Octets octets() {
        return loop.octets();
    }

    /// Adds a copy of a head or framing.
    public void add(Octets octets) {
        tail(octets.size()).writeBytes(octets.array(), 0, octets.size());
    }

    /// The buffer that heads, framing and small bodies are gathered in, to be written to at once;
    /// the caller must neither keep nor release it.
    ///
    /// @param octets how much is to be written, about
    public ByteBuf tail(int octets) {
        ByteBuf buffer = tail;
        if (buffer != null && buffer.readableBytes() >= MOST) {
            writeTail();
            buffer = null;
        }
        if (buffer == null) {
            buffer = loop.writeBuffers().take(ctx.alloc(), octets);
            tail = buffer;
        }
        return buffer;
    }

    /// Adds octets of a body; takes ownership.
    public void data(ByteBuf data) {
        ByteBuf buffer = tail;
        int octets = data.readableBytes();
        if (buffer != null && octets <= COPY && buffer.readableBytes() + octets <= MOST) {
            buffer.writeBytes(data);
            data.release();
            return;
        }
        writeTail();
        wrote(data);
        // At once, not at the turn's end: thousands of connections may fill in one turn.
        charge();
        write(data);
    }

    private void write(ByteBuf data) {
        dirty = true;
        adding = true;
        ctx.write(data, ctx.voidPromise());
        adding = false;
    }

    /// Whether something was added that was not sent.
    public boolean pending() {
        return dirty || tail != null;
    }

    /// Sends what there is at the end of the loop's turn.
    public void flush() {
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
    public void flushNow() {
        ByteBuf buffer = tail;
        if (buffer != null) {
            tail = null;
            dirty = false;
            loop.counts().copied(buffer.readableBytes());
            loop.counts().socketWrite();
            sinceMark += buffer.capacity();
            sends++;
            ctx.writeAndFlush(buffer.retain(), ctx.voidPromise());
            loop.writeBuffers().giveBack(buffer);
            settle();
        } else if (dirty) {
            dirty = false;
            loop.counts().socketWrite();
            sends++;
            ctx.flush();
            settle();
        }
    }

    /// How often what there was has been handed to the socket; to be compared with a later answer.
    public int sends() {
        return sends;
    }

    /// Whether the peer takes more. Much of what fills the connection may only wait for a flush.
    /// While the node's budget is tight it takes more only when nothing waits for it; [#drained] is
    /// told then.
    ///
    /// Whoever hears that what is just being added fills the connection asks also. A flush could
    /// make room then, and what others add in it would stand between the head of a frame or chunk
    /// and its octets, or be lost.
    public boolean writable() {
        boolean tight = loop.ledger().tight();
        if (!adding && (tight || !ctx.channel().isWritable())) {
            flushNow();
        }
        return ctx.channel().isWritable() && (!tight || charged == 0);
    }

    /// Whether the socket has taken all that was added.
    boolean sent() {
        return !pending() && nothingWaits();
    }

    private boolean nothingWaits() {
        ChannelOutboundBuffer waiting = ctx.channel().unsafe().outboundBuffer();
        return waiting == null || waiting.isEmpty();
    }

    /// The memory of what the socket has not taken.
    public int heldBytes() {
        return charged;
    }

    /// Neighbours in a body share the memory that they were read into, also with the framing of
    /// chunks between them.
    @SuppressWarnings("ReferenceEquality") // The same memory, not the same octets.
    private void wrote(ByteBuf data) {
        ByteBuf root = Ledger.root(data);
        if (root != lastRoot) {
            lastRoot = root;
            sinceMark += root.capacity();
        }
    }

    private void settle() {
        lastRoot = null;
        if (nothingWaits()) {
            beforeMark = 0;
            sinceMark = 0;
        } else if (!marked) {
            mark();
        }
        charge();
    }

    private void mark() {
        marked = true;
        beforeMark = sinceMark;
        sinceMark = 0;
        // In front of TLS, if there is some: it has sealed all that is before the mark.
        Objects.requireNonNull(ctx.pipeline().firstContext())
                .writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(this::markPassed);
    }

    private void markPassed(Future<?> passed) {
        marked = false;
        beforeMark = 0;
        if (!passed.isSuccess()) {
            // The channel is closed, and its buffer gone.
            sinceMark = 0;
        } else if (sinceMark > 0) {
            mark();
        }
        charge();
        if (charged == 0 && passed.isSuccess()) {
            drained.run();
        }
    }

    private void charge() {
        int held = beforeMark + sinceMark;
        if (held != charged) {
            loop.ledger().charge(held - charged);
            charged = held;
        }
    }

    private void writeTail() {
        ByteBuf buffer = tail;
        if (buffer != null) {
            tail = null;
            loop.counts().copied(buffer.readableBytes());
            sinceMark += buffer.capacity();
            write(buffer);
        }
    }

    /// Drops what was not written yet. The channel is closed, and its buffer gone.
    public void discard() {
        dirty = false;
        beforeMark = 0;
        sinceMark = 0;
        lastRoot = null;
        charge();
        if (tail != null) {
            tail.release();
            tail = null;
        }
    }
}
