package io.jadegate.server.demonstration;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// An event stream without an end: one event at once, another every second, as long as somebody
/// listens.
final class EventEcho {
    private static final long PAUSE_SECONDS = 1;

    private final ChannelHandlerContext context;
    private int number;

    EventEcho(ChannelHandlerContext context) {
        this.context = context;
    }

    void begin() {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_EVENT_STREAM)
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        context.write(head);
        send();
    }

    private void send() {
        if (context.channel().isActive()) {
            var event = "data: event " + ++number + "\n\n";
            context.writeAndFlush(
                    new DefaultHttpContent(Unpooled.copiedBuffer(event, StandardCharsets.UTF_8)));
            context.executor().schedule(this::send, PAUSE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
