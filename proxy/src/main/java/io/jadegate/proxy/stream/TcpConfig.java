package io.jadegate.proxy.stream;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The options of a [TcpChannel]: those that connections of the gateway have. Small writes leave at
/// once whatever is set here.
final class TcpConfig extends DefaultChannelConfig {
    /// Until whoever uses the connection has said what it reads into.
    private static final RecvByteBufAllocator FIRST_READ =
            new FixedRecvByteBufAllocator(ReadBuffers.SMALL);

    private final Socket socket;
    private volatile boolean allowHalfClosure;

    TcpConfig(TcpChannel channel, Socket socket) {
        super(channel, FIRST_READ);
        this.socket = socket;
    }

    boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(
                super.getOptions(),
                ChannelOption.ALLOW_HALF_CLOSURE,
                ChannelOption.SO_KEEPALIVE,
                ChannelOption.SO_LINGER);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable T getOption(ChannelOption<T> option) {
        try {
            if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
                return (T) Boolean.valueOf(allowHalfClosure);
            }
            if (option.equals(ChannelOption.SO_KEEPALIVE)) {
                return (T) Boolean.valueOf(socket.isKeepAlive());
            }
            if (option.equals(ChannelOption.SO_LINGER)) {
                return (T) Integer.valueOf(socket.getSoLinger());
            }
            return super.getOption(option);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        try {
            if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
                allowHalfClosure = (Boolean) value;
            } else if (option.equals(ChannelOption.SO_KEEPALIVE)) {
                socket.setKeepAlive((Boolean) value);
            } else if (option.equals(ChannelOption.SO_LINGER)) {
                socket.setSoLinger((Integer) value);
            } else {
                return super.setOption(option, value);
            }
            return true;
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    @Override
    protected void autoReadCleared() {
        ((TcpChannel) channel).stopReading();
    }
}
