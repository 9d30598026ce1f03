package io.jadegate.proxy.listener;

import io.jadegate.proxy.http1.Http1ServerConnection;
import io.jadegate.proxy.http2.Http2ServerConnection;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.TlsSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNames;

/// Starts HTTP on a channel once it is known which version is spoken: at once in clear text, behind
/// the handshake under TLS.
///
/// @param limits for the heads of the connection
record HttpStart(Loop loop, HttpStream.Handler handler, Accepted books, HeadLimits limits)
        implements TlsHandshake.Start {

    void inClearText(Channel channel) {
        Http1ServerConnection http1 = new Http1ServerConnection(loop, handler, books, limits, null);
        channel.pipeline()
                .addLast(
                        new PriorKnowledge(() -> {
                            Http2ServerConnection http2 =
                                    new Http2ServerConnection(loop, handler, books, limits, null);
                            books.replace(http1, http2);
                            channel.pipeline().replace(http1, null, http2);
                        }))
                .addLast(http1);
    }

    @Override
    public void begin(
            TlsHandshake handshake, ChannelHandlerContext ctx, String protocol, TlsSession tls) {
        if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
            Http2ServerConnection http2 =
                    new Http2ServerConnection(loop, handler, books, limits, tls);
            books.replace(handshake, http2);
            ctx.pipeline().replace(handshake, null, http2);
            return;
        }
        // HTTP/1.1 is what a client means that offers nothing.
        Http1ServerConnection http = new Http1ServerConnection(loop, handler, books, limits, tls);
        books.replace(handshake, http);
        ctx.pipeline().replace(handshake, null, http);
        http.channelActive(ctx.pipeline().context(http));
    }
}
