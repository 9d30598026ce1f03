package io.jadegate.server.demonstration;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/// An upstream that answers each request with its text as it arrived, a request for events with one
/// every second, and each WebSocket message with the same message. It listens on a free loopback
/// port from construction to [#close].
public final class EchoUpstream implements AutoCloseable {

    private static final int MAX_BODY_BYTES = 1024 * 1024;

    private final EventLoopGroup loop;
    private final Channel listening;

    /// @param name what the answers call this upstream
    public EchoUpstream(String name) {
        loop =
                new MultiThreadIoEventLoopGroup(
                        1, daemons("demonstration-" + name), NioIoHandler.newFactory());
        listening =
                new ServerBootstrap()
                        .group(loop)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(new Connection(name))
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .syncUninterruptibly()
                        .channel();
    }

    /// The port it listens on.
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        loop.shutdownGracefully(/* quietPeriod= */ 0, /* timeout= */ 1, TimeUnit.SECONDS)
                .syncUninterruptibly();
    }

    private static ThreadFactory daemons(String name) {
        return Thread.ofPlatform().daemon().name(name).factory();
    }

    private static final class Connection extends ChannelInitializer<Channel> {

        private final String name;

        Connection(String name) {
            this.name = name;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast("http", new HttpServerCodec())
                    .addLast("body", new HttpObjectAggregator(MAX_BODY_BYTES))
                    .addLast("echo", new HttpEcho(name));
        }
    }
}
