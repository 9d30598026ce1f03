package io.jadegate.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelUtil;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A TCP connection by epoll that asks the system for nothing but what it needs: a short one takes
/// two thirds of the calls of Netty's own.
///
/// - Epoll is told once of it, edge-triggered. Each event is taken for a hint only: what there is
///   to read or to write, and what has failed, reading and writing tell. What an event told of and
///   nobody wanted yet is remembered, and what is left behind a long read is [looked at
///   again][GuardedEpoll.Place#again()] in the next turn.
/// - Closing takes it out of epoll's set by itself.
/// - Addresses are asked for by who wants to know them, and no option is read or set that has the
///   wanted value anyway.
///
/// An end of input, and a connection that breaks, are told as Netty's own sockets tell them, except
/// that a break also reaches a connection whose input has ended before.
final class TcpChannel extends AbstractChannel implements DuplexChannel {
    private static final ChannelMetadata METADATA =
            new ChannelMetadata(/* hasDisconnect= */ false, /* defaultMaxMessagesPerRead= */ 16);

    /// Netty has no name for it (EPOLLPRI). A read stops at urgent data, though there is more.
    private static final EpollIoOps URGENT = EpollIoOps.valueOf(0x2);

    private static final EpollIoOps INPUT =
            EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP).with(URGENT).with(EpollIoOps.EPOLLET);
    private static final EpollIoOps BOTH = INPUT.with(EpollIoOps.EPOLLOUT);

    private final Socket socket;
    private final TcpConfig config;
    private @Nullable IoRegistration registration;
    private GuardedEpoll.@Nullable Place place;
    private @Nullable ChannelPromise connecting;
    private @Nullable SocketAddress destination;
    private final @Nullable SocketAddress local;
    private volatile @Nullable SocketAddress remote;
    private volatile boolean active;

    /// Somebody has asked for input that has not come yet.
    private boolean readPending;

    /// There may be input that was not read.
    private boolean readable;

    /// All there is has to be read to find the end of it, also behind a read that was not full.
    private boolean toTheEnd;

    /// The connection is broken: its input goes on to the error, whether anybody wants it or not.
    private boolean broken;

    private boolean inputEnded;
    private boolean outputFull;
    private boolean hearsOfOutput;

    /// A connection to be made.
    TcpChannel(Socket socket) {
        super(null);
        this.socket = socket;
        this.config = new TcpConfig(this, socket);
        this.local = null;
    }

    /// A connection that was accepted.
    ///
    /// @param local null when it has to be asked for
    TcpChannel(Channel parent, Socket socket, SocketAddress remote, @Nullable SocketAddress local) {
        super(parent);
        this.socket = socket;
        this.config = new TcpConfig(this, socket);
        this.remote = remote;
        this.local = local;
        this.active = true;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Handle();
    }

    private Handle handle() {
        return (Handle) unsafe();
    }

    /// Its descriptor.
    FileDescriptor fd() {
        return socket;
    }

    @Override
    public TcpConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return local == null && active ? socket.localAddress() : local;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return remote;
    }

    // ---- among the sockets of a loop

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof IoEventLoop io && io.isCompatible(Handle.class);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        ((IoEventLoop) eventLoop())
                .register(handle())
                .addListener((Future<IoRegistration> registered) -> {
                    if (!registered.isSuccess()) {
                        promise.setFailure(registered.cause());
                        return;
                    }
                    registration = registered.getNow();
                    if (active) {
                        place().submit(INPUT);
                    }
                    promise.setSuccess();
                });
    }

    @Override
    protected void doDeregister() {
        IoRegistration known = registration;
        if (known != null) {
            known.cancel();
        }
    }

    private GuardedEpoll.Place place() {
        return Objects.requireNonNull(place);
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        socket.bind(address);
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        active = false;
        ChannelPromise waiting = connecting;
        if (waiting != null) {
            connecting = null;
            waiting.tryFailure(new ClosedChannelException());
        }
        // In this order: what is closed needs not be taken out of epoll's set.
        try {
            socket.close();
        } finally {
            doDeregister();
        }
    }

    // ---- what arrives

    private boolean wantsInput() {
        return readPending || broken || config.isAutoRead();
    }

    @Override
    protected void doBeginRead() {
        readPending = true;
        if (readable) {
            place().again();
        }
    }

    /// Nothing is wanted any more.
    void stopReading() {
        if (!isRegistered() || eventLoop().inEventLoop()) {
            readPending = false;
        } else {
            eventLoop().execute(() -> readPending &= config.isAutoRead());
        }
    }

    /// @return how many octets there were; -1 when no more will come
    private int readInto(ByteBuf buffer) throws IOException {
        int from = buffer.writerIndex();
        int read =
                buffer.hasMemoryAddress()
                        ? socket.recvAddress(buffer.memoryAddress(), from, buffer.capacity())
                        : socket.recv(
                                buffer.internalNioBuffer(from, buffer.writableBytes()),
                                from,
                                buffer.capacity());
        if (read > 0) {
            buffer.writerIndex(from + read);
        }
        return read;
    }

    // ---- what is sent

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (!(message instanceof ByteBuf buffer)) {
            throw new IllegalArgumentException("only buffers are sent, not " + message.getClass());
        }
        if (!UnixChannelUtil.isBufferCopyNeededForWrite(buffer)) {
            return buffer;
        }
        ByteBuf direct = alloc().directBuffer(buffer.readableBytes());
        direct.writeBytes(buffer);
        buffer.release();
        return direct;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws Exception {
        for (int spins = config.getWriteSpinCount(); spins > 0; spins--) {
            if (out.isEmpty()) {
                return;
            }
            boolean taken = out.size() == 1 ? sendOne(out) : sendMany(out);
            if (!taken) {
                awaitRoom();
                return;
            }
        }
        eventLoop().execute(handle()::flush0);
    }

    /// @return whether the socket has taken all of it
    private boolean sendOne(ChannelOutboundBuffer out) throws Exception {
        ByteBuf buffer = (ByteBuf) out.current();
        int octets = buffer.readableBytes();
        if (octets == 0) {
            out.remove();
            return true;
        }
        if (!buffer.hasMemoryAddress()) {
            return sendMany(out);
        }
        int sent =
                socket.sendAddress(
                        buffer.memoryAddress(), buffer.readerIndex(), buffer.writerIndex());
        return taken(out, sent, octets);
    }

    /// @return whether the socket has taken all of what one call can offer
    private boolean sendMany(ChannelOutboundBuffer out) throws Exception {
        IovArray buffers = place().buffers();
        out.forEachFlushedMessage(buffers);
        if (buffers.count() == 0) {
            // Empty ones only.
            out.removeBytes(0);
            return true;
        }
        return taken(
                out,
                socket.writevAddresses(buffers.memoryAddress(0), buffers.count()),
                buffers.size());
    }

    /// A socket that takes less than it is offered is full, and tells when it is not any more.
    private static boolean taken(ChannelOutboundBuffer out, long sent, long offered) {
        if (sent > 0) {
            out.removeBytes(sent);
        }
        return sent == offered;
    }

    private void awaitRoom() {
        outputFull = true;
        hearOfOutput();
    }

    private void hearOfOutput() {
        if (!hearsOfOutput) {
            hearsOfOutput = true;
            place().submit(BOTH);
        }
    }

    // ---- half-closes

    @Override
    protected void doShutdownOutput() throws Exception {
        socket.shutdown(/* read= */ false, /* write= */ true);
    }

    @Override
    public boolean isInputShutdown() {
        return inputEnded || socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    /// Says that nothing more will be sent. Nothing may be waiting to be sent: what Netty would do
    /// besides makes an exception, with the trace of its making, to fail writes with.
    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        shutdown(/* input= */ false, promise);
        return promise;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        shutdown(/* input= */ true, promise);
        return promise;
    }

    private void shutdown(boolean input, ChannelPromise promise) {
        if (!eventLoop().inEventLoop()) {
            eventLoop().execute(() -> shutdown(input, promise));
            return;
        }
        try {
            socket.shutdown(input, !input);
            promise.setSuccess();
        } catch (IOException | NotYetConnectedException e) {
            promise.setFailure(e);
        }
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownOutput()
                .addListener(output ->
                        shutdownInput()
                                .addListener(input -> {
                                    Throwable cause =
                                            output.isSuccess() ? input.cause() : output.cause();
                                    if (cause == null) {
                                        promise.setSuccess();
                                    } else {
                                        promise.setFailure(cause);
                                    }
                                }));
        return promise;
    }

    /// What epoll and the pipeline call.
    private final class Handle extends AbstractUnsafe
            implements GuardedEpoll.Guest, UncheckedBooleanSupplier {
        @Override
        public FileDescriptor fd() {
            return socket;
        }

        @Override
        public void placed(GuardedEpoll.Place here) {
            place = here;
        }

        @Override
        public void close() {
            close(voidPromise());
        }

        @Override
        public void handle(IoRegistration own, IoEvent event) {
            EpollIoOps ops = ((EpollIoEvent) event).ops();
            boolean failed = ops.contains(EpollIoOps.EPOLLERR);
            boolean ended = ops.contains(EpollIoOps.EPOLLRDHUP);
            if (ops.contains(EpollIoOps.EPOLLIN) || ended || failed) {
                readable = true;
                toTheEnd |= ended || failed || ops.contains(URGENT);
            }
            if (connecting != null) {
                finishConnect();
            }
            if (active) {
                broken |= failed;
                input(ended);
            }
            // Behind the input: on a connection that is broken it fails, and what came before the
            // break would be lost with it.
            if (active && outputFull && (failed || ops.contains(EpollIoOps.EPOLLOUT))) {
                outputFull = false;
                super.flush0();
            }
        }

        private void input(boolean ended) {
            if (inputEnded) {
                readable = false;
                breakIfFailed();
            } else if (readable && (ended || wantsInput())) {
                read();
            }
        }

        @Override
        public void again() {
            if (active && readable && !inputEnded && wantsInput()) {
                read();
            }
        }

        /// Behind the end of input no read tells of an error.
        private void breakIfFailed() {
            if (!broken || !active) {
                return;
            }
            try {
                int error = socket.getSoError();
                if (error != 0) {
                    fail(new IOException("connection broken: error " + error));
                }
            } catch (IOException e) {
                fail(e);
            }
        }

        private void fail(Throwable cause) {
            pipeline().fireExceptionCaught(cause);
            close(voidPromise());
        }

        /// Whether there may be more to read.
        @Override
        public boolean get() {
            return readable;
        }

        private RecvByteBufAllocator.ExtendedHandle sizes() {
            return (RecvByteBufAllocator.ExtendedHandle) recvBufAllocHandle();
        }

        private void read() {
            RecvByteBufAllocator.ExtendedHandle sizes = sizes();
            ByteBufAllocator allocator = config.getAllocator();
            ChannelPipeline pipeline = pipeline();
            sizes.reset(config);
            boolean end = false;
            Throwable failure = null;
            ByteBuf buffer = null;
            try {
                do {
                    buffer = sizes.allocate(allocator);
                    int wanted = buffer.writableBytes();
                    sizes.attemptedBytesRead(wanted);
                    int read = readInto(buffer);
                    sizes.lastBytesRead(read);
                    readable = read == wanted || (read > 0 && toTheEnd);
                    end = read < 0;
                    if (read <= 0) {
                        break;
                    }
                    sizes.incMessagesRead(1);
                    readPending = false;
                    ByteBuf whole = buffer;
                    buffer = null;
                    pipeline.fireChannelRead(whole);
                } while (active && sizes.continueReading(this));
            } catch (Throwable t) {
                // Errors too: memory outside the heap that runs out is one.
                failure = t;
            }
            if (buffer != null) {
                buffer.release();
            }
            inputEnded |= end;
            sizes.readComplete();
            pipeline.fireChannelReadComplete();
            if (failure != null) {
                readable = false;
                fail(failure);
            } else if (end) {
                ended();
                breakIfFailed();
            } else if (readable && broken && active) {
                place().again();
            }
        }

        private void ended() {
            if (!config.isAllowHalfClosure()) {
                close(voidPromise());
                return;
            }
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        }

        /// What waits goes out when there is room; asking before costs a call that fails.
        @Override
        protected void flush0() {
            if (!outputFull) {
                super.flush0();
            }
        }

        // ---- connecting

        @Override
        public void connect(
                SocketAddress to, @Nullable SocketAddress from, ChannelPromise promise) {
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            try {
                if (connecting != null) {
                    throw new ConnectionPendingException();
                }
                if (active) {
                    throw new AlreadyConnectedException();
                }
                if (to instanceof InetSocketAddress inet && inet.isUnresolved()) {
                    throw new UnresolvedAddressException();
                }
                if (from != null) {
                    doBind(from);
                }
                destination = to;
                if (socket.connect(to)) {
                    connected(promise);
                } else {
                    connecting = promise;
                    hearOfOutput();
                }
            } catch (Throwable t) {
                closeIfClosed();
                promise.tryFailure(annotateConnectException(t, to));
            }
        }

        private void finishConnect() {
            ChannelPromise promise = Objects.requireNonNull(connecting);
            try {
                if (!socket.finishConnect()) {
                    return;
                }
                connecting = null;
                connected(promise);
            } catch (Throwable t) {
                connecting = null;
                promise.tryFailure(annotateConnectException(t, destination));
                closeIfClosed();
            }
        }

        private void connected(ChannelPromise promise) {
            active = true;
            remote = destination;
            if (!hearsOfOutput) {
                place().submit(INPUT);
            }
            boolean wanted = promise.trySuccess();
            // What happened is what happened, also to somebody who has gone.
            if (active) {
                pipeline().fireChannelActive();
            }
            if (!wanted) {
                close(voidPromise());
            }
        }
    }
}
