package io.jadegate.server.proof;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// An endpoint with large answers, and many clients that ask for one and read its first octets
/// only.
///
/// On the loopback device the kernel would take a whole answer off the gateway and keep it for the
/// client: its send buffers go by the size of segments, which there is 64 KiB. So the clients ask
/// for small segments and have the smallest receive buffer, as if they were far away.
final class SlowReaders implements AutoCloseable {
    static final int ANSWER = 1024 * 1024;

    private static final IntegerUnixChannelOption TCP_MAXSEG =
            new IntegerUnixChannelOption("TCP_MAXSEG", 6, 2);
    private static final int SEGMENT = 536;
    private static final int BACKLOG = 4096;

    private final ByteBuf answer = Unpooled.directBuffer(ANSWER + 64);
    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    // Closed by name: a loop that is told to stop in the middle of its tasks closes nothing.
    private final ChannelGroup open = new DefaultChannelGroup(loop.next(), /* stayClosed= */ true);
    private final AtomicInteger begun = new AtomicInteger();
    private final Channel endpoint;
    private final Bootstrap client;

    SlowReaders() {
        byte[] head =
                ("HTTP/1.1 200 OK\r\nContent-Length: " + ANSWER + "\r\n\r\n").getBytes(US_ASCII);
        answer.writeBytes(head).writeZero(ANSWER);
        endpoint =
                new ServerBootstrap()
                        .group(loop)
                        .channel(EpollServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        open.add(channel);
                                        channel.pipeline().addLast(new Endpoint(answer));
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .syncUninterruptibly()
                        .channel();
        open.add(endpoint);
        client =
                new Bootstrap()
                        .group(loop)
                        .channel(EpollSocketChannel.class)
                        .option(ChannelOption.SO_RCVBUF, 1)
                        .option(TCP_MAXSEG, SEGMENT)
                        .option(ChannelOption.AUTO_READ, false)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        open.add(channel);
                                        channel.pipeline().addLast(new Reader());
                                    }
                                });
    }

    /// Where the answers come from.
    String address() {
        return "127.0.0.1:" + ((InetSocketAddress) endpoint.localAddress()).getPort();
    }

    /// Connects one more client.
    void add(int port) {
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /// How many have seen an answer begin.
    int begun() {
        return begun.get();
    }

    @Override
    public void close() {
        open.close().awaitUninterruptibly();
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        answer.release();
    }

    /// Answers as many requests as there are empty lines.
    private static final class Endpoint extends ChannelInboundHandlerAdapter {
        private final ByteBuf answer;
        private int matched;

        Endpoint(ByteBuf answer) {
            this.answer = answer;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            while (in.isReadable()) {
                byte octet = in.readByte();
                matched = octet == '\n' ? matched + 1 : octet == '\r' ? matched : 0;
                if (matched == 2) {
                    matched = 0;
                    ctx.writeAndFlush(answer.retainedDuplicate());
                }
            }
            in.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /// Asks, reads once, and no more.
    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(
                    Unpooled.copiedBuffer("GET /large HTTP/1.1\r\nHost: a\r\n\r\n", US_ASCII));
            ctx.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (((ByteBuf) message).toString(US_ASCII).startsWith("HTTP/1.1 200")) {
                begun.incrementAndGet();
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
