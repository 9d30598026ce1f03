package io.jadegate.proxy.listener;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.proxyprotocol.ProxyHeaderReader;
import io.jadegate.proxy.proxyprotocol.ProxyHeaderReader.Result;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Ending;
import io.jadegate.proxy.stream.Ledger;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The beginning of a connection that somebody trusted makes for another: waits for the header of
/// the PROXY protocol that says for whom. Then the filters of connections are asked about that
/// client, and what stands behind begins as if the client had connected at that moment.
///
/// A header that is malformed, cut, too slow, or missing though it is required, resets the
/// connection.
final class Introduction extends ChannelInboundHandlerAdapter {
    private static final int V2_FIXED = 16;

    private final Loop loop;
    private final Introducers introducers;
    private final Door door;
    private final Supplier<? extends Listener.Terms> terms;
    private final Consumer<Listener.Terms> next;
    private final Deadlines.Deadline deadline;
    private @Nullable ByteBuf held;
    private int charged;

    /// @param door asks the filters
    /// @param terms by which a connection is let in at any time
    /// @param next puts what stands behind by some terms at the end of the pipeline
    Introduction(
            Loop loop,
            Introducers introducers,
            Door door,
            Supplier<? extends Listener.Terms> terms,
            Channel channel,
            Consumer<Listener.Terms> next) {
        this.loop = loop;
        this.introducers = introducers;
        this.door = door;
        this.terms = terms;
        this.next = next;
        this.deadline =
                loop.deadlines().new Deadline(() -> refuse(channel, Reason.PROXY_HEADER_TIMEOUT));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        // It stands in no books yet.
        loop.keep(ctx.channel());
        ctx.channel().config().setRecvByteBufAllocator(loop.readBuffers());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (introducers.nanos() > 0) {
            deadline.set(loop.now() + introducers.nanos());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = add(ctx, (ByteBuf) message);
        switch (ProxyHeaderReader.read(in)) {
            case Result.Incomplete() -> charge(Ledger.footprint(in));
            case Result.Malformed(String _) -> refuse(ctx.channel(), Reason.PROXY_HEADER_MALFORMED);
            case Result.Absent() -> {
                if (introducers.required()) {
                    refuse(ctx.channel(), Reason.PROXY_HEADER_MALFORMED);
                } else {
                    begin(ctx, null, 0);
                }
            }
            case Result.Found(ProxyHeader header, int length) -> begin(ctx, header, length);
        }
    }

    /// All that has arrived so far.
    private ByteBuf add(ChannelHandlerContext ctx, ByteBuf message) {
        loop.counts().socketRead();
        ByteBuf before = held;
        if (before == null) {
            held = message;
            return message;
        }
        ByteBuf together = before;
        if (before.writableBytes() < message.readableBytes() || before.isReadOnly()) {
            int most = V2_FIXED + ProxyHeaderReader.MOST_OCTETS;
            together = ctx.alloc().directBuffer(Math.max(most, before.readableBytes()));
            together.writeBytes(before);
            before.release();
        }
        held = together.writeBytes(message);
        message.release();
        return together;
    }

    private void begin(ChannelHandlerContext ctx, @Nullable ProxyHeader header, int length) {
        Channel channel = ctx.channel();
        if (header != null && header.source() != null) {
            Peer.introduce(channel, header);
        }
        Listener.Terms now = terms.get();
        Reason refusal = door.enter(loop, channel, now);
        if (refusal != null) {
            refuse(channel, refusal);
            return;
        }
        ByteBuf rest = held;
        held = null;
        next.accept(now);
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
        if (rest != null && rest.skipBytes(length).isReadable()) {
            ctx.fireChannelRead(rest);
        } else if (rest != null) {
            rest.release();
        }
    }

    private void refuse(Channel channel, Reason reason) {
        door.refused(loop, channel, terms.get(), reason);
        Ending.cut(channel);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            if (held != null) {
                refuse(ctx.channel(), Reason.PROXY_HEADER_MALFORMED);
            } else {
                // Nobody has said anything: most likely a check whether somebody listens.
                Ending.close(ctx.channel());
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Ending.cut(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        deadline.cancel();
        charge(0);
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private void charge(int octets) {
        if (octets != charged) {
            loop.ledger().charge(octets - charged);
            charged = octets;
        }
    }
}
