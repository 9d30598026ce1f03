package io.jadegate.proxy.listener;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/// Stands before the handler of a clear-text connection until its first octets are there: a client
/// that knows that we speak HTTP/2 begins with a preface that no request of HTTP/1.1 can be (RFC
/// 9113 §3.4).
///
/// Lets HTTP/1.1 pass as it came. It holds less than a preface, and keeps no time: the connection
/// behind it does.
final class PriorKnowledge extends ChannelInboundHandlerAdapter {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    private final Runnable http2;
    private @Nullable ByteBuf held;

    /// @param http2 puts a connection of HTTP/2 in the place of the one behind
    PriorKnowledge(Runnable http2) {
        this.http2 = http2;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf before = held;
        if (before != null) {
            held = null;
            before.writeBytes(in);
            in.release();
            in = before;
        }
        int known = Math.min(in.readableBytes(), PREFACE.length);
        if (!begins(in, known)) {
            pass(ctx, in);
        } else if (known == PREFACE.length) {
            http2.run();
            pass(ctx, in);
        } else {
            held = ctx.alloc().buffer(2 * PREFACE.length).writeBytes(in);
            in.release();
        }
    }

    private static boolean begins(ByteBuf in, int octets) {
        for (int i = 0; i < octets; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
                return false;
            }
        }
        return true;
    }

    private void pass(ChannelHandlerContext ctx, ByteBuf in) {
        ctx.pipeline().remove(this);
        ctx.fireChannelRead(in);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ByteBuf before = held;
        if (event == ChannelInputShutdownEvent.INSTANCE && before != null) {
            held = null;
            pass(ctx, before);
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
