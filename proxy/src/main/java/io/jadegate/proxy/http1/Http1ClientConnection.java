package io.jadegate.proxy.http1;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.Output;
import io.jadegate.proxy.tls.TlsFailures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP/1.1 connection to an endpoint: one request after another, each an [HttpStream.Client].
///
/// ```
/// IDLE → HEAD (→ HEAD for 1xx) → LENGTH | CHUNKS | UNTIL_CLOSE → IDLE or closed
///                             └→ TUNNEL
/// ```
///
/// It goes back to its pool only when request and response are both whole, the endpoint keeps the
/// connection, and not an octet is left over: whatever arrives unasked may be the answer to
/// somebody else's request, so it costs the connection.
///
/// What arrives, and when the connection ends or can serve again, is decided here; how a request is
/// framed, and what a tunnel has come to, is its [Http1ClientStream]'s.
///
/// Over TLS, octets behind it and those before it are told apart by the handler in front, whose
/// handshake has ended. There an end counts only when it was announced: anybody on the way can end
/// a connection (RFC 9112 §9.8).
///
/// Everything runs on the connection's event loop.
public final class Http1ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Http1ClientConnection.class);

    private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEEP_ALIVE = "keep-alive".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WEBSOCKET = "websocket".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIMEOUT = "timeout=".getBytes(StandardCharsets.US_ASCII);

    /// Interim responses before a final one; an endpoint that sends more never means to finish.
    private static final int MAX_INTERIM = 32;

    /// How long an endpoint that has ended its side of a tunnel may take to read the rest of ours.
    private static final long TUNNEL_END_NANOS = TimeUnit.SECONDS.toNanos(10);

    private enum Reading {
        IDLE,
        HEAD,
        LENGTH,
        CHUNKS,
        UNTIL_CLOSE,
        TUNNEL,
        CLOSED
    }

    private final Loop loop;
    private final Owner owner;
    private final HeadLimits limits;
    private final HeadScanner scanner;
    private @Nullable ChunkDecoder chunks;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable SslHandler tls;
    private @Nullable Output output;
    private @Nullable Http1ClientStream stream;
    private @Nullable ResponseHead head;
    private Reading reading = Reading.IDLE;

    /// The method of the request under way.
    private Method method = Method.GET;

    /// Whether the request under way asks for a tunnel.
    private boolean upgrade;

    private int interims;
    private long bodyLeft;

    /// Octets that were passed on and not consumed.
    private int outstanding;

    private int requests;
    private int advertisedIdleSeconds;
    private boolean keepAlive = true;
    private boolean paused;
    private boolean reset;
    private boolean releasing;
    private boolean endAnnounced;

    /// The pool that a connection belongs to.
    public interface Owner {
        /// The connection can serve another request.
        void idle(Http1ClientConnection connection);

        /// The connection is gone, or cannot serve another request. Called once.
        void closed(Http1ClientConnection connection);
    }

    public Http1ClientConnection(Loop loop, Owner owner, HeadLimits limits) {
        this.loop = loop;
        this.owner = owner;
        this.limits = limits;
        this.scanner = HeadScanner.ofResponses(limits);
    }

    /// Begins an exchange on this idle connection.
    public HttpStream.Client open(HttpStream.ResponseReceiver receiver) {
        Http1ClientStream opened = new Http1ClientStream(this, output(), receiver, requests > 0);
        stream = opened;
        interims = 0;
        requests++;
        return opened;
    }

    /// Whether the connection is open, and idle if it is not in use.
    public boolean usable() {
        return reading != Reading.CLOSED && ctx().channel().isActive();
    }

    /// How many requests it has served, the current one included.
    public int requests() {
        return requests;
    }

    /// How long the endpoint says it keeps an idle connection, in seconds; 0 when it does not say.
    public int advertisedIdleSeconds() {
        return advertisedIdleSeconds;
    }

    public void close() {
        leave();
        ctx().close();
    }

    /// Closes without a word: over TLS, what was sent must not look whole.
    private void cut() {
        leave();
        Objects.requireNonNull(ctx().pipeline().firstContext()).close();
    }

    private void leave() {
        if (reading != Reading.CLOSED) {
            reading = Reading.CLOSED;
            owner.closed(this);
        }
    }

    // ---- events

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        tls = ctx.pipeline().get(SslHandler.class);
        output = new Output(ctx, loop, this::outputDrained);
        ctx.channel().config().setRecvByteBufAllocator(loop.readBuffers());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        output().discard();
        inputEnded();
        leave();
        giveHeadBack();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (tls != null && TlsFailures.isTls(cause)) {
            reset = true;
            inputEnded(TlsFailures.of(cause));
            cut();
            return;
        }
        if (cause instanceof IOException) {
            // A write that fails says that the endpoint stopped reading; its answer may still be on
            // the way, and a read that fails is followed by the end of the input. A tunnel has no
            // answer to save.
            reset = true;
            keepAlive = false;
            if (reading == Reading.TUNNEL) {
                inputEnded();
                close();
            }
            return;
        }
        if (cause instanceof NotYetConnectedException) {
            // The event that tells of a refused connection may also say that there is input. The
            // refusal itself arrives by the connect future.
            return;
        }
        LOG.error("connection to {} failed", ctx.channel().remoteAddress(), cause);
        reset = true;
        ctx.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent end) {
            endAnnounced |= end.isSuccess();
            if (end.isSuccess()) {
                inputShutdown();
            }
            return;
        }
        // A connection that is refused also says that its input has ended; the connect future
        // tells.
        if (event == ChannelInputShutdownEvent.INSTANCE && ctx.channel().isActive()) {
            inputShutdown();
        }
    }

    private void inputShutdown() {
        Http1ClientStream current = stream;
        if (reading == Reading.TUNNEL && current != null && endsWell()) {
            current.tunnelInputEnded();
            return;
        }
        inputEnded();
        close();
    }

    private boolean endsWell() {
        return !reset && (tls == null || endAnnounced);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (output().writable()) {
            outputDrained();
        }
    }

    private void outputDrained() {
        Http1ClientStream current = stream;
        if (current != null) {
            current.becameWritable();
        }
    }

    /// Nothing more will arrive.
    private void inputEnded() {
        inputEnded(Failure.of(Failure.Kind.RESET_BEFORE_RESPONSE));
    }

    /// @param beforeResponse what it means if nothing of a response has arrived
    private void inputEnded(Failure beforeResponse) {
        Http1ClientStream current = stream;
        if (current == null) {
            return;
        }
        stream = null;
        keepAlive = false;
        if (reading == Reading.UNTIL_CLOSE && endsWell()) {
            current.end(null);
            return;
        }
        boolean nothing = (reading == Reading.HEAD || reading == Reading.IDLE) && head == null;
        current.broke(
                nothing && interims == 0
                        ? beforeResponse
                        : new Failure(Failure.Kind.RESPONSE_INCOMPLETE, beforeResponse.detail()));
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.counts().socketRead();
        try {
            while (in.isReadable() && step(in)) {
                // Each step takes one head, or what there is of a body.
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Http1ClientStream current = stream;
        if (current != null) {
            current.readCompleted();
        } else if (releasing) {
            release();
        }
    }

    private boolean step(ByteBuf in) {
        return switch (reading) {
            case HEAD -> readHead(in);
            case LENGTH -> readLength(in);
            case CHUNKS -> readChunks(in);
            case UNTIL_CLOSE, TUNNEL -> readAll(in);
            case IDLE -> {
                close();
                yield false;
            }
            case CLOSED -> false;
        };
    }

    private boolean readHead(ByteBuf in) {
        Http1ClientStream current = Objects.requireNonNull(stream);
        ResponseHead response = head;
        if (response == null) {
            response = loop.takeResponseHead();
            head = response;
            scanner.begin();
        }
        int result = scanner.scan(in, response);
        if (result == HeadScanner.INCOMPLETE) {
            return false;
        }
        if (result == HeadScanner.FAILED) {
            fail(scanner.failure());
            return false;
        }
        loop.counts().copied(response.fields().limit());
        long length = Framing.ofResponse(response, method);
        if (length == Framing.FAULTY) {
            fail(Framing.fault(response));
            return false;
        }
        if (response.status() == 101) {
            return switchProtocols(current, response);
        }
        if (response.interim()) {
            return interim(current, response);
        }
        keepAlive &= keepsAlive(response) && length != Framing.UNTIL_CLOSE;
        head = null;
        bodyLeft = length;
        begin(length);
        long declared = length == Framing.UNTIL_CLOSE ? HttpStream.UNKNOWN_LENGTH : length;
        current.response(response, declared);
        if (stream == current && (length == HttpStream.NO_BODY || length == 0)) {
            bodyEnded(null);
        }
        return reading != Reading.CLOSED;
    }

    private void begin(long length) {
        if (length == HttpStream.UNKNOWN_LENGTH) {
            if (chunks == null) {
                chunks = ChunkDecoder.ofResponses(limits);
            }
            chunks.begin();
            reading = Reading.CHUNKS;
        } else {
            reading = length == Framing.UNTIL_CLOSE ? Reading.UNTIL_CLOSE : Reading.LENGTH;
        }
    }

    private boolean switchProtocols(Http1ClientStream current, ResponseHead response) {
        // RFC 9110 7.8: to what was asked for, and to nothing else.
        if (!upgrade || !response.fields().hasToken(FieldName.UPGRADE, WEBSOCKET)) {
            fail(Failure.of(Failure.Kind.UPGRADE_FAILED));
            return false;
        }
        head = null;
        keepAlive = false;
        reading = Reading.TUNNEL;
        current.response(response, HttpStream.UNKNOWN_LENGTH);
        return stream == current;
    }

    private boolean interim(Http1ClientStream current, ResponseHead response) {
        if (++interims > MAX_INTERIM) {
            fail(
                    new Failure(
                            Failure.Kind.RESPONSE_MALFORMED,
                            "more than " + MAX_INTERIM + " interim responses (RFC 9110 15.2)"));
            return false;
        }
        current.interim(response);
        giveHeadBack();
        return stream == current;
    }

    private boolean keepsAlive(ResponseHead response) {
        HeaderFields fields = response.fields();
        int advertised = fields.find(FieldName.KEEP_ALIVE);
        if (advertised >= 0) {
            advertisedIdleSeconds = timeout(fields, advertised);
        }
        return !fields.hasToken(FieldName.CONNECTION, CLOSE)
                && (response.minorVersion() == 1
                        || fields.hasToken(FieldName.CONNECTION, KEEP_ALIVE));
    }

    /// The seconds in `Keep-Alive: timeout=5, max=100`, in whatever order, or 0.
    private static int timeout(HeaderFields fields, int i) {
        byte[] bytes = fields.bytes();
        int start = fields.valueStart(i);
        int end = fields.valueEnd(i);
        for (int at = start; at + TIMEOUT.length < end; at++) {
            boolean begins = at == start || bytes[at - 1] == ' ' || bytes[at - 1] == ',';
            if (begins && Ascii.equalsIgnoreCase(bytes, at, at + TIMEOUT.length, TIMEOUT)) {
                return seconds(bytes, at + TIMEOUT.length, end);
            }
        }
        return 0;
    }

    /// The number that begins at `start`, of at most six digits.
    private static int seconds(byte[] bytes, int start, int end) {
        int seconds = 0;
        int most = Math.min(end, start + 6);
        for (int at = start; at < most && Ascii.isDigit(bytes[at]); at++) {
            seconds = seconds * 10 + bytes[at] - '0';
        }
        return seconds;
    }

    private boolean readLength(ByteBuf in) {
        int octets = (int) Math.min(bodyLeft, in.readableBytes());
        bodyLeft -= octets;
        boolean last = bodyLeft == 0;
        Http1ClientStream current = deliver(in, octets);
        if (last && stream == current) {
            bodyEnded(null);
        }
        return reading != Reading.CLOSED;
    }

    private boolean readChunks(ByteBuf in) {
        ChunkDecoder decoder = Objects.requireNonNull(chunks);
        int octets = decoder.next(in);
        if (octets > 0) {
            deliver(in, octets);
            return reading != Reading.CLOSED;
        }
        Failure failure = decoder.failure();
        if (failure != null) {
            fail(failure);
        } else if (decoder.done()) {
            bodyEnded(decoder.trailers());
        }
        return reading != Reading.CLOSED;
    }

    private boolean readAll(ByteBuf in) {
        deliver(in, in.readableBytes());
        return false;
    }

    private Http1ClientStream deliver(ByteBuf in, int octets) {
        Http1ClientStream current = Objects.requireNonNull(stream);
        outstanding += octets;
        current.data(in.readRetainedSlice(octets));
        // Asked afterwards: what could be passed on at once has been consumed by now.
        if (stream == current && outstanding >= loop.ledger().window()) {
            pause();
        }
        return current;
    }

    private void bodyEnded(@Nullable HeaderFields trailers) {
        Http1ClientStream current = Objects.requireNonNull(stream);
        reading = Reading.IDLE;
        if (!current.requestEnded()) {
            // The endpoint has answered without wanting the rest; the connection is of no more use.
            keepAlive = false;
        }
        stream = null;
        outstanding = 0;
        releasing = true;
        current.end(trailers);
    }

    /// Back to the pool, if it can serve again. Not before the read is over: what is left of it
    /// would be taken for the next answer.
    private void release() {
        releasing = false;
        if (!keepAlive || reading != Reading.IDLE || !usable()) {
            close();
            return;
        }
        resume();
        owner.idle(this);
    }

    private void fail(Failure failure) {
        Http1ClientStream current = stream;
        stream = null;
        cut();
        if (current != null) {
            current.broke(failure);
        }
    }

    private void giveHeadBack() {
        if (head != null) {
            loop.giveBack(head);
            head = null;
        }
    }

    // ---- what its stream says

    /// Whether `stream` is the exchange under way; once it is not, it has nothing to say.
    boolean serves(Http1ClientStream stream) {
        return this.stream == stream;
    }

    /// The head of the request is about to be sent; what it asks for decides how the response is
    /// read.
    void requestBegins(OutgoingRequest request) {
        reading = Reading.HEAD;
        method = request.head().method();
        upgrade = request.upgrade();
    }

    /// So much of what was passed on is held no longer.
    void consumed(int octets) {
        outstanding -= octets;
        if (outstanding <= loop.ledger().window() / 2) {
            resume();
        }
    }

    /// Whether the endpoint has agreed to a tunnel, which is open.
    boolean tunnelling() {
        return reading == Reading.TUNNEL;
    }

    /// Half-closes behind what has been sent, and tells the stream then.
    void endOutput() {
        Http1ClientStream current = Objects.requireNonNull(stream);
        output().flushNow();
        ChannelFuture gone =
                tls == null ? ctx().writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        gone.addListener(_ -> {
            if (serves(current)) {
                ((DuplexChannel) ctx().channel()).shutdownOutput();
                current.outputGone();
            }
        });
    }

    /// Whether nothing can be sent any more: TLS 1.2, and BoringSSL in whatever version, answer an
    /// announced end by their own (RFC 5246 §7.2.1).
    boolean outputOver() {
        return tls != null && tls.engine().isOutboundDone();
    }

    void atTurnEnd(Runnable task) {
        loop.atTurnEnd(task);
    }

    /// Both sides of the tunnel have ended, and what goes to the endpoint has yet to go out.
    void tunnelEnding() {
        loop.deadlines().new Deadline(this::close).set(loop.now() + TUNNEL_END_NANOS);
    }

    /// Both sides of the tunnel have ended, and all has gone out.
    void tunnelEnded() {
        stream = null;
        close();
    }

    /// Nobody wants the response any more.
    void givenUp() {
        stream = null;
        cut();
    }

    // ---- demand

    private void pause() {
        if (!paused) {
            paused = true;
            ctx().channel().config().setAutoRead(false);
        }
    }

    private void resume() {
        if (paused) {
            paused = false;
            // Closed already, it hears of its end in a moment; its descriptor may be another's now.
            if (ctx().channel().isOpen()) {
                ctx().channel().config().setAutoRead(true);
            }
        }
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private Output output() {
        return Objects.requireNonNull(output);
    }
}
