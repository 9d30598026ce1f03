package io.jadegate.proxy.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections of one loop, made and accepted, and their other ends as plain sockets.
class TcpChannelTest {
    /// More than any socket takes or holds at once.
    private static final int LARGE = 64 << 20;

    /// Of one connection in a turn.
    private static final int READS = 4;

    private EventLoopGroup group;
    private ServerSocket server;
    private @Nullable Channel listener;
    private volatile @Nullable Channel made;
    private @Nullable Socket other;

    /// How a connection comes to be.
    enum Origin {
        MADE,
        ACCEPTED
    }

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Epoll.isAvailable(), "this machine offers no epoll");
        group = new MultiThreadIoEventLoopGroup(1, new GuardedEpoll());
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
            if (other != null) {
                other.close();
            }
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private Channel channel() {
        return Objects.requireNonNull(made);
    }

    private Socket peer() {
        return Objects.requireNonNull(other);
    }

    private ChannelFuture connect(InetSocketAddress to, ChannelHandler handler) {
        return new Bootstrap()
                .group(group)
                .channelFactory(() -> Transport.EPOLL.newChannel(to))
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(handler)
                .connect(to);
    }

    private Channel listen(String host, ChannelHandler handler) {
        InetSocketAddress on = new InetSocketAddress(host, 0);
        return new ServerBootstrap()
                .group(group)
                .channelFactory(() -> Transport.EPOLL.newServerChannel(on))
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel accepted) {
                                made = accepted;
                                accepted.pipeline().addLast(handler);
                            }
                        })
                .bind(on)
                .syncUninterruptibly()
                .channel();
    }

    /// Opens the connection and its peer's end.
    private void open(Origin origin, Ear ear) throws IOException {
        switch (origin) {
            case MADE -> {
                ChannelFuture connecting =
                        connect((InetSocketAddress) server.getLocalSocketAddress(), ear);
                other = server.accept();
                made = connecting.syncUninterruptibly().channel();
            }
            case ACCEPTED -> {
                listener = listen("127.0.0.1", ear);
                accepted("127.0.0.1");
            }
        }
        assertThat(ear.next()).isEqualTo("open");
    }

    private void accepted(String host) throws IOException {
        int port = ((InetSocketAddress) Objects.requireNonNull(listener).localAddress()).getPort();
        other = new Socket(host, port);
    }

    private void send(String text) throws IOException {
        peer().getOutputStream().write(text.getBytes(US_ASCII));
    }

    private void reset() throws IOException {
        peer().setSoLinger(true, 0);
        peer().close();
    }

    private static void assertEnd(Ear ear) {
        assertThat(ear.next()).isEqualTo("ChannelInputShutdownEvent");
        assertThat(ear.next()).isEqualTo("ChannelInputShutdownReadComplete");
    }

    private static void assertBreak(Ear ear, String cause) {
        assertThat(ear.next()).contains(cause);
        assertThat(ear.next()).isEqualTo("closed");
    }

    /// Runs on the loop, while which nobody hears anything.
    private void onLoop(Task task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        group.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        done.get(30, TimeUnit.SECONDS);
    }

    private interface Task {
        void run() throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void hearsWhatArrivesAndItsEnd(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);

        send("a");
        assertThat(ear.next()).isEqualTo("a");
        onLoop(() -> {
            send("b");
            peer().shutdownOutput();
        });

        assertThat(ear.next()).isEqualTo("b");
        assertEnd(ear);
        assertThat(channel().isActive()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void closesAtTheEndOfInputWhereHalfIsNotWanted(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);
        channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);

        peer().shutdownOutput();

        assertThat(ear.next()).isEqualTo("closed");
        assertThat(peer().getInputStream().read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void whatNobodyWantedYetIsReadLater(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);
        onLoop(() -> channel().config().setAutoRead(false));
        send("a");
        // Told of it while nobody wants it.
        for (int turn = 0; turn < 3; turn++) {
            onLoop(() -> {});
        }
        assertThat(ear.already()).isNull();

        onLoop(() -> channel().config().setAutoRead(true));

        assertThat(ear.next()).isEqualTo("a");
    }

    @ParameterizedTest
    @EnumSource
    void oneReadIsOneBuffer(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);
        onLoop(() -> {
            channel().config().setAutoRead(false);
            send("a".repeat(ReadBuffers.SMALL) + "b");
        });

        for (String expected : new String[] {"a".repeat(ReadBuffers.SMALL), "b"}) {
            assertThat(ear.already()).isNull();
            onLoop(() -> channel().read());
            assertThat(ear.next()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void allOfALongInputIsReadWithAPauseBehindEachBuffer(Origin origin) throws Exception {
        CompletableFuture<Long> all = new CompletableFuture<>();
        open(
                origin,
                new Ear() {
                    private long octets;

                    @Override
                    public void channelRead(ChannelHandlerContext ctx, Object message) {
                        octets += ((ByteBuf) message).readableBytes();
                        ((ByteBuf) message).release();
                        ctx.channel().config().setAutoRead(false);
                        ctx.executor().execute(() -> ctx.channel().config().setAutoRead(true));
                        if (octets == LARGE) {
                            all.complete(octets);
                        }
                    }
                });

        Thread sender = Thread.ofVirtual().start(() -> sendLarge(peer()));

        assertThat(all.get(30, TimeUnit.SECONDS)).isEqualTo(LARGE);
        sender.join();
    }

    @ParameterizedTest
    @EnumSource
    void othersHaveTheirTurnsDuringALongInput(Origin origin) throws Exception {
        int turns = 3;
        List<String> heard = new ArrayList<>();
        Ear first = new NotingEar(heard);
        open(origin, first);
        Ear second = new NotingEar(heard);
        ChannelFuture connecting =
                connect((InetSocketAddress) server.getLocalSocketAddress(), second);
        try (Socket secondPeer = server.accept()) {
            Channel other = connecting.syncUninterruptibly().channel();
            assertThat(second.next()).isEqualTo("open");
            onLoop(() -> {
                channel().config().setRecvByteBufAllocator(octetByOctet());
                other.config().setRecvByteBufAllocator(octetByOctet());
                send("a".repeat(turns * READS));
                secondPeer.getOutputStream().write('b');
            });

            for (int i = 0; i < turns * READS; i++) {
                assertThat(first.next()).isEqualTo("a");
            }
            assertThat(second.next()).isEqualTo("b");
        }
        assertThat(heard).hasSize(turns * READS + 1);
        assertThat(heard.indexOf("b")).isLessThanOrEqualTo(READS);
    }

    /// So many reads of one octet in a turn.
    private static RecvByteBufAllocator octetByOctet() {
        return new FixedRecvByteBufAllocator(1).maxMessagesPerRead(READS);
    }

    /// Notes what is read also for all to see, on the loop.
    private static final class NotingEar extends Ear {
        private final List<String> heard;

        NotingEar(List<String> heard) {
            this.heard = heard;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            heard.add(((ByteBuf) message).toString(US_ASCII));
            super.channelRead(ctx, message);
        }
    }

    private static void sendLarge(Socket from) {
        try {
            OutputStream out = from.getOutputStream();
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < LARGE / piece.length; i++) {
                out.write(piece);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void urgentDataHidesNothingBehindIt(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);

        onLoop(() -> {
            send("a");
            peer().sendUrgentData('!');
            send("b");
        });

        assertThat(ear.next()).isEqualTo("a");
        assertThat(ear.next()).isEqualTo("b");
    }

    @ParameterizedTest
    @EnumSource
    void whatDoesNotFitWaitsForThePeerTimeAndAgain(Origin origin) throws Exception {
        open(origin, new Ear());

        for (int time = 0; time < 3; time++) {
            ChannelFuture sent =
                    channel().writeAndFlush(channel().alloc().buffer(LARGE).writeZero(LARGE));
            // Not before it has had to wait.
            onLoop(() -> {});
            assertThat(sent.isDone()).isFalse();
            peer().getInputStream().skipNBytes(LARGE);
            assertThat(sent.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(sent.cause()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffersOfAllKindsLeaveInTheirOrder(Origin origin) throws Exception {
        open(origin, new Ear());

        onLoop(() -> {
            channel().write(channel().alloc().heapBuffer().writeBytes(new byte[] {'a'}));
            channel().write(channel().alloc().buffer());
            channel().write(composed('b', 'c'));
            channel().writeAndFlush(channel().alloc().directBuffer().writeByte('d'));
            channel().writeAndFlush(composed('e', 'f'));
        });

        assertThat(peer().getInputStream().readNBytes(6)).asString(US_ASCII).isEqualTo("abcdef");
    }

    private ByteBuf composed(char one, char two) {
        ByteBufAllocator allocator = channel().alloc();
        return allocator
                .compositeDirectBuffer()
                .addComponent(true, allocator.directBuffer().writeByte(one))
                .addComponent(true, allocator.directBuffer().writeByte(two));
    }

    @ParameterizedTest
    @EnumSource
    void aResetReachesAConnectionWhoseInputHasEnded(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);
        peer().shutdownOutput();
        assertEnd(ear);

        reset();

        assertBreak(ear, "IOException");
    }

    @ParameterizedTest
    @EnumSource
    void aResetThatIsToldWithTheEndIsHeardBehindIt(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);

        onLoop(() -> {
            send("a");
            peer().shutdownOutput();
            reset();
        });

        assertThat(ear.next()).isEqualTo("a");
        assertEnd(ear);
        assertBreak(ear, "IOException");
    }

    @ParameterizedTest
    @EnumSource
    void whatCameBeforeAResetIsReadThoughOutputWaits(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);
        channel().writeAndFlush(channel().alloc().buffer(LARGE).writeZero(LARGE));
        // Not before it has had to wait.
        onLoop(() -> {});

        onLoop(() -> {
            send("a");
            reset();
        });

        assertThat(ear.next()).isEqualTo("a");
        assertBreak(ear, "reset by peer");
    }

    @ParameterizedTest
    @EnumSource
    void aResetReachesAConnectionThatIsNotReadBehindWhatCameBefore(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);
        onLoop(() -> channel().config().setAutoRead(false));
        send("a");
        onLoop(() -> {});

        reset();

        assertThat(ear.next()).isEqualTo("a");
        assertBreak(ear, "reset by peer");
    }

    @ParameterizedTest
    @EnumSource
    void saysThatNothingWillFollowAndGoesOnReading(Origin origin) throws Exception {
        Ear ear = new Ear();
        open(origin, ear);

        onLoop(() -> Ending.shutdownOutput(channel()));

        assertThat(peer().getInputStream().read()).isEqualTo(-1);
        send("a");
        assertThat(ear.next()).isEqualTo("a");
    }

    @ParameterizedTest
    @EnumSource
    void cuttingResets(Origin origin) throws Exception {
        open(origin, new Ear());

        onLoop(() -> Ending.cut(channel()));

        assertThat(channel().closeFuture().await(30, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> peer().getInputStream().read()).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void smallWritesLeaveAtOnce(Origin origin) throws Exception {
        open(origin, new Ear());

        assertThat(((io.netty.channel.unix.Socket) ((TcpChannel) channel()).fd()).isTcpNoDelay())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
    void acceptedOnesKnowBothAddresses(String host) throws Exception {
        Ear ear = new Ear();
        listener = listen(host, ear);
        accepted(host.contains(":") ? "::1" : "127.0.0.1");

        assertThat(ear.next()).isEqualTo("open");
        assertThat(channel().localAddress()).isEqualTo(peer().getRemoteSocketAddress());
        assertThat(channel().remoteAddress()).isEqualTo(peer().getLocalSocketAddress());
    }

    @Test
    void oneThatWasMadeKnowsBothAddressesWhileItIsOpen() throws Exception {
        open(Origin.MADE, new Ear());

        assertThat(channel().localAddress()).isEqualTo(peer().getRemoteSocketAddress());
        assertThat(channel().remoteAddress()).isEqualTo(peer().getLocalSocketAddress());
    }

    @Test
    void aRefusalIsTheOutcomeOfConnecting() throws Exception {
        InetSocketAddress nobody = (InetSocketAddress) server.getLocalSocketAddress();
        server.close();
        Ear ear = new Ear();

        ChannelFuture refused = connect(nobody, ear);

        assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(refused.cause()).isInstanceOf(ConnectException.class);
        assertThat(refused.channel().closeFuture().await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(ear.already()).isNull();
    }

    @Test
    void givingUpWhileItIsBeingMadeClosesIt() throws Exception {
        Channel channel =
                new Bootstrap()
                        .group(group)
                        .channelFactory(
                                () -> Transport.EPOLL.newChannel(server.getLocalSocketAddress()))
                        .handler(new Ear())
                        .register()
                        .syncUninterruptibly()
                        .channel();
        CompletableFuture<ChannelFuture> given = new CompletableFuture<>();

        onLoop(() -> {
            given.complete(channel.connect(server.getLocalSocketAddress()));
            channel.close();
        });

        assertThat(given.join().cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(channel.closeFuture().await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(channel.isOpen()).isFalse();
    }
}
