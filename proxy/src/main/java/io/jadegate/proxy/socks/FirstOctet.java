package io.jadegate.proxy.socks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/// Stands before the handlers of a connection until its first octet is there. It keeps no time: the
/// connection behind it does.
final class FirstOctet extends ChannelInboundHandlerAdapter {
    private final Runnable socks;

    /// @param socks puts a connection of SOCKS in the place of those behind
    FirstOctet(Runnable socks) {
        this.socks = socks;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (!in.isReadable()) {
            in.release();
            return;
        }
        int version = in.getByte(in.readerIndex());
        if (version == SocksConnection.VERSION || version == SocksConnection.OLD_VERSION) {
            socks.run();
            ctx.fireChannelActive();
        }
        // What comes from now on passes this handler by, and this is passed on as if it had.
        ChannelHandlerContext _ = ctx.fireChannelRead(in);
        ctx.pipeline().remove(this);
    }
}
