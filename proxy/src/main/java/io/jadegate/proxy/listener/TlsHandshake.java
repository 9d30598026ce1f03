package io.jadegate.proxy.listener;

import io.jadegate.proxy.observe.HandshakeResult;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Ending;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.ServerConnection;
import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.tls.Resumption;
import io.jadegate.proxy.tls.TlsHandler;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// A connection under TLS from its accept until the protocol in it is known; then another handler
/// takes its place.
///
/// A handshake that fails is counted, told in the log now and then, and answered with the alert
/// that says why (RFC 8446 §6.2): what is no TLS with unexpected_message, a hello that is too large
/// with decode_error, a name that nobody has here with unrecognized_name, a client that offers
/// protocols none of which is spoken with no_application_protocol (RFC 7301 §3.2), the rest by the
/// provider.
final class TlsHandshake extends ChannelInboundHandlerAdapter implements ServerConnection {
    private static final byte UNEXPECTED_MESSAGE = 10;
    private static final byte DECODE_ERROR = 50;
    private static final byte UNRECOGNIZED_NAME = 112;
    private static final byte NO_APPLICATION_PROTOCOL = 120;
    private static final byte NO_ALERT = -1;

    private final Loop loop;
    private final ServerConnection.Owner books;
    private final Arrival arrival;
    private final TlsHosts hosts;
    private final ConnectionHandler handler;
    private final HandshakeLog log;
    private final long acceptedNanos;
    private final Deadlines.Deadline deadline;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable ClientHello hello;
    private @Nullable TlsHost host;
    private @Nullable String serverName;
    private long startMillis;
    private boolean leaving;
    private boolean over;

    /// @param handler goes on with the connection when the handshake has ended
    TlsHandshake(Arrival arrival, TlsHosts hosts, HandshakeLog log, ConnectionHandler handler) {
        this.loop = arrival.loop();
        this.books = arrival.books();
        this.arrival = arrival;
        this.hosts = hosts;
        this.log = log;
        this.handler = handler;
        this.acceptedNanos = loop.now();
        this.deadline =
                loop.deadlines().new Deadline(() -> fail(HandshakeResult.TIMEOUT, "", NO_ALERT));
    }

    /// What stands before it and reads the client's first message.
    ClientHello hello() {
        ClientHello made = new ClientHello(hosts, this, loop.ledger());
        hello = made;
        return made;
    }

    // ---- the connection's life

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        ctx.channel().config().setRecvByteBufAllocator(loop.readBuffers());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        books.opened(this);
        if (arrival.terms().tlsNanos() > 0) {
            deadline.set(loop.now() + arrival.terms().tlsNanos());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(HandshakeResult.CLOSED, "", NO_ALERT);
        deadline.cancel();
        books.closed(this);
    }

    /// The client's name is known: from here on the provider has the word.
    ///
    /// @param name null when the client named none
    void begin(ChannelHandlerContext hello, @Nullable String name, TlsHost chosen) {
        host = chosen;
        serverName = name;
        startMillis = System.currentTimeMillis();
        hello.pipeline()
                .replace(
                        hello.handler(),
                        null,
                        new TlsHandler(chosen.newEngine(hello.alloc()), loop.ledger()));
    }

    /// The connection stays encrypted: it is for another to go on with it, whatever the listener
    /// speaks by itself.
    ///
    /// @param name null when the client named none
    void pass(@Nullable String name, ConnectionHandler to) {
        over = true;
        deadline.cancel();
        serverName = name;
        goOn(Objects.requireNonNull(ctx), to, null, "");
    }

    void notTls() {
        fail(HandshakeResult.NOT_TLS, "", UNEXPECTED_MESSAGE);
    }

    void unknownName(@Nullable String name) {
        String told = name == null ? "the client named no host" : "\"" + name + "\"";
        fail(HandshakeResult.UNKNOWN_NAME, told, UNRECOGNIZED_NAME);
    }

    void noProtocol(List<String> offered) {
        fail(
                HandshakeResult.NO_PROTOCOL,
                "the client offers \"" + String.join("\", \"", offered) + '"',
                NO_APPLICATION_PROTOCOL);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done && !over) {
            if (done.isSuccess()) {
                completed(ctx);
            } else {
                failed(done.cause());
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            fail(HandshakeResult.CLOSED, "", NO_ALERT);
            ctx.close();
        }
    }

    private void completed(ChannelHandlerContext ctx) {
        TlsHandler tls = ctx.pipeline().get(TlsHandler.class);
        SSLSession session = tls.engine().getSession();
        boolean resumed = Resumption.of(tls.engine(), startMillis);
        List<X509Certificate> chain = clientChain(session);
        if (resumed && !isInTime(chain)) {
            expired(ctx);
            return;
        }
        over = true;
        deadline.cancel();
        books.counts().handshakeDone(session.getProtocol(), resumed);
        String protocol = tls.applicationProtocol();
        TlsHost chosen = Objects.requireNonNull(host);
        TlsSession settled =
                new TlsSession(
                        session.getProtocol(),
                        chosen.host(),
                        chain,
                        ClientIdentity.fields(chosen.settings().forward(), chain),
                        chosen.settings().clients());
        goOn(ctx, handler, settled, protocol == null ? "" : protocol);
    }

