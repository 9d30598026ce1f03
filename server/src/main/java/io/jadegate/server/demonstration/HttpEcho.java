package io.jadegate.server.demonstration;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.nio.charset.StandardCharsets;

/// Answers a request with its own text, or with events ([EventEcho]) when it accepts those, and
/// turns the connection into a [WebSocketEcho] when asked to.
final class HttpEcho extends SimpleChannelInboundHandler<FullHttpRequest> {

    private final String name;

    HttpEcho(String name) {
        this.name = name;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (request.headers()
                .contains(
                        HttpHeaderNames.UPGRADE,
                        HttpHeaderValues.WEBSOCKET,
                        /* ignoreCase= */ true)) {
            upgrade(context, request);
            return;
        }
        if (request.headers()
                .containsValue(
                        HttpHeaderNames.ACCEPT,
                        HttpHeaderValues.TEXT_EVENT_STREAM,
                        /* ignoreCase= */ true)) {
            new EventEcho(context).begin();
            return;
        }
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, textOf(request));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        if (request.method().equals(HttpMethod.HEAD)) {
            response.content().clear();
        }
        var written = context.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
        var handshaker =
                new WebSocketServerHandshakerFactory(
                                /* webSocketURL= */ null,
                                /* subprotocols= */ null,
                                /* allowExtensions= */ false)
                        .newHandshaker(request);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel());
            return;
        }
        context.pipeline().addLast("websocket-echo", new WebSocketEcho(handshaker));
        handshaker.handshake(context.channel(), request);
    }

    private ByteBuf textOf(FullHttpRequest request) {
        var text =
                new StringBuilder(name)
                        .append(" received\n\n")
                        .append(request.method())
                        .append(' ')
                        .append(request.uri())
                        .append(' ')
                        .append(request.protocolVersion())
                        .append('\n');
        request.headers()
                .forEach(it ->
                        text.append(it.getKey()).append(": ").append(it.getValue()).append('\n'));
        return Unpooled.wrappedBuffer(
                Unpooled.copiedBuffer(text.append('\n'), StandardCharsets.UTF_8),
                request.content().retain());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
