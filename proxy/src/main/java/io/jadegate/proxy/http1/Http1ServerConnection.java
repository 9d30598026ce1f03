package io.jadegate.proxy.http1;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.DownstreamSettings;
import io.jadegate.proxy.stream.Ending;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingResponse;
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
/// No request begins while the client leaves too much of earlier answers unread, so that what one
/// connection makes us hold is bounded both ways.
///
/// Everything runs on the connection's event loop, so no field is volatile.
public final class Http1ServerConnection extends ChannelInboundHandlerAdapter
        implements ServerConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Http1ServerConnection.class);

    private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] KEEP_ALIVE = "keep-alive".getBytes(StandardCharsets.US_ASCII);

    /// How much of an unwanted body is read so that the connection can serve the next request.
    private static final long DISCARD_OCTETS = 256 * 1024;

    /// How long and how much is read from a client that is still sending while it should read our
    /// last answer: closing at once would make the kernel reset the connection and destroy the
    /// answer.
    private static final long LINGER_NANOS = 2_000_000_000L;

    private static final long LINGER_OCTETS = 1024 * 1024;

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
    private final long acceptedNanos;
    private DownstreamSettings settings;
    private @Nullable ChunkDecoder chunks;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Output output;
    private @Nullable Peer peer;
    private @Nullable RequestHead head;
    private @Nullable Stream stream;
    private @Nullable ByteBuf input;
    private @Nullable ByteBuf pending;
    private int charged;
    private Reading reading = Reading.HEAD;
    private long bodyLeft;
    private long discarded;
    private int outstanding;
    private int requests;
    private boolean keepAlive = true;
    private boolean clientCloses;
    private boolean paused;
    private boolean inputShutdown;
    private boolean answerGone;
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
        Stream current = stream;
        if (current != null) {
            stream = null;
            current.broke(Failure.of(Failure.Kind.CLIENT_CLOSED));
        }
        giveHeadBack();
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
        Stream current = stream;
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
            // A client that says goodbye under TLS reads no answer either.
            if (reading == Reading.TUNNEL && stream != null) {
                stream.tunnelLeft();
            } else {
                close();
            }
        }
    }

    /// The client has closed its sending side. What it sent before that counts.
    private void inputEnded() {
        if (moreInput()) {
            return;
        }
        Stream current = stream;
        switch (reading) {
            case WAIT -> {
                if (current != null) {
                    current.halfClosed();
                }
            }
            case TUNNEL -> {
                if (current != null) {
                    current.tunnelEnded();
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
        Stream current = stream;
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
        Stream current = stream;
        if (current != null && current.responseStarted) {
            return true;
        }
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        return output().pending() || (unsent != null && !unsent.isEmpty());
    }

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
            case LINGER, CLOSING -> close();
            case TUNNEL -> {
                if (stream != null && stream.tunnelLeft) {
                    close();
                }
            }
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
        Stream current = stream;
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
        Stream current = new Stream(this, request);
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
        current.requestEnded = !hasBody;
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
        Stream current = new Stream(this, request);
        current.requestEnded = true;
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
        Stream current = stream;
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

    private void deliverTo(Stream current, ByteBuf in, int octets) {
        outstanding += octets;
        current.receiver().data(in.readRetainedSlice(octets));
        // Asked afterwards: what could be passed on at once has been consumed by now.
        if (stream == current && outstanding >= loop.ledger().window()) {
            pause();
        }
    }

    private void bodyEnded(@Nullable HeaderFields trailers) {
        Stream current = stream;
        if (reading == Reading.DISCARD) {
            next();
        } else if (reading == Reading.BODY && current != null) {
            reading = Reading.WAIT;
            current.requestEnded = true;
            current.receiver().end(trailers);
        }
    }

    private void bodyBroke(Failure failure) {
        keepAlive = false;
        Stream current = stream;
        if (current == null) {
            closeBehindAnswer(Reading.LINGER);
            return;
        }
        startLinger();
        current.requestEnded = true;
        current.receiver().failed(failure);
    }

    private boolean readTunnel(ByteBuf in) {
        int octets = in.readableBytes();
        Stream current = stream;
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

    // ---- demand

    private void pauseIfFull() {
        if (pending != null && pending.readableBytes() >= loop.ledger().window()) {
            pause();
        }
    }

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

    @Override
    public long heldBytes() {
        Stream current = stream;
        return charged + output().heldBytes() + (current == null ? 0 : current.kept());
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
        Stream current = stream;
        return current == null || current.receiver == null ? null : current.receiver.routeName();
    }

    @Override
    public @Nullable TlsSession tls() {
        return tls;
    }

    @Override
    public long acceptedNanos() {
        return acceptedNanos;
    }

    @Override
    public void shed() {
        Stream current = stream;
        if (current != null && !closing) {
            keepAlive = false;
            current.broke(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
        }
        if (!closing) {
            closing = true;
            Ending.cut(ctx().channel());
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

    private void consumed(int octets) {
        outstanding -= octets;
        if (outstanding <= loop.ledger().window() / 2 && pending == null) {
            resume();
        }
    }

    // ---- the end of an exchange

    /// Request and response are whole.
    private void finished() {
        stream = null;
        outstanding = 0;
        if (reading == Reading.LINGER) {
            closeBehindAnswer(Reading.LINGER);
            return;
        }
        next();
    }

    /// The response is whole and the request is not: the rest of it concerns nobody.
    private void answeredEarly() {
        stream = null;
        outstanding = 0;
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

    /// Half-closes behind what has been sent.
    private void endOutput() {
        output().flushNow();
        ctx().writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(_ -> {
                    if (!closing) {
                        Ending.shutdownOutput(ctx().channel());
                    }
                });
    }

    private void giveHeadBack() {
        if (head != null) {
            loop.giveBack(head);
            head = null;
            settle();
        }
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private Output output() {
        return Objects.requireNonNull(output);
    }

    /// One exchange on the connection. Forgets the connection when it has ended, so that a late
    /// call does nothing.
    private static final class Stream implements HttpStream.Server {
        private final Http1ServerConnection connection;
        private final RequestHead request;
        private @Nullable RequestReceiver receiver;
        private boolean requestEnded;
        private boolean responseStarted;
        private boolean responseEnded;
        private boolean chunked;
        private boolean tunnel;
        private boolean wasUnwritable;
        private boolean tunnelInputEnded;
        private boolean tunnelOutputEnded;
        private boolean tunnelLeft;
        private long sent;

        Stream(Http1ServerConnection connection, RequestHead request) {
            this.connection = connection;
            this.request = request;
        }

        private boolean live() {
            return connection.stream == this && !connection.closing;
        }

        RequestReceiver receiver() {
            return Objects.requireNonNull(receiver);
        }

        void broke(Failure failure) {
            if (receiver != null) {
                receiver.failed(failure);
            }
        }

        void halfClosed() {
            receiver().halfClosed();
        }

        void tunnelEnded() {
            if (!tunnelInputEnded) {
                tunnelInputEnded = true;
                receiver().end();
                readCompleted();
                closeIfTunnelEnded();
            }
        }

        /// The client hears nothing any more: what it said is brought to its end, and to nothing
        /// that is said in return.
        void tunnelLeft() {
            tunnelLeft = true;
            tunnelEnded();
            if (live()) {
                connection.setDeadline(LINGER_NANOS);
            }
        }

        private void closeIfTunnelEnded() {
            if (tunnelInputEnded && tunnelOutputEnded && live()) {
                connection.stream = null;
                connection.closeBehindAnswer(Reading.CLOSING);
            }
        }

        void becameWritable() {
            if (wasUnwritable && receiver != null) {
                wasUnwritable = false;
                receiver.writable();
            }
        }

        void readCompleted() {
            if (receiver != null) {
                receiver.readComplete();
            }
        }

        @Override
        public Loop loop() {
            return connection.loop;
        }

        @Override
        public Peer peer() {
            return Objects.requireNonNull(connection.peer);
        }

        @Override
        public void receiver(RequestReceiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void sendInterim(OutgoingResponse response) {
            if (live()) {
                write(response, HeadWriter.Connection.SILENT);
            }
        }

        @Override
        public void sendResponse(OutgoingResponse response) {
            if (!live()) {
                return;
            }
            responseStarted = true;
            if (response.opensTunnel()) {
                write(response, HeadWriter.Connection.SILENT);
                startTunnel();
                return;
            }
            boolean unknown = response.bodyLength() == UNKNOWN_LENGTH;
            chunked = unknown && request.minorVersion() == 1;
            boolean last = connection.inputShutdown && !connection.moreInput();
            if ((unknown && !chunked) || last || connection.handler.draining()) {
                connection.keepAlive = false;
            }
            write(response, persistence());
        }

        private void write(OutgoingResponse response, HeadWriter.Connection persistence) {
            Output output = connection.output();
            Octets octets = output.octets();
            HeadWriter.response(octets, response, chunked, persistence);
            output.add(octets);
        }

        private HeadWriter.Connection persistence() {
            if (!connection.keepAlive) {
                return HeadWriter.Connection.CLOSE;
            }
            return request.minorVersion() == 0
                    ? HeadWriter.Connection.KEEP_ALIVE
                    : HeadWriter.Connection.SILENT;
        }

        private void startTunnel() {
            tunnel = true;
            connection.reading = Reading.TUNNEL;
            connection.resume();
            if (connection.pending != null) {
                connection.takePending();
            } else if (connection.inputShutdown) {
                tunnelEnded();
            }
        }

        @Override
        public void send(ByteBuf data) {
            if (!live() || tunnelLeft) {
                data.release();
                return;
            }
            int octets = data.readableBytes();
            if (octets == 0) {
                data.release();
                return;
            }
            sent += octets;
            if (chunked) {
                Chunks.add(connection.output(), data);
            } else {
                connection.output().data(data);
            }
        }

        @Override
        public void sendEnd(@Nullable HeaderFields trailers) {
            if (!live() || responseEnded) {
                return;
            }
            if (tunnel) {
                tunnelOutputEnded = true;
                connection.endOutput();
                closeIfTunnelEnded();
                return;
            }
            responseEnded = true;
            if (chunked) {
                Chunks.end(connection.output(), trailers);
            }
            if (requestEnded) {
                connection.finished();
            } else {
                connection.answeredEarly();
            }
        }

        @Override
        public void flush() {
            if (!connection.closing) {
                connection.output().flush();
            }
        }

        @Override
        public boolean writable() {
            boolean writable = !live() || connection.output().writable();
            wasUnwritable |= !writable;
            return writable;
        }

        @Override
        public void consumed(int octets) {
            if (live()) {
                connection.consumed(octets);
            }
        }

        @Override
        public int heldBytes() {
            return live() ? connection.output().heldBytes() : 0;
        }

        /// What is kept of the request, or waits for the endpoint.
        long kept() {
            return receiver == null ? 0 : receiver.keptBytes();
        }

        @Override
        public void closeAfterResponse() {
            connection.keepAlive = false;
        }

        @Override
        public long sentOctets() {
            return sent;
        }

        /// Resets the TCP connection, so that not even a body that runs until the close looks
        /// whole.
        @Override
        public void reset() {
            if (!live()) {
                return;
            }
            receiver = null;
            connection.output().flushNow();
            connection.close();
            connection.stream = null;
        }
    }
}
