package io.jadegate.proxy.listener;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.Sockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.util.AttributeKey;
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

    private static final AttributeKey<Introducers> INTRODUCERS =
            AttributeKey.valueOf(Door.class, "introducers");

    private final Loops loops;
    private final Supplier<? extends Listener.Terms> terms;
    private final Sockets sockets;
    private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - SILENCE_NANOS);
    private final AtomicLong untold = new AtomicLong();

    Door(Loops loops, Supplier<? extends Listener.Terms> terms) {
        this.loops = loops;
        this.sockets = loops.sockets();
        this.terms = terms;
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
        Listener.Terms current = terms.get();
        Loop acceptor = loops.of(ctx.channel().eventLoop());
        Reason refusal = admit(acceptor, channel, current);
        if (refusal == null) {
            ctx.fireChannelRead(message);
            return;
        }
        refused(acceptor, channel, current, refusal);
        if (channel.localAddress() instanceof InetSocketAddress) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        channel.unsafe().closeForcibly();
    }

    private @Nullable Reason admit(Loop acceptor, Channel channel, Listener.Terms current) {
        if (loops.budget().closed()) {
            return Reason.BUFFERS_EXHAUSTED;
        }
        if (!sockets.admit()) {
            return Reason.SOCKETS_EXHAUSTED;
        }
        Introducers introducers = current.introducers();
        boolean introduced = false;
        if (introducers != null && introducers.include(Peer.of(channel, /* tls= */ null))) {
            channel.attr(INTRODUCERS).set(introducers);
            introduced = true;
        }
        Reason refusal = introduced ? null : enter(acceptor, channel, current);
        if (refusal == null) {
            channel.closeFuture().addListener(_ -> sockets.closed());
        } else {
            sockets.closed();
        }
        return refusal;
    }

    /// By whom a connection waits to be introduced before it is let in; null when it was let in as
    /// it came.
    static @Nullable Introducers introducersOf(Channel channel) {
        return channel.hasAttr(INTRODUCERS) ? channel.attr(INTRODUCERS).get() : null;
    }

    /// Asks the filters of connections about the client of a connection, and counts it when they
    /// let it in. To be called on a loop; counts are kept by that loop.
    ///
    /// @return why it is refused; null lets it in
    @Nullable Reason enter(Loop loop, Channel channel, Listener.Terms current) {
        Admission admission = current.admission();
        Reason refusal;
        try {
            refusal =
                    admission.enter(
                            Peer.of(channel, /* tls= */ null),
                            reason -> counts(loop, current).connectionShadowed(reason));
        } catch (RuntimeException e) {
            LOG.error("a filter of connections failed", e);
            refusal = Reason.INTERNAL_ERROR;
        }
        if (refusal == null) {
            // The peer is made anew at the end: kept, it would cost every idle connection its size.
            channel.closeFuture()
                    .addListener(_ -> admission.leave(Peer.of(channel, /* tls= */ null)));
        }
        return refusal;
    }

    private static ListenerCounts counts(Loop loop, Listener.Terms current) {
        return current.counts().on(loop.index());
    }

    /// Counts a connection that is not let in, and tells of it now and then.
    void refused(Loop loop, Channel channel, Listener.Terms current, Reason reason) {
        counts(loop, current).connectionRefused(reason);
        untold.incrementAndGet();
        if (mayTell()) {
            LOG.warn(
                    "listener {}: refuses connections, {}; {} since it was last told, this one from"
                            + " {}",
                    current.listener(),
                    reason.code(),
                    untold.getAndSet(0),
                    Peer.of(channel, /* tls= */ null).text());
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
            LOG.warn("listener {}: cannot accept: {}", terms.get().listener(), cause.getMessage());
        }
        ctx.channel().config().setAutoRead(false);
        ctx.executor()
                .schedule(
                        () -> ctx.channel().config().setAutoRead(true),
                        PAUSE_SECONDS,
                        TimeUnit.SECONDS);
    }
}
