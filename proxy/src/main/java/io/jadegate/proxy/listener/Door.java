package io.jadegate.proxy.listener;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.Sockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stands before the loops: a connection that is not let in never reaches one. It is reset, which
/// costs one call and leaves nothing behind, neither here nor in TIME_WAIT; an answer would cost
/// reading a request from whoever is too many already, and not every protocol has one.
///
/// Runs on the loops that accept.
@ChannelHandler.Sharable
final class Door extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Door.class);

    /// Refusals and failures of one listener are told at most so often.
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// How long the system has to recover when it cannot accept.
    private static final long PAUSE_SECONDS = 1;

    private final Loops loops;
    private final Supplier<Admission> admission;
    private final Supplier<PerLoop<ListenerCounts>> counts;
    private final Sockets sockets;
    private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - SILENCE_NANOS);
    private final AtomicLong untold = new AtomicLong();

    Door(Loops loops, Supplier<Admission> admission, Supplier<PerLoop<ListenerCounts>> counts) {
        this.loops = loops;
        this.sockets = loops.sockets();
        this.admission = admission;
        this.counts = counts;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel channel = (Channel) message;
        if (channel.remoteAddress() == null
                && ctx.channel().localAddress() instanceof InetSocketAddress) {
            // Gone before it could be asked who it was; it must not pass for a local peer.
            channel.unsafe().closeForcibly();
            return;
        }
        Peer peer = peer(channel);
        Reason refusal = admit(ctx, channel, peer);
        if (refusal == null) {
            ctx.fireChannelRead(message);
            return;
        }
        counts(ctx).connectionRefused(refusal);
        tell(ctx, refusal, peer);
        if (channel.localAddress() instanceof InetSocketAddress) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.unsafe().closeForcibly();
    }

    private static Peer peer(Channel channel) {
        return Peer.of(channel.remoteAddress(), channel.localAddress(), /* tls= */ null);
    }

    private @Nullable Reason admit(ChannelHandlerContext ctx, Channel channel, Peer peer) {
        if (loops.budget().closed()) {
            return Reason.BUFFERS_EXHAUSTED;
        }
        if (!sockets.admit()) {
            return Reason.SOCKETS_EXHAUSTED;
        }
        Admission current = admission.get();
        Reason refusal;
        try {
            refusal = current.enter(peer, reason -> counts(ctx).connectionShadowed(reason));
        } catch (RuntimeException e) {
            LOG.error("a filter of connections failed", e);
            refusal = Reason.INTERNAL_ERROR;
        }
        if (refusal != null) {
            sockets.closed();
            return refusal;
        }
        // The peer is made anew at the end: kept, it would cost every idle connection its size.
        channel.closeFuture()
                .addListener(_ -> {
                    sockets.closed();
                    current.leave(peer(channel));
                });
        return null;
    }

    private ListenerCounts counts(ChannelHandlerContext ctx) {
        return counts.get().on(loops.of(ctx.channel().eventLoop()).index());
    }

    private void tell(ChannelHandlerContext ctx, Reason reason, Peer peer) {
        untold.incrementAndGet();
        if (mayTell()) {
            LOG.warn(
                    "listener {}: refuses connections, {}; {} since it was last told, this one from"
                            + " {}",
                    ctx.channel().localAddress(),
                    reason.code(),
                    untold.getAndSet(0),
                    peer.text());
        }
    }

    private boolean mayTell() {
        long now = System.nanoTime();
        long told = toldNanos.get();
        return now - told >= SILENCE_NANOS && toldNanos.compareAndSet(told, now);
    }

    /// Accepting failed, most likely for want of a descriptor. What waits stays in the system's
    /// queue for a while, instead of being asked for again at once and for ever.
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (mayTell()) {
            LOG.warn(
                    "listener {}: cannot accept: {}",
                    ctx.channel().localAddress(),
                    cause.getMessage());
        }
        ctx.channel().config().setAutoRead(false);
        ctx.executor()
                .schedule(
                        () -> ctx.channel().config().setAutoRead(true),
                        PAUSE_SECONDS,
                        TimeUnit.SECONDS);
    }
}
