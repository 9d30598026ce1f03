package io.jadegate.proxy.stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.NativeInetAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A socket of epoll that listens for TCP connections, which become [TcpChannel]s.
///
/// What is true of each of them is settled here once: they inherit that small writes leave at once
/// (TCP_NODELAY), and all that come to one address have that address.
final class TcpServerChannel extends AbstractEpollServerChannel {
    private final Config config;

    /// The address of all that are accepted; null where each has its own.
    private @Nullable InetSocketAddress shared;

    TcpServerChannel(LinuxSocket socket) {
        super(socket, /* active= */ false);
        this.config = new Config(this);
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        super.doBind(address);
        InetSocketAddress bound = (InetSocketAddress) localAddress0();
        shared = bound.getAddress().isAnyLocalAddress() ? null : bound;
        socket.setTcpNoDelay(true);
        socket.listen(config.backlog);
        active = true;
    }

    @Override
    protected Channel newChildChannel(int descriptor, byte[] address, int offset, int length) {
        return new TcpChannel(
                this,
                new Socket(descriptor),
                NativeInetAddress.address(address, offset, length),
                shared);
    }

    /// The options that listeners set.
    static final class Config extends EpollChannelConfig {
        /// Connections that wait are accepted together, up to so many in a turn of the loop. What
        /// is said of buffers here, Netty does not use.
        private static final RecvByteBufAllocator ACCEPTED_AT_ONCE =
                new FixedRecvByteBufAllocator(1).respectMaybeMoreData(false).maxMessagesPerRead(16);

        private volatile int backlog = 128;

        private Config(TcpServerChannel channel) {
            super(channel);
            setRecvByteBufAllocator(ACCEPTED_AT_ONCE);
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            validate(option, value);
            try {
                if (option.equals(ChannelOption.SO_BACKLOG)) {
                    backlog = (Integer) value;
                } else if (option.equals(ChannelOption.SO_REUSEADDR)) {
                    socket().setReuseAddress((Boolean) value);
                } else if (option.equals(UnixChannelOption.SO_REUSEPORT)) {
                    socket().setReusePort((Boolean) value);
                } else {
                    return super.setOption(option, value);
                }
                return true;
            } catch (IOException e) {
                throw new ChannelException(e);
            }
        }
    }
}
