package io.jadegate.proxy.upstream;

import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Ledger;
import io.jadegate.proxy.stream.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's way to an upstream for datagrams: a target, chosen once, and a socket connected to
/// it, by which nobody else's datagrams come back. Each datagram that is given to it is told of
/// once, when the system has taken it or has not.
///
/// ```
/// NEW → CONNECTING → OPEN → CLOSED
/// ```
///
/// It takes no permits of the upstream's `capacity`: how many there may be is for the listener to
/// say. The target's balancer counts it as a request. Only for its loop's own thread.
public final class DatagramLink extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(DatagramLink.class);

    /// What waits for the system to take it; what is more is dropped, as anywhere on the way.
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(32 * 1024, 64 * 1024);

    /// Datagrams that may wait for the socket.
    private static final int MOST_EARLY = 16;

    private final Upstream upstream;
    private final Loop loop;
    private final Receiver receiver;
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(1);
    private State state = State.NEW;
    private @Nullable Target target;
    private @Nullable Channel channel;
    private long heldBytes;

    private enum State {
        NEW,
        CONNECTING,
        OPEN,
        CLOSED
    }

    /// Who uses a link.
    public interface Receiver {
        /// The endpoint sent a datagram; borrowed for the call.
        void received(ByteBuf data);

        /// What has arrived by now has been told.
        void readComplete();

        /// The system has taken a datagram for the endpoint.
        void sent(int octets);

        /// A datagram was dropped.
        void unsent();

        /// Nothing reaches the endpoint any more. The receiver closes the link.
        void failed(Failure failure);
    }

    DatagramLink(Upstream upstream, Loop loop, Receiver receiver) {
        this.upstream = upstream;
        this.loop = loop;
        this.receiver = receiver;
    }

    /// Chooses a target and opens the socket. Called once.
    ///
    /// @return why there is none; null when datagrams can be sent
    public @Nullable Failure begin() {
        Target chosen = upstream.picker().pick(loop, null);
        if (chosen == null) {
            return Failure.of(Failure.Kind.NO_ENDPOINT);
        }
        SocketAddress address = chosen.resolved().next();
        if (address == null) {
            return failed(chosen, Failure.of(Failure.Kind.NAME_NOT_RESOLVED));
        }
        Channel opened;
        try {
            opened = upstream.connector().transport().newDatagramChannel();
        } catch (ChannelException e) {
            return failed(chosen, Failure.of(Failure.Kind.SOCKETS_EXHAUSTED, e));
        }
        target = chosen;
        channel = opened;
        state = State.CONNECTING;
        chosen.inFlightCounter().incrementAndGet();
        chosen.connectionCounter().incrementAndGet();
        chosen.counts(loop).attemptBegan();
        chosen.counts(loop).connectionOpened();
        opened.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, loop.sparingDatagramBuffers());
        opened.config().setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
        opened.pipeline().addLast(this);
        loop.eventLoop().register(opened);
        loop.keep(opened);
        ChannelFuture connecting = opened.connect(address);
        if (connecting.isDone() && !connecting.isSuccess()) {
            Failure failure = Failure.of(Failure.Kind.UNREACHABLE, connecting.cause());
            close(failure);
            return failure;
        }
        connecting.addListener(future -> connected(future.cause()));
        return null;
    }

    private Failure failed(Target chosen, Failure failure) {
        chosen.counts(loop).attemptBegan();
        chosen.counts(loop).attemptEnded(failure.reason());
        return failure;
    }

    private void connected(@Nullable Throwable trouble) {
        if (state != State.CONNECTING) {
            return;
        }
        state = State.OPEN;
        if (trouble != null) {
            receiver.failed(Failure.of(Failure.Kind.UNREACHABLE, trouble));
            return;
        }
        while (!early.isEmpty()) {
            write(early.removeFirst());
        }
    }

    /// The target; null before [#begin()], and when there was none.
    public @Nullable Target target() {
        return target;
    }

    /// What waits for the system to take it.
    public long heldBytes() {
        return heldBytes;
    }

    /// Sends one datagram; takes ownership. One that the system cannot take now is dropped.
    public void send(ByteBuf data) {
        boolean taken =
                switch (state) {
                    case CONNECTING -> early.size() < MOST_EARLY;
                    case OPEN -> Objects.requireNonNull(channel).isWritable();
                    case NEW, CLOSED -> false;
                };
        // One without octets would pass for sent, and Netty sends none.
        if (!taken || !data.isReadable() || loop.ledger().full()) {
            data.release();
            receiver.unsent();
            return;
        }
        hold(Ledger.footprint(data));
        if (state == State.CONNECTING) {
            early.addLast(data);
        } else {
            write(data);
        }
    }

    private void write(ByteBuf data) {
        int octets = data.readableBytes();
        int footprint = Ledger.footprint(data);
        Objects.requireNonNull(channel)
                .writeAndFlush(data)
                .addListener(future -> written(octets, footprint, future.cause()));
    }

    private void written(int octets, int footprint, @Nullable Throwable trouble) {
        hold(-footprint);
        if (trouble == null) {
            receiver.sent(octets);
            return;
        }
        receiver.unsent();
        Failure.Kind kind = meaning(trouble);
        if (kind != null && state == State.OPEN) {
            receiver.failed(Failure.of(kind, trouble));
        }
    }

    private void hold(int bytes) {
        heldBytes += bytes;
        loop.ledger().charge(bytes);
    }

    /// What an error says about the endpoint, as the network told it (ICMP); null when it says
    /// something about one datagram only, such as that it is too large for the way.
    private static Failure.@Nullable Kind meaning(Throwable trouble) {
        return switch (trouble) {
            case PortUnreachableException _ -> Failure.Kind.CONNECT_REFUSED;
            case ConnectException _ -> Failure.Kind.CONNECT_REFUSED;
            case NoRouteToHostException _ -> Failure.Kind.UNREACHABLE;
            case NativeIoException e when e.expectedErr() == Errors.ERROR_ECONNREFUSED_NEGATIVE ->
                    Failure.Kind.CONNECT_REFUSED;
            case NativeIoException e
                    when e.expectedErr() == Errors.ERROR_EHOSTUNREACH_NEGATIVE
                            || e.expectedErr() == Errors.ERROR_ENETUNREACH_NEGATIVE ->
                    Failure.Kind.UNREACHABLE;
            default -> null;
        };
    }

    /// Closes the socket. What waits is dropped. Calls after the first do nothing.
    ///
    /// @param why what ended its use, whoever is to blame; null when nothing did
    public void close(@Nullable Failure why) {
        if (state != State.CONNECTING && state != State.OPEN) {
            return;
        }
        state = State.CLOSED;
        while (!early.isEmpty()) {
            ByteBuf data = early.removeFirst();
            hold(-Ledger.footprint(data));
            data.release();
            receiver.unsent();
        }
        Objects.requireNonNull(channel).close();
        Target used = Objects.requireNonNull(target);
        used.inFlightCounter().decrementAndGet();
        used.connectionCounter().decrementAndGet();
        used.connectionEnded(loop, why);
        used.counts(loop).connectionClosed();
    }

    // ---- the socket

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        try {
            if (state == State.OPEN) {
                receiver.received(packet.content());
            }
        } finally {
            packet.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        receiver.readComplete();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // Closed from below: the loop is going.
        if (state == State.OPEN) {
            receiver.failed(Failure.of(Failure.Kind.DRAINED));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (state != State.OPEN && state != State.CONNECTING) {
            return;
        }
        if (!(cause instanceof IOException)) {
            LOG.error("a datagram of an endpoint led to a failure", cause);
            receiver.failed(Failure.of(Failure.Kind.INTERNAL, cause));
        } else if (!isTooLarge(cause)) {
            Failure.Kind kind = meaning(cause);
            receiver.failed(Failure.of(kind == null ? Failure.Kind.UNREACHABLE : kind, cause));
        }
    }

    /// Whether the network asks for smaller datagrams (ICMP, RFC 1191): larger ones are lost, and
    /// the system cuts the next ones itself. Neither NIO nor Netty tell it but in these words.
    private static boolean isTooLarge(Throwable trouble) {
        String message = trouble.getMessage();
        return message != null && message.contains("Message too long");
    }
}
