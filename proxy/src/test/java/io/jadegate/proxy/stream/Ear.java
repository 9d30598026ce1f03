package io.jadegate.proxy.stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.fail;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Notes what a socket hears.
class Ear extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    /// What it heard next, as soon as it does.
    String next() {
        try {
            return String.valueOf(heard.poll(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            return fail(e);
        }
    }

    /// What it has heard already; null when that is nothing more.
    @Nullable String already() {
        return heard.poll();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        heard.add("open");
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        heard.add("closed");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf octets = (ByteBuf) message;
        heard.add(octets.toString(US_ASCII));
        octets.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        heard.add(event.getClass().getSimpleName());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        heard.add(cause.toString());
    }
}
