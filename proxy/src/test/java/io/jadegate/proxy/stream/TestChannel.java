package io.jadegate.proxy.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A TCP connection without a network: octets in and out as text, a peer that may stop reading,
/// half-close both ways, and time that passes when it is told to.
public final class TestChannel extends EmbeddedChannel implements DuplexChannel {
    private final Loop loop;
    private long skew;
    private boolean peerless;
    private boolean held;
    private boolean connecting;
    private boolean inputShutdown;
    private boolean outputShutdown;
    private final ChannelConfig config = new Config(this);
    private boolean resetting;

    /// Remembers who asked for a reset.
    private final class Config extends DefaultChannelConfig {
        Config(TestChannel channel) {
            super(channel);
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            resetting |= option.equals(ChannelOption.SO_LINGER) && value.equals(0);
            return super.setOption(option, value);
        }
    }

    public TestChannel() {
        freezeTime();
        loop = new Loop(0, eventLoop(), () -> System.nanoTime() + skew);
    }

    /// The peer is gone before anybody asked who it was.
    public void losePeer() {
        peerless = true;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return peerless ? null : super.remoteAddress0();
    }

    @Override
    protected SocketAddress localAddress0() {
        return peerless
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 80)
                : super.localAddress0();
    }

    public Loop loop() {
        return loop;
    }

    public void begin(ChannelHandler handler) {
        pipeline().addLast(handler);
        pipeline().fireChannelActive();
    }

    @Override
    public ChannelConfig config() {
        // The constructor above asks before there is one.
        return config == null ? super.config() : config;
    }

    /// Whether closing the connection resets it.
    public boolean resetting() {
        return resetting;
    }

    /// The peer sends octets, in one read.
    public void receive(String octets) {
        writeInbound(Unpooled.copiedBuffer(octets, ISO_8859_1));
    }

    /// The peer closes its sending side.
    public void receiveEnd() {
        inputShutdown = true;
        pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        runPendingTasks();
    }

    /// What has been sent since the last call, by the end of the loop's turn.
    public String sent() {
        runPendingTasks();
        StringBuilder text = new StringBuilder();
        for (ByteBuf octets = readOutbound(); octets != null; octets = readOutbound()) {
            text.append(octets.toString(ISO_8859_1));
            octets.release();
        }
        return text.toString();
    }

    /// Whether the connection is still being made.
    public void connecting(boolean connecting) {
        this.connecting = connecting;
    }

    @Override
    public boolean isActive() {
        return !connecting && super.isActive();
    }

    /// The peer stops reading.
    public void hold() {
        held = true;
    }

    /// The peer reads again, but nobody knows before something is sent.
    public void letGoUnnoticed() {
        held = false;
    }

    /// The peer reads again.
    public void letGo() {
        held = false;
        flush();
        runPendingTasks();
    }

    public void passTime(long nanos) {
        skew += nanos;
        advanceTimeBy(200, TimeUnit.MILLISECONDS);
        runScheduledPendingTasks();
        runPendingTasks();
    }

    /// Closes the connection and drops what is in it, and what its loop keeps to use again.
    @Override
    public boolean finishAndReleaseAll() {
        try {
            return super.finishAndReleaseAll();
        } finally {
            loop.end();
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (!held) {
            super.doWrite(in);
        }
    }

    @Override
    public boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public ChannelFuture shutdownInput() {
        inputShutdown = true;
        return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inputShutdown = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        outputShutdown = true;
        return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        outputShutdown = true;
        return promise.setSuccess();
    }

    @Override
    public boolean isShutdown() {
        return inputShutdown && outputShutdown;
    }

    @Override
    public ChannelFuture shutdown() {
        inputShutdown = true;
        outputShutdown = true;
        return newSucceededFuture();
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        inputShutdown = true;
        outputShutdown = true;
        return promise.setSuccess();
    }
}
