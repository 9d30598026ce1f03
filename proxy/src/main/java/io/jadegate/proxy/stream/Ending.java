package io.jadegate.proxy.stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/// How connections end, in clear text and under TLS. A peer under TLS takes what it has for whole
/// only when it is told that nothing follows (close_notify, RFC 8446 §6.1).
///
/// To be called on the channel's event loop.
public final class Ending {
    private Ending() {}

    /// Ends a connection at once, with a reset and without a word under TLS, so that what has been
    /// sent cannot be taken for whole. One that is closed already is left alone: its descriptor may
    /// be another's.
    public static void cut(Channel channel) {
        if (!channel.isOpen()) {
            return;
        }
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        beneathTls(channel);
    }

    /// Ends a connection behind what has been sent.
    public static void close(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null && tls.engine().isOutboundDone()) {
            // The peer has been told; telling it again would wait for an output that is shut down.
            beneathTls(channel);
        } else {
            channel.close();
        }
    }

    private static void beneathTls(Channel channel) {
        channel.pipeline().firstContext().close();
    }

    /// Says that nothing more will be sent, and goes on reading.
    public static void shutdownOutput(Channel channel) {
        @Nullable SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            shutdown(channel);
            return;
        }
        tls.closeOutbound()
                .addListener(_ -> {
                    if (channel.isOpen()) {
                        shutdown(channel);
                    }
                });
    }

    private static void shutdown(Channel channel) {
        // That the peer has broken the connection is told by itself.
        ((DuplexChannel) channel).shutdownOutput();
    }
}
