package io.jadegate.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Sockets of one loop that runs the guarded epoll, and their other ends as plain sockets.
class GuardedEpollTest {
    private static final int MOST_NEW = 50;

    /// More than any socket takes at once.
    private static final int LARGE = 64 << 20;

    private EventLoopGroup group;
    private ServerSocket server;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Epoll.isAvailable(), "this machine offers no epoll");
        group = new MultiThreadIoEventLoopGroup(1, new GuardedEpoll());
        server = new ServerSocket(0, MOST_NEW, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private Channel connect(Ear ear) {
        return new Bootstrap()
                .group(group)
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(ear)
                .connect(server.getLocalSocketAddress())
                .channel();
    }

    private Channel connected(Ear ear) {
        Channel channel = connect(ear);
        assertThat(ear.next()).isEqualTo("open");
        return channel;
    }

    private static int descriptor(Channel channel) {
        return ((EpollSocketChannel) channel).fd().intValue();
    }

    /// What happens meanwhile waits, and is then fetched as one batch.
    private void whileTheLoopIsBusy(IoTask task) throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        group.execute(() -> {
            busy.countDown();
            awaitOn(done);
        });
        awaitOn(busy);
        task.run();
        done.countDown();
    }

    private static void awaitOn(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aNewSocketHearsNothingThatWasMeantForTheOneWhoseNumberItGot() throws Exception {
        Ear closedEar = new Ear();
        Channel closed = connected(closedEar);
        Socket closedPeer = server.accept();
        int number = descriptor(closed);
        List<Channel> others = new ArrayList<>();
        Ear successorEar = new Ear();
        BlockingQueue<Channel> successor = new LinkedBlockingQueue<>();
        connected(
                new Ear() {
                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        ((ByteBuf) message).release();
                        closed.close();
                        // The system gives out the lowest number that is free.
                        for (int i = 0; i < MOST_NEW / 2; i++) {
                            Ear ear = new Ear();
                            Channel other = connect(ear);
                            if (descriptor(other) == number) {
                                other.pipeline().replace(ear, "successor", successorEar);
                                successor.add(other);
                                return;
                            }
                            others.add(other);
                        }
                    }
                });
        Socket firstPeer = server.accept();

        whileTheLoopIsBusy(() -> {
            firstPeer.getOutputStream().write('a');
            closedPeer.getOutputStream().write('b');
            closedPeer.shutdownOutput();
        });

        Channel next = successor.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("a socket by the number %s", number).isNotNull();
        assertThat(successorEar.next()).isEqualTo("open");
        for (int i = 0; i <= others.size(); i++) {
            server.accept().getOutputStream().write('c');
        }
        assertThat(successorEar.next()).isEqualTo("c");
    }

    @Test
    void aSocketWhosePeerSendsNoMoreCanWaitForItToRead() throws Exception {
        Ear ear = new Ear();
        Channel channel = connected(ear);
        try (Socket peer = server.accept()) {
            peer.shutdownOutput();
            assertThat(ear.next()).startsWith("ChannelInput");

            ChannelFuture sent =
                    channel.writeAndFlush(channel.alloc().buffer(LARGE).writeZero(LARGE));
            // Not before it has had to wait.
            channel.eventLoop().submit(() -> {}).sync();
            assertThat(sent.isDone()).isFalse();
            peer.getInputStream().skipNBytes(LARGE);

            assertThat(sent.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(sent.cause()).isNull();
        }
    }

    private interface IoTask {
        void run() throws Exception;
    }
}
