package io.jadegate.proxy.stream;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.NodeConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Locale;

/// The system interface that sockets use.
public enum Transport {
    EPOLL,
    IO_URING,
    NIO;

    private static final String MULTISHOT_POLL = "io.netty.iouring.pollAddMultishotEnabled";

    /// The transport a node asks for, or the nearest one that this machine has: `auto` is epoll
    /// where there is one, else NIO.
    ///
    /// @throws IllegalStateException when a transport is named that this machine lacks
    public static Transport of(NodeConfig.Transport wanted) {
        return switch (wanted) {
            case AUTO -> Epoll.isAvailable() ? EPOLL : NIO;
            case EPOLL -> require(EPOLL, Epoll.isAvailable(), Epoll.unavailabilityCause());
            case IO_URING -> {
                askForEachEvent();
                yield require(IO_URING, IoUring.isAvailable(), IoUring.unavailabilityCause());
            }
            case NIO -> NIO;
        };
    }

    /// A poll that stays tells of each change once. Netty forgets one that it was told while it
    /// read, so that a reset or an end that came when nothing was wanted would never be heard of.
    /// Read once, when io_uring is first used.
    private static void askForEachEvent() {
        if (System.getProperty(MULTISHOT_POLL) == null) {
            System.setProperty(MULTISHOT_POLL, "false");
        }
    }

    private static Transport require(Transport transport, boolean available, Throwable cause) {
        if (!available) {
            throw new IllegalStateException(
                    "node.transport: this machine offers no "
                            + transport.name().toLowerCase(Locale.ROOT),
                    cause);
        }
        return transport;
    }

    IoHandlerFactory ioHandlerFactory() {
        return switch (this) {
            case EPOLL -> new GuardedEpoll();
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }

    /// Whether Unix domain sockets can be used.
    public boolean hasUnixSockets() {
        return this != IO_URING;
    }

    /// A socket that can listen on an address as this transport has it, not bound.
    ///
    /// @throws io.netty.channel.ChannelException when the system gives none
    public ServerChannel newServerChannel(SocketAddress on) {
        boolean unix = !(on instanceof InetSocketAddress);
        return switch (this) {
            case EPOLL -> unix ? new EpollServerDomainSocketChannel() : epollServerChannel(on);
            case IO_URING -> new IoUringServerSocketChannel();
            case NIO -> unix ? new NioServerDomainSocketChannel() : new NioServerSocketChannel();
        };
    }

    /// All addresses are those of both families, also when they are written as IPv4 has them.
    private static ServerChannel epollServerChannel(SocketAddress on) {
        return isIpv4(on) && !((InetSocketAddress) on).getAddress().isAnyLocalAddress()
                ? new TcpServerChannel(LinuxSocket.newSocketStream(SocketProtocolFamily.INET))
                : new TcpServerChannel(LinuxSocket.newSocketStream());
    }

    /// A socket that can connect to an address as this transport has it.
    ///
    /// @throws io.netty.channel.ChannelException when the system gives none
    public Channel newChannel(SocketAddress to) {
        boolean unix = !(to instanceof InetSocketAddress);
        return switch (this) {
            case EPOLL -> unix ? new EpollDomainSocketChannel() : epollChannel(to);
            case IO_URING -> new IoUringSocketChannel();
            case NIO -> unix ? new NioDomainSocketChannel() : new NioSocketChannel();
        };
    }

    private static Channel epollChannel(SocketAddress to) {
        LinuxSocket socket =
                isIpv4(to)
                        ? LinuxSocket.newSocketStream(SocketProtocolFamily.INET)
                        : LinuxSocket.newSocketStream();
        TcpChannel channel = new TcpChannel(socket);
        try {
            socket.setTcpNoDelay(true);
        } catch (IOException e) {
            channel.unsafe().closeForcibly();
            throw new ChannelException(e);
        }
        return channel;
    }

    /// A socket of both families costs more in each call.
    private static boolean isIpv4(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                && inet.getAddress() instanceof Inet4Address;
    }

    /// Whether there are sockets for datagrams. Those of Netty for io_uring are none that each
    /// client could have (docs/decisions/0017-datagrams-without-io-uring.md).
    public boolean hasDatagrams() {
        return this != IO_URING;
    }

    /// A socket for datagrams, not bound and not connected.
    ///
    /// @throws io.netty.channel.ChannelException when the system gives none
    /// @throws UnsupportedOperationException unless [#hasDatagrams()]
    public DatagramChannel newDatagramChannel() {
        return switch (this) {
            case EPOLL -> new EpollDatagramChannel();
            case IO_URING -> throw new UnsupportedOperationException("datagrams by io_uring");
            case NIO -> new NioDatagramChannel();
        };
    }

    /// Whether several sockets can share a port, so that each loop has one of its own.
    public boolean sharesPorts() {
        return this == EPOLL;
    }

    /// A Unix domain socket's address in this transport's own form.
    public SocketAddress unixAddress(Address.Unix address) {
        return this == NIO
                ? UnixDomainSocketAddress.of(address.path())
                : new DomainSocketAddress(address.path().toFile());
    }
}
