package io.jadegate.proxy.upstream;

import io.jadegate.proxy.http1.Http1ClientConnection;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/// Opens connections to endpoints.
///
/// @param transport the system interface for sockets
/// @param limits what an endpoint's response heads may measure
public record Connector(Transport transport, HeadLimits limits) {
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(ByteStream.WINDOW / 2, ByteStream.WINDOW);

    /// Opens a connection on `loop`.
    ///
    /// @param nanos how long it may take; 0 for no limit
    ChannelFuture connect(
            Loop loop,
            Target target,
            SocketAddress address,
            long nanos,
            Http1ClientConnection connection) {
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop.eventLoop())
                        .channel(transport.channel(target.address()))
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) TimeUnit.NANOSECONDS.toMillis(nanos))
                        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        // A write that fails must not throw away an answer that has arrived.
                        .option(ChannelOption.AUTO_CLOSE, false)
                        .handler(connection);
        if (address instanceof InetSocketAddress) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
            bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
        }
        ChannelFuture connecting = bootstrap.connect(address);
        if (!connecting.isDone() || connecting.isSuccess()) {
            // One that the system did not even give has no end that could be waited for.
            loop.keep(connecting.channel());
        }
        connecting.addListener(connected -> {
            if (connected.isSuccess()) {
                loop.sockets().opened();
                connecting.channel().closeFuture().addListener(_ -> loop.sockets().closed());
            }
        });
        return connecting;
    }

    /// What it means that a connection could not be made.
    static Failure failure(Throwable cause) {
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
