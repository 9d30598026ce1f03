package io.jadegate.proxy.stream;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.Socket;
import java.io.IOException;

/// The options of a [TcpChannel]: those that connections of the gateway have. Small writes leave at
/// once whatever is set here, and for how long a connection may be in the making is for whoever has
/// it made to see to.
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