    /// Leaves the connection to who speaks on it.
    private void goOn(
            ChannelHandlerContext ctx,
            ConnectionHandler to,
            @Nullable TlsSession settled,
            String agreed) {
        to.begin(
                ctx.channel(),
                new Arrival(loop, books, arrival.terms(), this, settled, serverName, agreed));
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
    }

    private static List<X509Certificate> clientChain(SSLSession session) {
        try {
            @Nullable Certificate[] chain = session.getPeerCertificates();
            return Arrays.stream(chain).map(X509Certificate.class::cast).toList();
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

    /// The provider looks at a chain when a session begins, and not when it is resumed.
    private static boolean isInTime(List<X509Certificate> chain) {
        try {
            for (X509Certificate certificate : chain) {
                certificate.checkValidity();
            }
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }

    // ---- failing

    /// No engine sends an alert of ours; without an orderly end clients forget the session.
    private void expired(ChannelHandlerContext ctx) {
        fail(
                HandshakeResult.CLIENT_CERTIFICATE,
                "the certificate in a resumed session has expired",
                NO_ALERT);
        Ending.cut(ctx.channel());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
        ctx.close();
    }

    private void failed(Throwable cause) {
        HandshakeResult result = resultOf(cause);
        byte alert =
                switch (result) {
                    // The provider, when it is asked already, has sent its own.
                    case NOT_TLS -> host == null ? UNEXPECTED_MESSAGE : NO_ALERT;
                    case TOO_LARGE -> DECODE_ERROR;
                    case UNKNOWN_NAME -> UNRECOGNIZED_NAME;
                    case NO_PROTOCOL -> NO_APPLICATION_PROTOCOL;
                    case OK, TIMEOUT, CLOSED, CLIENT_CERTIFICATE, CLIENT_REFUSED, PROTOCOL ->
                            NO_ALERT;
                };
        fail(result, String.valueOf(cause.getMessage()), alert);
    }

    private static HandshakeResult resultOf(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return HandshakeResult.NOT_TLS;
            }
            if (cause instanceof TooLongFrameException) {
                return HandshakeResult.TOO_LARGE;
            }
            if (cause instanceof CertificateException) {
                return HandshakeResult.CLIENT_CERTIFICATE;
            }
            if (cause instanceof IOException && !(cause instanceof SSLException)) {
                return HandshakeResult.CLOSED;
            }
            String message = String.valueOf(cause.getMessage());
            if (message.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
                    || message.contains("Empty client certificate chain")
                    || message.contains("CERTIFICATE_VERIFY_FAILED")) {
                return HandshakeResult.CLIENT_CERTIFICATE;
            }
            if (message.contains("_ALERT_") || message.contains("Received fatal alert")) {
                return HandshakeResult.CLIENT_REFUSED;
            }
            // OpenSSL's clients of TLS 1.3 send an alert in clear text to who expects it encrypted:
            // a record shorter than any can be.
            if (message.contains("BAD_PACKET_LENGTH")) {
                return HandshakeResult.CLIENT_REFUSED;
            }
        }
        return HandshakeResult.PROTOCOL;
    }

    private void fail(HandshakeResult result, String why, byte alert) {
        if (over) {
            return;
        }
        over = true;
        deadline.cancel();
        books.counts().handshakeFailed(result);
        Channel channel = Objects.requireNonNull(ctx).channel();
        if (result != HandshakeResult.CLOSED) {
            log.failed(arrival.terms().listener(), channel, result, why);
        }
        if (alert != NO_ALERT) {
            byte[] record = {21, 3, 3, 0, 2, 2, alert};
            channel.pipeline()
                    .firstContext()
                    .writeAndFlush(Unpooled.wrappedBuffer(record))
                    .addListener(ChannelFutureListener.CLOSE);
        } else if (result == HandshakeResult.TIMEOUT) {
            Ending.cut(channel);
        }
    }

    // ---- as a connection among others

    /// Whoever has begun comes to an end, for only behind the handshake can be said in order that
    /// nothing more is taken. Who has said nothing is idle.
    @Override
    public void drain() {
        ClientHello first = hello;
        if (over) {
            return;
        }
        leaving = true;
        if (host == null && first != null && first.isUnbegun()) {
            over = true;
            deadline.cancel();
            Ending.close(Objects.requireNonNull(ctx).channel());
        }
    }

    @Override
    public boolean leaving() {
        return leaving;
    }

    @Override
    public void abort() {
        if (!over) {
            over = true;
            deadline.cancel();
            Ending.cut(Objects.requireNonNull(ctx).channel());
        }
    }

    @Override
    public void shed() {
        abort();
    }

    @Override
    public long heldBytes() {
        return 0;
    }

    @Override
    public long responseBytes() {
        return 0;
    }

    @Override
    public Peer peer() {
        return Peer.of(Objects.requireNonNull(ctx).channel(), null);
    }

    @Override
    public @Nullable TlsSession tls() {
        return null;
    }

    /// Whether it was begun by others than `now`, and may come to an end in the name of one of some
    /// entries.
    boolean mayBeFor(Set<String> entries, TlsHosts now) {
        TlsHost chosen = host;
        return hosts != now && (chosen == null || entries.contains(chosen.host()));
    }

    @Override
    public long acceptedNanos() {
        return acceptedNanos;
    }
}
