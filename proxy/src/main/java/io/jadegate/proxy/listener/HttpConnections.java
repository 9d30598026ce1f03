package io.jadegate.proxy.listener;

import io.jadegate.proxy.http1.Http1ServerConnection;
import io.jadegate.proxy.http2.Http2ServerConnection;
import io.jadegate.proxy.stream.HttpStream;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolNames;

/// Begins HTTP, in the version that the client speaks: by its first octets in clear text, by what
/// was agreed on under TLS.
///
/// @param handler what requests go to
public record HttpConnections(HttpStream.Handler handler) implements ConnectionHandler {
    @Override
    public void begin(Channel channel, Arrival arrival) {
        if (arrival.agreed().equals(ApplicationProtocolNames.HTTP_2)) {
            Http2ServerConnection http2 = http2(arrival);
            arrival.goesOnAs(http2);
            channel.pipeline().addLast(http2);
            return;
        }
        // HTTP/1.1 is what a client under TLS means that offers nothing.
        Http1ServerConnection http1 =
                new Http1ServerConnection(
                        arrival.loop(), handler, arrival.books(), handler.limits(), arrival.tls());
        arrival.goesOnAs(http1);
        if (arrival.tls() == null) {
            channel.pipeline()
                    .addLast(
                            new PriorKnowledge(() -> {
                                Http2ServerConnection http2 = http2(arrival);
                                arrival.books().replace(http1, http2);
                                channel.pipeline().replace(http1, null, http2);
                            }));
        }
        channel.pipeline().addLast(http1);
    }

    private Http2ServerConnection http2(Arrival arrival) {
        return new Http2ServerConnection(
                arrival.loop(), handler, arrival.books(), handler.limits(), arrival.tls());
    }
}
