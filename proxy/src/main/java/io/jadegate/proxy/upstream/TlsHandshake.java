package io.jadegate.proxy.upstream;

import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.tls.Resumption;
import io.jadegate.proxy.tls.TlsFailures;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Stands behind the TLS of a new connection until its handshake has ended, and then makes place
/// for who speaks by it. Closes a connection whose handshake does not end well, or not in time.
final class TlsHandshake extends ChannelInboundHandlerAdapter {
    private final Loop loop;
    private final Target target;
    private final Connector.Opening opening;
    private final long nanos;
    private final Deadlines.Deadline deadline;
    private @Nullable ChannelHandlerContext ctx;
    private long startMillis;
    private boolean begun;
    private boolean ended;

    /// @param target of the connection
    /// @param opening told how it ended; says who takes the place when it ended well
    /// @param nanos how long it may take, from when the connection stands; 0 for no limit
    TlsHandshake(Loop loop, Target target, Connector.Opening opening, long nanos) {
        this.loop = loop;
        this.target = target;
        this.opening = opening;
        this.nanos = nanos;
        this.deadline = loop.deadlines().new Deadline(this::tookTooLong);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        startMillis = System.currentTimeMillis();
        ctx.channel().config().setRecvByteBufAllocator(loop.readBuffers());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        deadline.cancel();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begun = true;
        if (nanos > 0 && !ended) {
            deadline.set(loop.now() + nanos);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (!completion.isSuccess()) {
                // TLS still sends its alert, and closes behind it.
                failed(TlsFailures.of(completion.cause()));
            } else if (!ended) {
                succeeded(ctx);
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE && begun && !ended) {
            failed(TlsFailures.of(new ClosedChannelException()));
            close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // The event that tells of a refused connection may also say that there is input.
        if (begun && !ended) {
            failed(TlsFailures.of(cause));
            close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        failed(TlsFailures.of(new ClosedChannelException()));
    }

    private void succeeded(ChannelHandlerContext ctx) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        target.counts(loop).handshakeDone(Resumption.of(tls.engine(), startMillis));
        String agreed = tls.applicationProtocol();
        ChannelHandler speaker = opening.speaker(agreed);
        ended = true;
        if (speaker == null) {
            opening.failed(
                    new Failure(
                            Failure.Kind.NO_HTTP2,
                            "agreed on " + (agreed == null ? "no protocol" : agreed)));
            close();
            return;
        }
        ctx.pipeline().replace(this, null, speaker);
        opening.opened();
    }

    private void tookTooLong() {
        failed(Failure.of(Failure.Kind.TLS_TIMEOUT));
        close();
    }

    private void failed(Failure failure) {
        // Of a connection that does not even stand, whoever makes it is told.
        if (!ended && (begun || context().channel().isActive())) {
            ended = true;
            deadline.cancel();
            target.counts(loop).handshakeFailed();
            opening.failed(failure);
        }
    }

    /// Past TLS, which would wait until what it still has to say is sent.
    private void close() {
        Objects.requireNonNull(context().pipeline().firstContext()).close();
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx);
    }
}
