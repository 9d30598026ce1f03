package io.jadegate.proxy.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.api.config.Address;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Sockets of one loop that runs the guarded epoll, and their other ends as plain sockets.
class GuardedEpollTest {
    private static final int MOST_NEW = 50;

    /// More than any socket takes at once.
    private static final int LARGE = 64 << 20;

    @TempDir private Path folder;
    private EventLoopGroup group;
    private @Nullable ServerSocketChannel server;
    private @Nullable SocketAddress address;

    /// Those of TCP are told of once, Netty's for Unix domains again and again.
    enum Kind {
        TCP,
        UNIX
    }

    @BeforeEach
    void start() {
        assumeTrue(Epoll.isAvailable(), "this machine offers no epoll");
        group = new MultiThreadIoEventLoopGroup(1, new GuardedEpoll());
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
        if (group != null) {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private void listen(Kind kind) throws IOException {
        switch (kind) {
            case TCP -> {
                server = ServerSocketChannel.open();
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MOST_NEW);
                address = server.getLocalAddress();
            }
            case UNIX -> {
                Path path = folder.resolve("s");
                server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                server.bind(UnixDomainSocketAddress.of(path), MOST_NEW);
                address = Transport.EPOLL.unixAddress(new Address.Unix(path));
            }
        }
    }

    private SocketChannel accept() throws IOException {
        return Objects.requireNonNull(server).accept();
    }

    private static void send(SocketChannel from, String text) throws IOException {
        from.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    private Channel connect(Ear ear) {
        SocketAddress to = Objects.requireNonNull(address);
        return new Bootstrap()
                .group(group)
                .channelFactory(() -> Transport.EPOLL.newChannel(to))
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(ear)
                .connect(to)
                .channel();
    }

    private Channel connected(Ear ear) {
        Channel channel = connect(ear);
        assertThat(ear.next()).isEqualTo("open");
        return channel;
    }

    private static int descriptor(Channel channel) {
        return channel instanceof TcpChannel tcp
                ? tcp.fd().intValue()
                : ((UnixChannel) channel).fd().intValue();
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

    @ParameterizedTest
    @EnumSource
    void aNewSocketHearsNothingThatWasMeantForTheOneWhoseNumberItGot(Kind kind) throws Exception {
        listen(kind);
        Ear closedEar = new Ear();
        Channel closed = connected(closedEar);
        SocketChannel closedPeer = accept();
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
        SocketChannel firstPeer = accept();

        whileTheLoopIsBusy(() -> {
            send(firstPeer, "a");
            send(closedPeer, "b");
            closedPeer.shutdownOutput();
        });

        Channel next = successor.poll(30, TimeUnit.SECONDS);
        assertThat(next).as("a socket by the number %s", number).isNotNull();
        assertThat(successorEar.next()).isEqualTo("open");
        for (int i = 0; i <= others.size(); i++) {
            send(accept(), "c");
        }
        assertThat(successorEar.next()).isEqualTo("c");
    }

    @ParameterizedTest
    @EnumSource
    void aSocketWhosePeerSendsNoMoreCanWaitForItToRead(Kind kind) throws Exception {
        listen(kind);
        Ear ear = new Ear();
        Channel channel = connected(ear);
        try (SocketChannel peer = accept()) {
            peer.shutdownOutput();
            assertThat(ear.next()).startsWith("ChannelInput");

            ChannelFuture sent =
                    channel.writeAndFlush(channel.alloc().buffer(LARGE).writeZero(LARGE));
            // Not before it has had to wait.
            channel.eventLoop().submit(() -> {}).sync();
            assertThat(sent.isDone()).isFalse();
            Channels.newInputStream(peer).skipNBytes(LARGE);

            assertThat(sent.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(sent.cause()).isNull();
        }
    }

    private interface IoTask {
        void run() throws Exception;
    }
}
