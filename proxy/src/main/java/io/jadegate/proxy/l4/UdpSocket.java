package io.jadegate.proxy.l4;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.listener.DatagramSocket;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Ledger;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One socket of a UDP listener, and the sessions of the clients that the system has given to it.
/// The first datagram of a client opens a session, if its client is let in. Only for its loop's own
/// thread.
final class UdpSocket extends ChannelInboundHandlerAdapter implements DatagramSocket {
    private static final Logger LOG = LoggerFactory.getLogger(UdpSocket.class);

    private final UdpSessions all;
    private final Loop loop;
    private final ServerConnection.Owner books;
    private final Map<UdpClient, UdpSession> sessions = new HashMap<>();
    private final Runnable flush = this::flushNow;
    private @Nullable Channel channel;
    private boolean flushing;

    UdpSocket(UdpSessions all, Loop loop, ServerConnection.Owner books) {
        this.all = all;
        this.loop = loop;
        this.books = books;
    }

    Loop loop() {
        return loop;
    }

    private Channel channel() {
        return Objects.requireNonNull(channel);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        loop.keep(ctx.channel());
        all.opened(this);
    }

    // ---- from clients

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        DatagramPacket packet = (DatagramPacket) message;
        try {
            received(packet.sender(), packet.content());
        } finally {
            packet.release();
        }
    }

    private void received(InetSocketAddress from, ByteBuf data) {
        UdpClient client = UdpClient.of(from);
        UdpSession known = sessions.get(client);
        if (known == null && !data.isReadable()) {
            // It goes nowhere, and need not open anything.
            all.serving().counts().on(loop.index()).datagramDropped(Reason.DATAGRAM_UNSENT);
            return;
        }
        UdpSession session = known == null ? open(from, client) : known;
        if (session != null) {
            session.fromClient(data);
        }
    }

    private @Nullable UdpSession open(InetSocketAddress from, UdpClient client) {
        UdpServing serving = all.serving();
        // Whatever is cheap to find out goes first: a flood is refused by it.
        Reason refusal = takeRoom(from, serving);
        if (refusal == null) {
            Peer peer = Peer.of(from, channel().localAddress(), /* tls= */ null);
            refusal = enter(serving, peer);
            if (refusal == null) {
                UdpSession session = new UdpSession(this, serving, from, client, peer);
                Failure failure = session.begin();
                if (failure == null) {
                    sessions.put(client, session);
                    books.opened(session);
                    return session;
                }
                refusal = failure.reason();
                serving.admission().leave(peer);
            }
            giveRoomBack();
        }
        serving.counts().on(loop.index()).datagramDropped(refusal);
        all.refusals().refused(serving.listener(), refusal, from, loop.now());
        return null;
    }

    /// Why there is no room for another session; when there is, [#giveRoomBack()] is owed.
    private @Nullable Reason takeRoom(InetSocketAddress from, UdpServing serving) {
        if (all.closing()) {
            return Reason.DRAINING;
        }
        if (from.getPort() == 0) {
            // It cannot be answered (RFC 768), and nobody sends so but who does not tell who it is.
            return Reason.REQUEST_MALFORMED;
        }
        if (loop.ledger().full()) {
            return Reason.BUFFERS_EXHAUSTED;
        }
        if (!all.take(serving.rules().most())) {
            return Reason.SESSION_LIMIT;
        }
        if (!loop.sockets().admitSession()) {
            all.giveBack();
            return Reason.SOCKETS_EXHAUSTED;
        }
        return null;
    }

    private void giveRoomBack() {
        loop.sockets().sessionClosed();
        all.giveBack();
    }

    private @Nullable Reason enter(UdpServing serving, Peer peer) {
        try {
            return serving.admission()
                    .enter(peer, serving.counts().on(loop.index())::connectionShadowed);
        } catch (RuntimeException e) {
            LOG.error("a filter of connections failed", e);
            return Reason.INTERNAL_ERROR;
        }
    }

    // ---- to clients

    /// Sends one datagram to a client; takes ownership. One that the system cannot take now is
    /// dropped.
    void send(ByteBuf data, InetSocketAddress to, UdpSession session) {
        // One without octets would pass for sent, and Netty sends none.
        if (!channel().isWritable() || !data.isReadable() || loop.ledger().full()) {
            data.release();
            session.dropped();
            return;
        }
        int octets = data.readableBytes();
        int footprint = Ledger.footprint(data);
        session.waits(footprint);
        channel()
                .write(new DatagramPacket(data, to))
                .addListener(future -> {
                    session.waits(-footprint);
                    if (future.isSuccess()) {
                        session.answered(octets);
                    } else {
                        session.dropped();
                    }
                });
    }

    /// Replies to many clients go out together, at the end of the loop's turn.
    void flush() {
        if (!flushing) {
            flushing = true;
            loop.atTurnEnd(flush);
        }
    }

    private void flushNow() {
        flushing = false;
        channel().flush();
    }

    // ---- the end

    /// A session has ended.
    void ended(UdpSession session, UdpServing serving, UdpClient client, Peer peer) {
        sessions.remove(client);
        books.closed(session);
        serving.admission().leave(peer);
        giveRoomBack();
    }

    @Override
    public void close() {
        all.close();
    }

    /// Closes the socket, which nobody needs any more. May be called on any thread.
    void end() {
        if (loop.eventLoop().inEventLoop()) {
            channel().close();
        } else {
            loop.eventLoop().execute(() -> channel().close());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // Where it is not closed by itself, the loop is going.
        List.copyOf(sessions.values()).forEach(UdpSession::abort);
    }

    /// What the network says of a datagram that it did not deliver to some client concerns nobody
    /// else, and the client's session ends by silence.
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("on a socket of datagrams", cause);
        } else {
            LOG.error("a datagram of a client led to a failure", cause);
        }
    }
}
