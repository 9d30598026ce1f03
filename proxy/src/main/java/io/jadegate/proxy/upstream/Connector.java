package io.jadegate.proxy.upstream;

import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Opens connections to endpoints.
///
/// @param transport the system interface for sockets
/// @param limits what an endpoint's response heads may measure
public record Connector(Transport transport, HeadLimits limits) {
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(ByteStream.WINDOW / 2, ByteStream.WINDOW);

    /// How long it may take until a connection can be used, in nanoseconds; 0 for no limit.
    ///
    /// @param connect until the connection stands
    /// @param tls then, until the TLS handshake has ended
    public record Patience(long connect, long tls) {}

    /// What goes over a connection, and so what stands beneath it.
    public enum Speech {
        /// HTTP, in a version that TLS agrees on where the target has TLS.
        HTTP,
        /// Octets of any kind, over TLS where the target has it, which agrees on no protocol.
        OCTETS,
        /// Octets that are under TLS already.
        ENCRYPTED
    }

    /// Has a connection made. Told once, on the loop, what became of it.
    interface Opening {
        /// Who speaks by the connection; asked once.
        ///
        /// @param agreed the protocol that was agreed on under TLS (RFC 7301); null for none, and
        ///   in the clear
        /// @return null when what is needed was not agreed on
        @Nullable ChannelHandler speaker(@Nullable String agreed);

        /// What will go over the connection.
        default Speech speech() {
            return Speech.HTTP;
        }

        /// What goes out before all else, in front of TLS.
        ///
        /// @return owned by the caller; null for nothing
        default @Nullable ByteBuf preface(ByteBufAllocator allocator) {
            return null;
        }

        /// The connection stands, its TLS handshake included where there is one.
        void opened();

        void failed(Failure failure);
    }

    /// Opens a connection on `loop`. Nothing is told before this returns.
    ///
    /// @return what is being opened, for whoever may want it no more before it stands; null when
    ///   the system does not give a socket
    @Nullable Channel connect(
            Loop loop, Target target, SocketAddress address, Patience patience, Opening opening) {
        Channel channel;
        try {
            channel = transport.newChannel(address);
        } catch (ChannelException e) {
            loop.eventLoop().execute(() -> opening.failed(failure(e)));
            return null;
        }
        prepare(channel, address);
        EndpointTls tls = opening.speech() == Speech.ENCRYPTED ? null : target.tls();
        channel.pipeline()
                .addLast(
                        tls == null
                                ? Objects.requireNonNull(opening.speaker(null))
                                : secured(
                                        tls,
                                        loop,
                                        target,
                                        opening.speech(),
                                        new TlsHandshake(loop, target, opening, patience.tls())));
        ChannelPromise connecting = new DefaultChannelPromise(channel, loop.eventLoop());
        Deadlines.Deadline deadline =
                loop.deadlines().new Deadline(() -> connecting.tryFailure(tookTooLong(patience)));
        connecting.addListener(future -> {
            deadline.cancel();
            if (!future.isSuccess()) {
                channel.close();
                opening.failed(failure(future.cause()));
                return;
            }
            loop.sockets().opened();
            channel.closeFuture().addListener(_ -> loop.sockets().closed());
            sendPreface(channel, opening);
            if (tls == null) {
                opening.opened();
            }
            // Else the handshake begins.
        });
        loop.keep(channel);
        loop.eventLoop()
                .register(channel)
                .addListener(registered ->
                        loop.eventLoop()
                                .execute(() -> {
                                    if (!registered.isSuccess()) {
                                        connecting.tryFailure(registered.cause());
                                        return;
                                    }
                                    if (patience.connect() > 0) {
                                        deadline.set(loop.now() + patience.connect());
                                    }
                                    channel.connect(address, connecting);
                                }));
        return channel;
    }

    private static ConnectTimeoutException tookTooLong(Patience patience) {
        return new ConnectTimeoutException(
                "no connection in " + TimeUnit.NANOSECONDS.toMillis(patience.connect()) + " ms");
    }

    private static void prepare(Channel channel, SocketAddress address) {
        ChannelConfig config = channel.config();
        // The loop's deadlines cost less than a task for each.
        config.setConnectTimeoutMillis(0);
        config.setWriteBufferWaterMark(WATER_MARK);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        // A write that fails must not throw away an answer that has arrived.
        config.setAutoClose(false);
        if (address instanceof InetSocketAddress) {
            // Small writes leave at once, as every transport sets its sockets.
            config.setOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }

    /// Nobody has had a chance to send anything yet.
    private static void sendPreface(Channel channel, Opening opening) {
        ByteBuf preface = opening.preface(channel.alloc());
        if (preface != null) {
            Objects.requireNonNull(channel.pipeline().firstContext())
                    .writeAndFlush(preface, channel.voidPromise());
        }
    }

    private static ChannelHandler secured(
            EndpointTls tls, Loop loop, Target target, Speech speech, TlsHandshake handshake) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline()
                        .addLast(
                                tls.handler(
                                        loop,
                                        channel.alloc(),
                                        target.address(),
                                        speech,
                                        target.wanted(loop)),
                                handshake);
            }
        };
    }

    /// What it means that a connection could not be made.
    private static Failure failure(Throwable cause) {
        return Failure.of(
                switch (cause) {
                    case ConnectTimeoutException _ -> Failure.Kind.CONNECT_TIMEOUT;
                    case NoRouteToHostException _ -> Failure.Kind.UNREACHABLE;
                    case ConnectException _ -> Failure.Kind.CONNECT_REFUSED;
                    case FileNotFoundException _ -> Failure.Kind.CONNECT_REFUSED;
                    case ChannelException _ -> Failure.Kind.SOCKETS_EXHAUSTED;
                    default -> Failure.Kind.UNREACHABLE;
                },
                cause);
    }
}
