package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A whole connection as a stream of octets, in clear text or behind a TLS handshake that has
/// ended; with a client or an endpoint.
///
/// Each direction ends by itself; the connection closes when both have ended and what was sent has
/// gone out. Under TLS an end counts only when it was announced (close_notify, RFC 8446 §6.1), for
/// anybody on the way can end a connection. A TLS engine that answers the peer's end by its own
/// leaves the stream [deaf][Receiver#deaf].
///
/// The last handler of its channel; everything runs on the channel's event loop.
public final class SocketStream extends ChannelInboundHandlerAdapter implements ByteStream {
    private static final Logger LOG = LoggerFactory.getLogger(SocketStream.class);

    private final Loop loop;
    private final Receiver receiver;
    private final Breakage breakage;
    private final Deadlines.Deadline endDeadline;
    private final long endNanos;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable SslHandler tls;
    private @Nullable Output output;
    private int outstanding;
    private boolean paused;
    private boolean wasUnwritable;
    private boolean inputEnded;
    private boolean endAnnounced;
    private boolean outputEnded;
    private boolean outputGone;

    /// Whether the channel closes by itself when the peer has ended; what breaks it is told before.
    private boolean closesAtEnd;

    private boolean deaf;
    private boolean over;

    /// Where what arrives goes, and who is told of the connection's life.
    public interface Receiver extends ByteStream.Receiver {
        /// The connection stands. Not told of one to an endpoint: whoever has it made is told.
        void active(Channel channel);

        /// Nothing that is sent reaches the peer any more, though the stream has not failed.
        void deaf();

        /// The connection is closed. Told last, also behind a failure or a reset.
        void gone();
    }

    /// What it is called when the peer breaks the connection.
    @FunctionalInterface
    public interface Breakage {
        /// @param cause null when the connection is just gone
        Failure of(@Nullable Throwable cause);
    }

    /// @param breakage what it is called when the peer breaks the connection
    /// @param endNanos how long a peer may take for the rest when both directions have ended; 0 for
    ///   no limit
    public SocketStream(Loop loop, Receiver receiver, Breakage breakage, long endNanos) {
        this.loop = loop;
        this.receiver = receiver;
        this.breakage = breakage;
        this.endNanos = endNanos;
        this.endDeadline = loop.deadlines().new Deadline(this::reset);
    }

    // ---- events

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        tls = ctx.pipeline().get(SslHandler.class);
        output = new Output(ctx, loop, this::drained);
        ctx.channel().config().setRecvByteBufAllocator(loop.readBuffers());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        receiver.active(ctx.channel());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        endDeadline.cancel();
        output().discard();
        if (!over && endAnnounced) {
            // Whoever says goodbye may go: what it sent is whole.
            becomeDeaf();
            over = true;
        } else if (closesAtEnd) {
            inputEnded();
        }
        fail(breakage.of(null));
        receiver.gone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof NotYetConnectedException) {
            // The event that tells of a refused connection may also say that there is input. The
            // refusal itself arrives by the connect future.
            return;
        }
        boolean ofNetwork =
                cause instanceof IOException
                        || (cause instanceof DecoderException
                                && cause.getCause() instanceof IOException);
        if (!ofNetwork) {
            LOG.error("connection with {} failed", ctx.channel().remoteAddress(), cause);
        }
        fail(ofNetwork ? breakage.of(cause) : Failure.of(Failure.Kind.INTERNAL));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent end) {
            if (end.isSuccess()) {
                endAnnounced = true;
                inputEnded();
                loop.atTurnEnd(this::noticeDeafness);
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE && ctx.channel().isActive()) {
            // A connection that is refused also says that its input has ended.
            if (tls == null || endAnnounced) {
                inputEnded();
            } else {
                fail(
                        new Failure(
                                breakage.of(null).kind(),
                                "TLS ended without close_notify (RFC 8446 6.1)"));
            }
        }
    }

    private void inputEnded() {
        if (inputEnded || over) {
            return;
        }
        inputEnded = true;
        receiver.end();
        receiver.readComplete();
        closeIfBothEnded();
    }

    /// TLS 1.2, and BoringSSL in whatever version, answer an announced end by their own (RFC 5246
    /// §7.2.1).
    private void noticeDeafness() {
        if (!over && Objects.requireNonNull(tls).engine().isOutboundDone()) {
            becomeDeaf();
            closeIfBothEnded();
        }
    }

    private void becomeDeaf() {
        if (!deaf) {
            deaf = true;
            outputGone |= outputEnded;
            receiver.deaf();
            drained();
        }
    }

    private void closeIfBothEnded() {
        if (!inputEnded || !outputEnded || over) {
            return;
        }
        if (outputGone) {
            over = true;
            Ending.close(channel());
        } else if (endNanos > 0) {
            endDeadline.set(loop.now() + endNanos);
        }
    }

    /// The peer, or a bug, has broken the connection.
    private void fail(Failure failure) {
        if (!over) {
            over = true;
            Ending.cut(channel());
            receiver.failed(failure);
        }
    }

    // ---- what arrives

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.counts().socketRead();
        if (over || inputEnded || !in.isReadable()) {
            in.release();
            return;
        }
        outstanding += in.readableBytes();
        receiver.data(in);
        // Asked afterwards: what could be passed on at once has been consumed by now.
        if (!over && outstanding >= loop.ledger().window()) {
            pause();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!over) {
            receiver.readComplete();
        }
    }

    @Override
    public void consumed(int octets) {
        outstanding -= octets;
        if (outstanding <= loop.ledger().window() / 2) {
            resume();
        }
    }

    private void pause() {
        if (!paused) {
            paused = true;
            channel().config().setAutoRead(false);
        }
    }

    private void resume() {
        if (paused) {
            paused = false;
            // Closed already, it hears of its end in a moment; its descriptor may be another's now.
            if (channel().isOpen()) {
                channel().config().setAutoRead(true);
            }
        }
    }

    // ---- what is sent

    @Override
    public void send(ByteBuf data) {
        if (over || deaf || outputEnded || !data.isReadable()) {
            data.release();
        } else {
            output().data(data);
        }
    }

    @Override
    public void sendEnd() {
        if (over || outputEnded) {
            return;
        }
        outputEnded = true;
        if (deaf) {
            outputGone = true;
            closeIfBothEnded();
            return;
        }
        output().flushNow();
        closeIfBothEnded();
        if (tls == null && output().sent()) {
            outputGone();
        } else {
            ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> outputGone());
        }
    }

    private void outputGone() {
        if (over) {
            return;
        }
        outputGone = true;
        if (inputEnded) {
            closeIfBothEnded();
        } else {
            Ending.shutdownOutput(channel());
            if (tls == null) {
                // The peer's end is the connection's now: shutting the input down besides would
                // cost a call that fails, and the exception that says so.
                channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
                closesAtEnd = true;
            }
        }
    }

    @Override
    public void flush() {
        if (!over) {
            output().flush();
        }
    }

    @Override
    public boolean writable() {
        boolean writable = over || deaf || output().writable();
        wasUnwritable |= !writable;
        return writable;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (output().writable()) {
            drained();
        }
    }

    private void drained() {
        if (wasUnwritable && !over) {
            wasUnwritable = false;
            receiver.writable();
        }
    }

    @Override
    public int heldBytes() {
        return over ? 0 : output().heldBytes();
    }

    @Override
    public void reset() {
        if (!over) {
            over = true;
            Ending.cut(channel());
        }
    }

    private Channel channel() {
        return ctx().channel();
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private Output output() {
        return Objects.requireNonNull(output);
    }
}
