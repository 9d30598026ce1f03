package io.jadegate.proxy.tls;

import io.jadegate.proxy.stream.Ledger;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLEngine;

/// TLS on one connection. What a peer sends of a record and does not finish is charged to the
/// loop's ledger; what it does not read is charged by whoever sends it.
///
/// It has no timeout of its own: whoever waits for the handshake keeps the time.
public final class TlsHandler extends SslHandler {
    private final Ledger ledger;
    private int charged;

    /// @param engine released with the handler
    /// @param ledger of the loop that the connection lives on
    public TlsHandler(SSLEngine engine, Ledger ledger) {
        super(engine);
        this.ledger = ledger;
        setHandshakeTimeoutMillis(0);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        super.channelReadComplete(ctx);
        charge(actualReadableBytes() == 0 ? 0 : Ledger.footprint(internalBuffer()));
    }

    @Override
    public void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
        super.handlerRemoved0(ctx);
        charge(0);
    }

    private void charge(int held) {
        if (held != charged) {
            ledger.charge(held - charged);
            charged = held;
        }
    }
}
