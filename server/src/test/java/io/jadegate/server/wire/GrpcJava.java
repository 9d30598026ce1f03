package io.jadegate.server.wire;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The callers and servers of one test as grpc-java plays them, with a Netty of its own inside it.
/// Registered behind the [Gateway], so that they are gone when that looks what is left.
final class GrpcJava implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    static final int LARGEST = 8 << 20;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<Server> servers = new ArrayList<>();
    private EventLoopGroup loops;

    /// Serves in clear text, by prior knowledge.
    ///
    /// @return its address as a configuration has it
    String serve(Orders orders) throws IOException {
        return serve(orders.service());
    }

    /// Serves any service in clear text, by prior knowledge.
    String serve(ServerServiceDefinition service) throws IOException {
        return serve(service, InsecureServerCredentials.create());
    }

    /// Serves by TLS.
    ///
    /// @param name of the certificate and its key among those that have been written
    /// @return its address as a configuration has it
    String serve(Orders orders, TestCertificates certificates, String name) throws IOException {
        return serve(orders.service(), certificates, name);
    }

    /// Serves any service by TLS.
    String serve(ServerServiceDefinition service, TestCertificates certificates, String name)
            throws IOException {
        ServerCredentials shown =
                TlsServerCredentials.create(
                        certificates.path(name + ".pem").toFile(),
                        certificates.path(name + ".key").toFile());
        return serve(service, shown);
    }

    private String serve(ServerServiceDefinition service, ServerCredentials credentials)
            throws IOException {
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                credentials)
                        .channelType(NioServerSocketChannel.class)
                        .bossEventLoopGroup(loops)
                        .workerEventLoopGroup(loops)
                        .maxInboundMessageSize(LARGEST)
                        .addService(service)
                        .build()
                        .start();
        servers.add(server);
        return "127.0.0.1:" + server.getPort();
    }

    /// A caller in clear text, by prior knowledge.
    ManagedChannel call(int port) {
        return call(port, InsecureChannelCredentials.create());
    }

    /// A caller by TLS that believes the authority of some certificates.
    ManagedChannel call(int port, TestCertificates certificates) throws IOException {
        return call(
                port,
                TlsChannelCredentials.newBuilder()
                        .trustManager(certificates.path("ca.pem").toFile())
                        .build());
    }

    private ManagedChannel call(int port, ChannelCredentials credentials) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                                credentials)
                        .channelType(NioSocketChannel.class)
                        .eventLoopGroup(loops)
                        .overrideAuthority("shop.test")
                        .maxInboundMessageSize(LARGEST)
                        .build();
        channels.add(channel);
        return channel;
    }

    /// Ends all servers and what they are doing.
    void stopServers() throws InterruptedException {
        for (Server server : servers) {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        servers.clear();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        channels.clear();
        stopServers();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
