package io.jadegate.proxy.http1;

import static io.jadegate.proxy.stream.HttpStream.Server.DISCARD_OCTETS;
import static io.jadegate.proxy.stream.HttpStream.Server.LINGER_NANOS;
import static io.jadegate.proxy.stream.HttpStream.Server.LINGER_OCTETS;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.DownstreamSettings;
import io.jadegate.proxy.stream.Ending;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Output;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.ServerConnection;
import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.tls.TlsFailures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP/1.x connection with a client: one request after another, each an [HttpStream.Server].
///
/// ```
/// HEAD → BODY → WAIT → HEAD …        one exchange at a time; what is pipelined waits
///    \      \      └→ TUNNEL         after a 101
///     \      └→ DISCARD → HEAD       answered before the request's end: the rest is read and dropped
///      └→ LINGER                     no more requests: read and drop until the client has our answer
/// any → CLOSING                      nothing more is read: closes when our answer has gone out
/// ```
///
/// What arrives, what is kept of it, and when the connection ends is decided here; how an answer is
/// framed, and what a tunnel has come to, is its [Http1ServerStream]'s.
///
/// No request begins while the client leaves too much of earlier answers unread, so that what one
/// connection makes us hold is bounded both ways.
///
/// Everything runs on the connection's event loop, so no field is volatile.
public final class Http1ServerConnection extends ChannelInboundHandlerAdapter
        implements ServerConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Http1ServerConnection.class);

    private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEEP_ALIVE = "keep-alive".getBytes(StandardCharsets.US_ASCII);

    private enum Reading {
        HEAD,
        BODY,
        WAIT,
        DISCARD,
        TUNNEL,
        LINGER,
        CLOSING
    }

    private final Loop loop;
    private final HttpStream.Handler handler;
    private final Owner owner;
    private final HeadLimits limits;
    private final @Nullable TlsSession tls;
    private final HeadScanner scanner;
    private final Deadlines.Deadline deadline;
    private final Bond bond = new Bond();
    private final long acceptedNanos;
    private DownstreamSettings settings;
    private @Nullable ChunkDecoder chunks;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Output output;
    private @Nullable Peer peer;
    private Reading reading = Reading.HEAD;

    /// The head that has been read in part.
    private @Nullable RequestHead head;

    /// The exchange under way.
    private @Nullable Http1ServerStream stream;

    /// What is being taken apart at the moment.
    private @Nullable ByteBuf input;

    /// What came before it could be used.
    private @Nullable ByteBuf pending;

    /// What the ledger has been charged for [#head] and [#pending].
    private int charged;

    /// What is to come of a body; [HttpStream#UNKNOWN_LENGTH] when it comes in chunks.
    private long bodyLeft;

    /// Octets that were passed on and not consumed.
    private int outstanding;

    /// Octets read for nobody since the last answer, or since it had gone out.
    private long discarded;

    private int requests;
    private boolean keepAlive = true;
    private boolean clientCloses;
    private boolean paused;
    private boolean inputShutdown;
    private boolean answerGone;

    /// The channel is closed or about to be: nothing that happens counts any more.
    private boolean closing;

    /// @param tls what was settled with the client; null in clear text
    public Http1ServerConnection(
            Loop loop,
            HttpStream.Handler handler,
            Owner owner,
            HeadLimits limits,
            @Nullable TlsSession tls) {
        this.loop = loop;
        this.handler = handler;
        this.owner = owner;
        this.limits = limits;
        this.tls = tls;
        this.settings = handler.settings();
        this.scanner = HeadScanner.ofRequests(limits);
        this.acceptedNanos = loop.now();
        this.deadline = loop.deadlines().new Deadline(this::deadlinePassed);
    }

    // ---- the connection's life

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        output = new Output(ctx, loop, this::outputDrained);
        ctx.channel().config().setRecvByteBufAllocator(loop.readBuffers());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Channel channel = ctx.channel();
        if (Peer.isUnknown(channel)) {
            close();
            return;
        }
        peer = Peer.of(channel, tls);
        owner.opened(this);
        setDeadline(settings.headNanos());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        deadline.cancel();
        dropPending();
        output().discard();
        Http1ServerStream current = stream;
        if (current != null) {
            stream = null;
            current.broke(Failure.of(Failure.Kind.CLIENT_CLOSED));
        }
        giveHeadBack();
        bond.end();
        if (peer != null) {
            // Else it was never told that there is one.
            owner.closed(this);
        }
    }

    /// Another handler goes on with a connection that has turned out to speak something else.
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        closing = true;
        deadline.cancel();
        dropPending();
        output().discard();
        giveHeadBack();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A peer that resets, or breaks TLS, is the network's business, and channelInactive
        // follows; the rest is a bug.
        if (cause instanceof IOException
                || (cause instanceof DecoderException && cause.getCause() instanceof IOException)) {
            if (tls != null && TlsFailures.isTls(cause)) {
                owner.counts().tlsBroken();
            }
            close();
            return;
        }
        LOG.error("connection with {} failed", peer, cause);
        breakOff(Failure.Kind.INTERNAL);
    }

    /// Ends the connection in the middle of what it is doing. A client that waits for an answer is
    /// told; one that is being answered must see that the rest is missing.
    private void breakOff(Failure.Kind kind) {
        Http1ServerStream current = stream;
        if (current == null || closing) {
            close();
            return;
        }
        keepAlive = false;
        try {
            current.broke(Failure.of(kind));
            output().flushNow();
        } finally {
            if (stream == current) {
                close();
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !inputShutdown) {
            inputShutdown = true;
            inputEnded();
        } else if (event instanceof SslCloseCompletionEvent && !closing) {
            clientLeft();
        }
    }

    /// A client that says goodbye under TLS reads no answer either. What it said in a tunnel goes
    /// on to the endpoint.
    private void clientLeft() {
        Http1ServerStream current = stream;
        if (reading != Reading.TUNNEL || current == null) {
            close();
            return;
        }
        current.clientLeft();
        if (serves(current)) {
            setDeadline(LINGER_NANOS);
        }
    }

    /// The client has closed its sending side. What it sent before that counts.
    private void inputEnded() {
        if (moreInput()) {
            return;
        }
        Http1ServerStream current = stream;
        switch (reading) {
            case WAIT, TUNNEL -> {
                if (current != null) {
                    current.inputEnded();
                }
            }
            case BODY -> close();
            case HEAD, DISCARD -> closeBehindAnswer(Reading.CLOSING);
            case LINGER -> {
                if (answerGone) {
                    close();
                }
            }
            case CLOSING -> {}
        }
    }

    private boolean moreInput() {
        return pending != null || (input != null && input.isReadable());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (output().writable()) {
            outputDrained();
        }
    }

    private void outputDrained() {
        Http1ServerStream current = stream;
        if (current != null) {
            current.becameWritable();
        } else if (reading == Reading.HEAD) {
            takePending();
        }
    }

    @Override
    public void drain() {
        keepAlive = false;
        if (reading == Reading.HEAD && head == null) {
            closeBehindAnswer(Reading.CLOSING);
        }
    }

    @Override
    public void abort() {
        breakOff(Failure.Kind.DRAINED);
        close();
    }

    @Override
    public void shed() {
        Http1ServerStream current = stream;
        if (current != null && !closing) {
            keepAlive = false;
            current.broke(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
        }
        if (!closing) {
            closing = true;
            Ending.cut(ctx().channel());
        }
    }

    /// Closes, with a reset when an answer has not gone out whole: not even one that runs until the
    /// close may look whole then.
    private void close() {
        Channel channel = ctx().channel();
        boolean cut = !closing && channel.isOpen() && cutsAnswer(channel);
        closing = true;
        if (cut) {
            Ending.cut(channel);
        } else {
            Ending.close(channel);
        }
    }

    private boolean cutsAnswer(Channel channel) {
        Http1ServerStream current = stream;
        if (current != null && current.responseStarted()) {
            return true;
        }
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        return output().pending() || (unsent != null && !unsent.isEmpty());
    }

    // ---- deadlines

    private void setDeadline(long nanos) {
        if (nanos > 0) {
            deadline.set(loop.now() + nanos);
        } else {
            deadline.cancel();
        }
    }

    private void deadlinePassed() {
        switch (reading) {
            case HEAD -> {
                if (head != null) {
                    refuse(Failure.of(Failure.Kind.REQUEST_HEAD_TIMEOUT));
                    output().flush();
                } else {
                    closeBehindAnswer(Reading.CLOSING);
                }
            }
            case DISCARD -> closeBehindAnswer(Reading.LINGER);
            // Of tunnels only those have a deadline whose client has left.
            case TUNNEL, LINGER, CLOSING -> close();
            // Exchanges keep their own time.
            case BODY, WAIT -> {}
        }
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.counts().socketRead();
        if (pending != null) {
            // Only what is pipelined behind a request under way waits here.
            loop.counts().copied(in.readableBytes());
            pending.writeBytes(in);
            in.release();
            settle();
            pauseIfFull();
            return;
        }
        process(in);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readCompleted();
    }

    private void readCompleted() {
        Http1ServerStream current = stream;
        if (current != null) {
            current.readCompleted();
        }
        output().flush();
    }

    /// Takes what it can off `in` and keeps or releases the rest.
    private void process(ByteBuf in) {
        input = in;
        try {
            while (in.isReadable() && !closing && step(in)) {
                // Each step takes one head, or what there is of a body.
            }
            if (in.isReadable() && !closing) {
                loop.counts().copied(in.readableBytes());
                pending = ctx().alloc().buffer(in.readableBytes() * 2).writeBytes(in);
                settle();
                pauseIfFull();
            }
        } finally {
            input = null;
            in.release();
        }
        if (inputShutdown && !closing) {
            inputEnded();
        }
    }

    /// Goes on with what came before it could be used.
    private void takePending() {
        ByteBuf waiting = pending;
        if (waiting != null && input == null) {
            pending = null;
            settle();
            resume();
            try {
                process(waiting);
                readCompleted();
            } catch (RuntimeException e) {
                // It may be another connection's event that has led here.
                exceptionCaught(ctx(), e);
            }
        }
    }

    private boolean step(ByteBuf in) {
        return switch (reading) {
            case HEAD -> mayBegin() && readHead(in);
            case BODY, DISCARD -> readBody(in);
            case TUNNEL -> readTunnel(in);
            case LINGER -> linger(in);
            case CLOSING -> {
                in.skipBytes(in.readableBytes());
                yield false;
            }
            case WAIT -> false;
        };
    }

    /// Whether the client has read enough of what it was sent to be served once more.
    private boolean mayBegin() {
        return head != null || output().writable();
    }

    private boolean readHead(ByteBuf in) {
        RequestHead current = head;
        boolean first = current == null;
        if (current == null) {
            current = loop.takeRequestHead();
            if (tls != null) {
                current.scheme(RequestHead.Scheme.HTTPS);
            }
            head = current;
            scanner.begin();
        }
        int result = scanner.scan(in, current);
        if (result == HeadScanner.INCOMPLETE) {
            if (scanner.blank(current.fields())) {
                // RFC 9112 2.2: to be ignored. Nothing has begun, so nothing can take too long.
                giveHeadBack();
                return true;
            }
            if (first && requests > 0) {
                setDeadline(settings.headNanos());
            }
            settle();
            return true;
        }
        if (result == HeadScanner.FAILED) {
            refuse(scanner.failure());
            return true;
        }
        long length = Framing.ofRequest(current);
        if (length == Framing.FAULTY) {
            refuse(Framing.fault(current));
            return true;
        }
        begin(current, length);
        return true;
    }

    private void begin(RequestHead request, long length) {
        deadline.cancel();
        settings = handler.settings();
        requests++;
        loop.counts().copied(request.fields().limit());
        clientCloses = !wantsKeepAlive(request);
        keepAlive = keepAlive && !clientCloses && !isWornOut() && !handler.draining();
        head = null;
        settle();
        Http1ServerStream current = new Http1ServerStream(this, output(), request);
        stream = current;
        bodyLeft = length;
        if (length == HttpStream.UNKNOWN_LENGTH) {
            if (chunks == null) {
                chunks = ChunkDecoder.ofRequests(limits);
            }
            chunks.begin();
        }
        boolean hasBody = length > 0 || length == HttpStream.UNKNOWN_LENGTH;
        reading = hasBody ? Reading.BODY : Reading.WAIT;
        handler.request(current, request, length);
    }

    private static boolean wantsKeepAlive(RequestHead request) {
        HeaderFields fields = request.fields();
        return !fields.hasToken(FieldName.CONNECTION, CLOSE)
                && (request.minorVersion() == 1
                        || fields.hasToken(FieldName.CONNECTION, KEEP_ALIVE));
    }

    private boolean isWornOut() {
        long age = settings.keepAliveAgeNanos();
        return requests >= settings.keepAliveRequests()
                || (age > 0 && loop.now() - acceptedNanos > age);
    }

    /// Hands what is no request to the handler, whose answer is the last on this connection.
    private void refuse(Failure failure) {
        deadline.cancel();
        keepAlive = false;
        RequestHead request = Objects.requireNonNull(head);
        head = null;
        settle();
        Http1ServerStream current = new Http1ServerStream(this, output(), request);
        stream = current;
        startLinger();
        handler.refused(current, request, failure);
    }

    private boolean readBody(ByteBuf in) {
        return bodyLeft == HttpStream.UNKNOWN_LENGTH ? readChunks(in) : readLength(in);
    }

    private boolean readLength(ByteBuf in) {
        int octets = (int) Math.min(bodyLeft, in.readableBytes());
        bodyLeft -= octets;
        boolean last = bodyLeft == 0;
        deliver(in, octets);
        if (last && !closing) {
            bodyEnded(null);
        }
        return true;
    }

    private boolean readChunks(ByteBuf in) {
        ChunkDecoder decoder = Objects.requireNonNull(chunks);
        int octets = decoder.next(in);
        if (octets > 0) {
            deliver(in, octets);
            return true;
        }
        Failure failure = decoder.failure();
        if (failure != null) {
            bodyBroke(failure);
        } else if (decoder.done()) {
            bodyEnded(decoder.trailers());
        }
        return true;
    }

    private void deliver(ByteBuf in, int octets) {
        Http1ServerStream current = stream;
        if (current == null || reading == Reading.DISCARD) {
            in.skipBytes(octets);
            discarded += octets;
            if (discarded > DISCARD_OCTETS) {
                closeBehindAnswer(Reading.LINGER);
            }
            return;
        }
        deliverTo(current, in, octets);
    }

    private void deliverTo(Http1ServerStream current, ByteBuf in, int octets) {
        outstanding += octets;
        current.data(in.readRetainedSlice(octets));
        // Asked afterwards: what could be passed on at once has been consumed by now.
        if (stream == current && outstanding >= loop.ledger().window()) {
            pause();
        }
    }

    private void bodyEnded(@Nullable HeaderFields trailers) {
        Http1ServerStream current = stream;
        if (reading == Reading.DISCARD) {
            next();
        } else if (reading == Reading.BODY && current != null) {
            reading = Reading.WAIT;
            current.end(trailers);
        }
    }

    private void bodyBroke(Failure failure) {
        keepAlive = false;
        Http1ServerStream current = stream;
        if (current == null) {
            closeBehindAnswer(Reading.LINGER);
            return;
        }
        startLinger();
        current.broke(failure);
    }

    private boolean readTunnel(ByteBuf in) {
        int octets = in.readableBytes();
        Http1ServerStream current = stream;
        if (current == null) {
            in.skipBytes(octets);
            return false;
        }
        deliverTo(current, in, octets);
        return true;
    }

    private boolean linger(ByteBuf in) {
        discarded += in.readableBytes();
        in.skipBytes(in.readableBytes());
        if (answerGone && discarded > LINGER_OCTETS) {
            close();
        }
        return false;
    }

    // ---- what its stream says

    /// Whether `stream` is the exchange under way; once it is not, it has nothing to say.
    boolean serves(Http1ServerStream stream) {
        return this.stream == stream && !closing;
    }

    Loop loop() {
        return loop;
    }

    Peer knownPeer() {
        return Objects.requireNonNull(peer);
    }

    Bond bond() {
        return bond;
    }

    /// The final response is about to be sent.
    ///
    /// @param untilClose whether nothing but the end of the connection will tell its end
    /// @return whether the connection goes on behind it
    boolean responseBegins(boolean untilClose) {
        boolean last = inputShutdown && !moreInput();
        if (untilClose || last || handler.draining()) {
            keepAlive = false;
        }
        return keepAlive;
    }

    /// The response under way, or yet to come, is the last.
    void closeAfterResponse() {
        keepAlive = false;
    }

    void flush() {
        if (!closing) {
            output().flush();
        }
    }

    /// So much of what was passed on is held no longer.
    void consumed(int octets) {
        outstanding -= octets;
        if (outstanding <= loop.ledger().window() / 2 && pending == null) {
            resume();
        }
    }

    /// The response that opens a tunnel has been sent: all that follows is the tunnel's.
    void tunnelBegins() {
        reading = Reading.TUNNEL;
        resume();
        if (pending != null) {
            takePending();
        } else if (inputShutdown && stream != null) {
            stream.inputEnded();
        }
    }

    /// Half-closes behind what has been sent.
    void endOutput() {
        output().flushNow();
        ctx().writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    if (!closing) {
                        Ending.shutdownOutput(ctx().channel());
                    }
                });
    }

    /// Both sides of the tunnel have ended.
    void tunnelEnded() {
        stream = null;
        closeBehindAnswer(Reading.CLOSING);
    }

    /// The response is whole. When the request is not, the rest of it concerns nobody.
    void answered() {
        stream = null;
        outstanding = 0;
        if (reading == Reading.BODY) {
            discardRest();
        } else if (reading == Reading.LINGER) {
            closeBehindAnswer(Reading.LINGER);
        } else {
            next();
        }
    }

    /// Nothing good can come of the exchange any more, and its response must not look whole.
    void givenUp() {
        output().flushNow();
        close();
        stream = null;
    }

    // ---- demand

    private void pauseIfFull() {
        if (pending != null && pending.readableBytes() >= loop.ledger().window()) {
            pause();
        }
    }

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

    // ---- behind an exchange

    private void discardRest() {
        if (!keepAlive) {
            closeBehindAnswer(Reading.LINGER);
            return;
        }
        discarded = 0;
        reading = Reading.DISCARD;
        setDeadline(LINGER_NANOS);
        resume();
    }

    private void next() {
        boolean more = moreInput();
        if (!keepAlive || (inputShutdown && !more)) {
            // A client that has not asked for the end may be sending its next request.
            boolean sending = more || !(clientCloses || inputShutdown || handler.draining());
            closeBehindAnswer(sending ? Reading.LINGER : Reading.CLOSING);
            return;
        }
        reading = Reading.HEAD;
        setDeadline(settings.keepAliveNanos());
        resume();
        takePending();
    }

    /// What still arrives is read and dropped.
    private void startLinger() {
        reading = Reading.LINGER;
        discarded = 0;
        answerGone = false;
        dropPending();
        resume();
    }

    private void dropPending() {
        if (pending != null) {
            pending.release();
            pending = null;
            settle();
        }
    }

    /// Closes once the answer has gone out.
    ///
    /// @param how [Reading#CLOSING] for at once then; [Reading#LINGER] while the client may still
    ///   be sending
    private void closeBehindAnswer(Reading how) {
        startLinger();
        reading = how;
        output().flushNow();
        setDeadline(settings.writeNanos());
        ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> answerGone());
    }

    private void answerGone() {
        if (closing) {
            return;
        }
        if (reading == Reading.CLOSING || inputShutdown) {
            close();
            return;
        }
        answerGone = true;
        discarded = 0;
        setDeadline(LINGER_NANOS);
        Ending.shutdownOutput(ctx().channel());
    }

    // ---- what is held

    /// Charges what waits here: input that cannot be used yet, and the part of a head.
    private void settle() {
        int held = pending == null ? 0 : pending.capacity();
        if (head != null) {
            held += head.fields().bytes().length;
        }
        if (held != charged) {
            loop.ledger().charge(held - charged);
            charged = held;
        }
    }

    private void giveHeadBack() {
        if (head != null) {
            loop.giveBack(head);
            head = null;
            settle();
        }
    }

    @Override
    public long heldBytes() {
        Http1ServerStream current = stream;
        return charged + output().heldBytes() + (current == null ? 0 : current.keptBytes());
    }

    @Override
    public long responseBytes() {
        return output().heldBytes();
    }

    @Override
    public @Nullable Peer peer() {
        return peer;
    }

    @Override
    public @Nullable String routeName() {
        Http1ServerStream current = stream;
        return current == null ? null : current.routeName();
    }

    @Override
    public @Nullable TlsSession tls() {
        return tls;
    }

    @Override
    public long acceptedNanos() {
        return acceptedNanos;
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private Output output() {
        return Objects.requireNonNull(output);
    }
}
