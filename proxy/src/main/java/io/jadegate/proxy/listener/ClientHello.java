package io.jadegate.proxy.listener;

import io.jadegate.proxy.stream.Ledger;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Reads the first message of a TLS client, however it is cut, for the name that it asks for and
/// the protocols that it offers, and leaves its place to TLS in that name, or to who passes on what
/// stays encrypted. What is no such message ends the handshake, and so does a client that has
/// nothing in common with that host.
final class ClientHello extends AbstractSniHandler<TlsHosts.Choice> {
    /// Hellos with keys for post-quantum cryptography have about 2 KiB.
    private static final int MOST_OCTETS = 16 * 1024;

    private final TlsHosts hosts;
    private final TlsHandshake handshake;
    private final Ledger ledger;
    private List<String> offered = List.of();
    private int charged;

    ClientHello(TlsHosts hosts, TlsHandshake handshake, Ledger ledger) {
        // Without a timeout of its own: the handshake keeps the time.
        super(MOST_OCTETS, 0);
        this.hosts = hosts;
        this.handshake = handshake;
        this.ledger = ledger;
    }

    @Override
    protected Future<TlsHosts.Choice> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello)
            throws Exception {
        if (hello == null) {
            return ctx.executor().newFailedFuture(new NotSslRecordException("not a ClientHello"));
        }
        offered = OfferedProtocols.in(hello);
        return super.lookup(ctx, hello);
    }

    @Override
    protected Future<TlsHosts.Choice> lookup(ChannelHandlerContext ctx, @Nullable String name) {
        TlsHosts.Choice choice = hosts.choose(name, offered);
        return choice == null
                ? ctx.executor().newFailedFuture(new NoSuchElementException(name))
                : ctx.executor().newSucceededFuture(choice);
    }

    @Override
    protected void onLookupComplete(
            ChannelHandlerContext ctx, @Nullable String name, Future<TlsHosts.Choice> found) {
        if (found.isSuccess()) {
            switch (found.getNow()) {
                case TlsHosts.Choice.Own(TlsHost host) -> begin(ctx, name, host);
                case TlsHosts.Choice.Pass(String _, ConnectionHandler handler) -> {
                    handshake.pass(name, handler);
                    ctx.pipeline().remove(this);
                }
            }
        } else if (found.cause() instanceof NotSslRecordException) {
            handshake.notTls();
        } else {
            handshake.unknownName(name);
        }
    }

    private void begin(ChannelHandlerContext ctx, @Nullable String name, TlsHost host) {
        if (host.speaksAnyOf(offered)) {
            handshake.begin(ctx, name, host);
        } else {
            handshake.noProtocol(offered);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        super.channelReadComplete(ctx);
        charge(
                ctx.isRemoved() || actualReadableBytes() == 0
                        ? 0
                        : Ledger.footprint(internalBuffer()));
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        super.handlerRemoved0(ctx);
        charge(0);
    }

    /// Whether nothing of the message has arrived.
    boolean isUnbegun() {
        return actualReadableBytes() == 0;
    }

    private void charge(int held) {
        if (held != charged) {
            ledger.charge(held - charged);
            charged = held;
        }
    }
}
