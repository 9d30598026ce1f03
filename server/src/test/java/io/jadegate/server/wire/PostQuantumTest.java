package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.proxy.tls.TlsProvider;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which groups a handshake may agree on, by clients that offer one alone.
@Timeout(60)
class PostQuantumTest {
    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @BeforeEach
    void serve() throws IOException {
        assumeTrue(TlsProvider.available() == TlsProvider.BORINGSSL, "BoringSSL is not available");
        TestCertificates certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test");
        gateway.serve(
                """
                listeners:
                  web: { address: "127.0.0.1:0", tls: { hosts: { "*": { %s } } } }
                routes: { all: { match: { path: / }, respond: { status: 204 } } }
                """
                        .formatted(certificates.entry("shop")));
    }

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private String agreed(String group) throws Exception {
        SslContext client =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL_REFCNT)
                        .trustManager(folder.resolve("ca.pem").toFile())
                        .endpointIdentificationAlgorithm(null)
                        .option(OpenSslContextOption.GROUPS, new String[] {group})
                        .build();
        // A handshake that fails may have closed the channel before anybody could ask it.
        SslHandler tls = client.newHandler(ByteBufAllocator.DEFAULT);
        Channel channel =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        channel.pipeline().addLast(tls).addLast(new Quiet());
                                    }
                                })
                        .connect("127.0.0.1", gateway.port())
                        .sync()
                        .channel();
        try {
            tls.handshakeFuture().get();
            return tls.engine().getSession().getProtocol();
        } finally {
            channel.close().sync();
            ReferenceCountUtil.release(client);
        }
    }

    /// The future of the handshake tells of what fails.
    private static final class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X25519MLKEM768", "X25519", "P-256", "P-384"})
    void agreesOnEachGroupThatItOffers(String group) throws Exception {
        assertThat(agreed(group)).isEqualTo("TLSv1.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-521", "X25519Kyber768Draft00"})
    void agreesOnNoOther(String group) {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> agreed(group))
                .withMessageContaining("HANDSHAKE_FAILURE");
    }
}
