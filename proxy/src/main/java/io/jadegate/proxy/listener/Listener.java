package io.jadegate.proxy.listener;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.ServerConnection;
import io.jadegate.proxy.stream.TlsSession;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A bound address. It takes connections from [#begin()] to [#close()], and between [#bind] and
/// that they wait; those it took go on by themselves until they are done, drained or aborted. Its
/// methods may be called from any thread but an event loop.
public final class Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private static final int BACKLOG = 4096;
    private static final WriteBufferWaterMark WATER_MARK =
            new WriteBufferWaterMark(ByteStream.WINDOW / 2, ByteStream.WINDOW);

    /// What waits for the system to take it, for all clients of a socket.
    private static final WriteBufferWaterMark DATAGRAM_WATER_MARK =
            new WriteBufferWaterMark(512 * 1024, 1024 * 1024);

    private final Address address;
    private final ListenerConfig.Accept accept;
    private final Loops loops;
    private final List<Accepted> accepted;
    private final List<Channel> channels = new ArrayList<>();
    private final List<DatagramSocket> datagramSockets = new ArrayList<>();
    private final HandshakeLog handshakeLog = new HandshakeLog();

    /// What connections are accepted by.
    public interface Terms {
        /// The listener's name.
        String listener();

        /// How long a TLS handshake may take, from the accept; 0 for no limit.
        long tlsNanos();

        /// Who may say for whom it makes a connection; null for nobody.
        @Nullable Introducers introducers();

        /// What a new connection must pass.
        Admission admission();

        /// Where connections are counted.
        PerLoop<ListenerCounts> counts();

        /// The hosts in whose names TLS is spoken; null where the listener speaks clear text.
        @Nullable TlsHosts tls();
    }

    private Listener(
            Address address,
            ListenerConfig.Accept accept,
            Loops loops,
            Supplier<? extends Terms> terms) {
        this.address = address;
        this.accept = accept;
        this.loops = loops;
        this.accepted =
                loops.all().stream()
                        .map(loop -> new Accepted(loop, () -> terms.get().counts()))
                        .toList();
    }

    /// Binds an address.
    ///
    /// @param handler what connections go to
    /// @param terms by which the next connection is accepted
    /// @throws IOException when the address cannot be bound; nothing is left open
    public static Listener bind(
            Address address,
            ListenerConfig.Accept accept,
            Loops loops,
            ConnectionHandler handler,
            Supplier<? extends Terms> terms)
            throws IOException {
        Listener listener = new Listener(address, accept, loops, terms);
        try {
            listener.open(handler, terms);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        return listener;
    }

    /// Binds an address for datagrams: a socket for each loop, among which the system spreads
    /// clients, where the transport can, else one.
    ///
    /// @param sockets what the datagrams of each socket go to
    /// @param terms by which the next client is taken in
    /// @throws IOException when the address cannot be bound; nothing is left open
    public static Listener bindDatagrams(
            Address.Inet address,
            ListenerConfig.Accept accept,
            Loops loops,
            DatagramSocket.Factory sockets,
            Supplier<? extends Terms> terms)
            throws IOException {
        Listener listener = new Listener(address, accept, loops, terms);
        try {
            listener.openDatagrams(sockets);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        return listener;
    }

    private void openDatagrams(DatagramSocket.Factory sockets) throws IOException {
        if (!loops.transport().hasDatagrams()) {
            throw new IOException("node.transport has no datagrams");
        }
        SocketAddress socketAddress = socketAddress();
        boolean shared = loops.transport().sharesPorts() && loops.count() > 1;
        if (shared) {
            requireFree(socketAddress);
        }
        for (Loop loop : shared ? loops.all() : loops.all().subList(0, 1)) {
            DatagramSocket socket = sockets.on(loop, accepted.get(loop.index()));
            Bootstrap bootstrap =
                    new Bootstrap()
                            .group(loop.eventLoop())
                            .channelFactory(loops.transport()::newDatagramChannel)
                            .option(ChannelOption.AUTO_READ, false)
                            .option(ChannelOption.RECVBUF_ALLOCATOR, loop.datagramBuffers())
                            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, DATAGRAM_WATER_MARK)
                            .handler(socket);
            if (shared) {
                bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
            }
            ChannelFuture bound = bootstrap.bind(socketAddress).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException(bound.cause().getMessage(), bound.cause());
            }
            channels.add(bound.channel());
            datagramSockets.add(socket);
            // With port 0 the others join the port that the first was given.
            socketAddress = bound.channel().localAddress();
        }
    }

    /// Sockets that share a port share it with those of another process, too, and nobody is told:
    /// one that does not share finds out.
    private static void requireFree(SocketAddress address) throws IOException {
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            // Binding will tell.
            return;
        }
        try (DatagramChannel probe = DatagramChannel.open()) {
            probe.bind(address);
        }
    }

    private void open(ConnectionHandler handler, Supplier<? extends Terms> terms)
            throws IOException {
        Door door = new Door(loops, terms);
        SocketAddress wanted = socketAddress();
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loops.group())
                        .channelFactory(() -> loops.transport().newServerChannel(wanted))
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.AUTO_READ, false)
                        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                        .handler(door)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        accept(channel, door, handler, terms);
                                    }
                                });
        SocketAddress socketAddress = wanted;
        int sockets = 1;
        if (socketAddress instanceof InetSocketAddress) {
            bootstrap.option(ChannelOption.SO_REUSEADDR, true);
            if (accept == ListenerConfig.Accept.REUSEPORT) {
                bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
                sockets = loops.count();
            }
        }
        for (int i = 0; i < sockets; i++) {
            ChannelFuture bound = bootstrap.bind(socketAddress).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException(bound.cause().getMessage(), bound.cause());
            }
            channels.add(bound.channel());
            // With port 0 the others join the port that the first was given.
            socketAddress = bound.channel().localAddress();
        }
    }

    private SocketAddress socketAddress() throws IOException {
        return switch (address) {
            case Address.Unix unix -> {
                removeStale(unix.path());
                yield loops.transport().unixAddress(unix);
            }
            case Address.Inet inet ->
                    inet.any()
                            ? new InetSocketAddress(inet.port())
                            : new InetSocketAddress(inet.host(), inet.port());
        };
    }

    /// Removes the file of a Unix domain socket that nobody listens on any more.
    private static void removeStale(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException nobodyListens) {
            Files.delete(path);
            return;
        }
        throw new IOException("address already in use");
    }

    private void accept(
            Channel channel,
            Door door,
            ConnectionHandler handler,
            Supplier<? extends Terms> terms) {
        // As an option of the bootstrap it would be warned of at each connection of Netty's sockets
        // for Unix domains by NIO, which do not have it: they close at the end of their input.
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        Loop loop = loops.of(channel.eventLoop());
        Introducers introducers = Door.introducersOf(channel);
        if (introducers == null) {
            begin(loop, channel, handler, terms.get());
            return;
        }
        channel.pipeline()
                .addLast(
                        new Introduction(
                                loop,
                                introducers,
                                door,
                                terms,
                                channel,
                                now -> begin(loop, channel, handler, now)));
    }

    private void begin(Loop loop, Channel channel, ConnectionHandler handler, Terms terms) {
        Arrival arrival =
                Arrival.inClearText(loop, accepted.get(loop.index()), terms, /* before= */ null);
        TlsHosts hosts = terms.tls();
        if (hosts == null) {
            handler.begin(channel, arrival);
        } else {
            TlsHandshake handshake = new TlsHandshake(arrival, hosts, handshakeLog, handler);
            channel.pipeline().addLast(handshake.hello(), handshake);
        }
    }

    /// Begins to take connections. Harmless to call again.
    public void begin() {
        channels.forEach(channel -> channel.config().setAutoRead(true));
    }

    /// The address as configured.
    public Address address() {
        return address;
    }

    public ListenerConfig.Accept accept() {
        return accept;
    }

    /// Where the listener is bound, with the port in fact.
    public String boundAddress() {
        if (channels.getFirst().localAddress() instanceof InetSocketAddress inet) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
        }
        return address.toString();
    }

    /// Open connections.
    public int connections() {
        return accepted.stream().mapToInt(Accepted::open).sum();
    }

    /// Shows the connections that live on a loop; to be called on it.
    public void forEachOn(Loop loop, Consumer<ServerConnection> action) {
        accepted.get(loop.index()).forEachHere(action);
    }

    /// Takes no more connections. Those that wait to be accepted are refused by the system. Sockets
    /// of datagrams stay while anybody who was taken in needs one of them.
    public void close() {
        if (!datagramSockets.isEmpty()) {
            closeDatagrams();
            return;
        }
        accepted.forEach(Accepted::close);
        for (Channel channel : channels) {
            channel.close().awaitUninterruptibly();
        }
        if (address instanceof Address.Unix unix && !channels.isEmpty()) {
            try {
                Files.deleteIfExists(unix.path());
            } catch (IOException e) {
                LOG.warn("cannot remove {}: {}", unix.path(), e.getMessage());
            }
        }
    }

    /// Waits until the address is free behind [#close()]; for sockets of datagrams that nobody
    /// needs any more.
    public void awaitClosed() {
        channels.forEach(channel -> channel.closeFuture().awaitUninterruptibly());
    }

    private void closeDatagrams() {
        for (int i = 0; i < channels.size(); i++) {
            channels.get(i)
                    .eventLoop()
                    .submit(datagramSockets.get(i)::close)
                    .awaitUninterruptibly();
        }
    }

    /// Closes idle connections now and each of the others behind its answer.
    public void drain() {
        accepted.forEach(Accepted::drain);
    }

    /// Drains the connections of clients of whom less or other was asked than is asked by now: in
    /// clear text where TLS is spoken, and by TLS where another certificate is demanded. Nobody
    /// goes on by what is not enough any more.
    ///
    /// @param before what handshakes were done by; null for clear text
    /// @param now what they are done by from now on
    public void drainUnsettled(@Nullable TlsHosts before, TlsHosts now) {
        Set<String> entries = now.demandingOtherwise(before);
        if (before == null || !entries.isEmpty()) {
            accepted.forEach(books -> books.drainIf(each -> isUnsettled(each, entries, now)));
        }
    }

    /// Drains the connections of clients who would not be let in any more.
    public void drainDenied(Admission now) {
        // From where they accept, to come behind those who are on their way to their loops: they
        // were let in by what was asked before, and stand in no books yet.
        for (Channel acceptor : channels) {
            acceptor.eventLoop()
                    .execute(() ->
                            accepted.forEach(books -> books.drainIf(each -> isDenied(each, now))));
        }
    }

    private static boolean isDenied(ServerConnection connection, Admission now) {
        Peer peer = connection.peer();
        return peer != null && now.review(peer) != null;
    }

    /// Its connections count elsewhere by now, for it has another name.
    public void recount() {
        accepted.forEach(Accepted::recount);
    }

    /// Visits each connection, on its loop.
    public void forEach(Consumer<ServerConnection> visit) {
        accepted.forEach(books -> books.forEach(visit));
    }

    private static boolean isUnsettled(
            ServerConnection connection, Set<String> entries, TlsHosts now) {
        if (connection instanceof TlsHandshake handshake) {
            return handshake.mayBeFor(entries, now);
        }
        TlsSession tls = connection.tls();
        return tls == null || entries.contains(tls.host());
    }

    /// Closes every connection, whatever it is doing.
    public void abort() {
        accepted.forEach(Accepted::abort);
    }
}
