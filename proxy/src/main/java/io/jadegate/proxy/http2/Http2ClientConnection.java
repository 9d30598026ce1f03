package io.jadegate.proxy.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.proxy.observe.Http2Counts;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Ending;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.Output;
import io.jadegate.proxy.tls.TlsFailures;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP/2 connection to an endpoint (RFC 9113): many requests at once, each an
/// [HttpStream.Client].
///
/// ```
/// NEW → SETTINGS → OPEN → (retired) → CLOSED      retired: finishes what it has, begins no stream any more
/// ```
///
/// No request is sent before the endpoint's SETTINGS have come. So an endpoint that does not speak
/// HTTP/2 is found out before anything is asked of it, and none is asked more at once than it
/// takes.
///
/// **Life.** An endpoint that says nothing while it should is asked whether it is there (PING): a
/// connection that only seems to stand must not swallow one request after another.
///
/// Everything runs on the connection's event loop.
public final class Http2ClientConnection extends ChannelInboundHandlerAdapter
        implements Multiplexer.Side {
    private static final Logger LOG = LoggerFactory.getLogger(Http2ClientConnection.class);

    /// Streams at once on a connection whose endpoint sets no limit.
    public static final int USUAL_STREAMS = 100;

    /// Streams at once, whatever the endpoint takes.
    private static final int MOST_STREAMS = 1000;

    /// Requests given up on a connection before it takes no more: endpoints take many resets for an
    /// attack, and would end it for everybody.
    private static final int MOST_GIVEN_UP = 100;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final long PING = 0x6a61646567617465L;

    /// How long an endpoint may be silent while requests wait for it, before it is asked.
    static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// How long between two questions while there is nothing but answers to them: endpoints of gRPC
    /// take more for abuse.
    static final long LONG_SILENCE_NANOS =
            TimeUnit.MINUTES.toNanos(5) + TimeUnit.SECONDS.toNanos(5);

    /// How long the answer may take.
    static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// The size of a PING frame. What else is as long only makes the next question come later.
    private static final int PONG_OCTETS = FrameWriter.HEADER + 8;

    private enum State {
        NEW,
        SETTINGS,
        OPEN,
        CLOSED
    }

    private final Loop loop;
    private final Owner owner;
    private final HeadLimits limits;
    private final long settingsNanos;
    private final ResponseBlock block;
    private final OutgoingFields outgoing = new OutgoingFields();
    private final Deadlines.Deadline deadline;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Output output;
    private @Nullable Multiplexer<Http2ClientStream> streams;
    private State state = State.NEW;
    private int maxStreams = USUAL_STREAMS;
    private int nextStream = 1;
    private int givenUp;
    private long heardNanos;
    private long askedNanos;
    private boolean secure;
    private boolean asking;
    private boolean answeredOnly;
    private boolean retired;
    private boolean webSockets;

    /// Who has the connection made, and keeps it. Told on the loop.
    public interface Owner {
        /// Streams can be begun.
        void ready(Http2ClientConnection connection);

        /// There will be no connection. Nothing follows.
        void failed(Failure failure);

        /// A stream has ended.
        void streamEnded(Http2ClientConnection connection);

        /// The endpoint takes more streams at once than before.
        void roomGrew(Http2ClientConnection connection);

        /// No stream can be begun any more. Called once, if at all.
        void retired(Http2ClientConnection connection);

        /// The endpoint wants to be asked by HTTP/1.1.
        ///
        /// @return whether it will be from now on
        boolean http1Required();

        /// The connection, which had been ready, is gone. Called once.
        void closed(Http2ClientConnection connection);

        /// What is counted of such connections.
        Http2Counts counts();
    }

    /// @param settingsNanos how long the endpoint's SETTINGS may take; 0 for no limit
    public Http2ClientConnection(Loop loop, Owner owner, HeadLimits limits, long settingsNanos) {
        this.loop = loop;
        this.owner = owner;
        this.limits = limits;
        this.settingsNanos = settingsNanos;
        this.block = new ResponseBlock(loop, limits);
        this.deadline = loop.deadlines().new Deadline(this::deadlinePassed);
    }

    /// How many streams can be begun now.
    public int room() {
        if (state != State.OPEN || retired || !ctx().channel().isActive()) {
            return 0;
        }
        return Math.max(0, maxStreams - streams().size());
    }

    /// Whether the endpoint takes WebSockets (RFC 8441 §3).
    boolean webSockets() {
        return webSockets;
    }

    /// How many streams there are.
    public int streamCount() {
        return streams == null ? 0 : streams.size();
    }

    /// Begins an exchange. To be called only when there is [#room()].
    public HttpStream.Client open(HttpStream.ResponseReceiver receiver) {
        int id = nextStream;
        nextStream += 2;
        Http2ClientStream stream = new Http2ClientStream(this, id, receiver, id > 1);
        if (streams().isEmpty()) {
            // An endpoint with nothing to say is silent by right.
            heardNanos = Math.max(heardNanos, loop.now() - SILENCE_NANOS / 2);
        }
        streams().lastStream(id);
        streams().add(stream);
        owner.counts().streamBegan();
        if (!deadline.isSet()) {
            deadline.set(nextQuestion());
        }
        if (nextStream < 0) {
            retire();
        }
        return stream;
    }

    /// Begins no stream any more, and ends behind the last.
    public void drain() {
        retire();
        if (state == State.OPEN && streams().isEmpty()) {
            end(Http2Error.NO_ERROR, "");
        }
    }

    private void retire() {
        if (!retired) {
            retired = true;
            if (state == State.OPEN) {
                owner.retired(this);
            }
        }
    }

    // ---- the connection's life

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        ctx.channel().config().setRecvByteBufAllocator(loop.readBuffers());
        if (ctx.channel().isActive()) {
            begin(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begin(ctx);
    }

    private void begin(ChannelHandlerContext ctx) {
        if (state != State.NEW) {
            return;
        }
        state = State.SETTINGS;
        secure = ctx.pipeline().get(SslHandler.class) != null;
        heardNanos = loop.now();
        Output out = new Output(ctx, loop, this::outputDrained);
        output = out;
        streams = new Multiplexer<>(loop, this, /* peerBegins= */ false, out, limits, block);
        out.tail(PREFACE.length).writeBytes(PREFACE);
        streams()
                .begin(
                        Http2Setting.ENABLE_PUSH,
                        0,
                        Http2Setting.INITIAL_WINDOW_SIZE,
                        StreamInput.WINDOW,
                        Http2Setting.MAX_HEADER_LIST_SIZE,
                        limits.headBytes());
        if (settingsNanos > 0) {
            deadline.set(loop.now() + settingsNanos);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        inputEnded("the connection ended");
        if (streams != null) {
            streams.close();
            output().discard();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (state == State.NEW || cause instanceof NotYetConnectedException) {
            // Of a connection that does not even stand, the connect future tells.
            return;
        }
        if (secure && TlsFailures.isTls(cause)) {
            broken(TlsFailures.of(cause));
        } else if (cause instanceof IOException) {
            // A write that fails says that the endpoint stopped reading; answers may still be on
            // the way, and a read that fails is followed by the end of the input.
            retire();
        } else {
            LOG.error("connection to {} failed", ctx.channel().remoteAddress(), cause);
            broken(Failure.of(Failure.Kind.INTERNAL));
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        // A connection that is refused also says that its input has ended; the connect future
        // tells.
        boolean over =
                event instanceof SslCloseCompletionEvent
                        || (event == ChannelInputShutdownEvent.INSTANCE
                                && ctx.channel().isActive());
        if (over) {
            inputEnded("the connection ended");
        }
    }

    /// Nothing more will arrive.
    private void inputEnded(String how) {
        broken(
                state == State.SETTINGS
                        ? new Failure(Failure.Kind.NO_HTTP2, how + " before SETTINGS")
                        : new Failure(Failure.Kind.RESET_BEFORE_RESPONSE, how));
    }

    /// Ends the connection at once.
    private void broken(Failure failure) {
        if (leave(failure)) {
            Objects.requireNonNull(ctx().pipeline().firstContext()).close();
        }
    }

    /// Ends what is under way, and tells whom it concerns.
    ///
    /// @return false when that has been done before
    private boolean leave(Failure failure) {
        State before = state;
        if (before == State.CLOSED) {
            return false;
        }
        state = State.CLOSED;
        deadline.cancel();
        if (before == State.NEW) {
            return true;
        }
        streams().stop();
        if (before == State.SETTINGS) {
            owner.failed(failure);
            return true;
        }
        if (!retired) {
            retired = true;
            owner.retired(this);
        }
        owner.closed(this);
        streams().breakAll(failure);
        return true;
    }

    /// Says why, and closes.
    @Override
    public void end(Http2Error code, String why) {
        if (state == State.CLOSED) {
            return;
        }
        String said = code + (why.isEmpty() ? "" : ": " + why);
        Failure failure =
                new Failure(
                        state == State.SETTINGS
                                ? Failure.Kind.NO_HTTP2
                                : Failure.Kind.RESPONSE_MALFORMED,
                        said);
        streams().goAway(0, code, why);
        output().flushNow();
        leave(failure);
        Ending.close(ctx().channel());
    }

    @Override
    public boolean ending() {
        return state == State.CLOSED;
    }

    // ---- whether the endpoint is there

    private void deadlinePassed() {
        if (state == State.SETTINGS) {
            end(Http2Error.SETTINGS_TIMEOUT, "no SETTINGS in time");
            return;
        }
        if (state != State.OPEN) {
            return;
        }
        if (asking) {
            broken(new Failure(Failure.Kind.RESET_BEFORE_RESPONSE, "no answer to a PING"));
        } else if (!streams().isEmpty()) {
            if (loop.now() - nextQuestion() >= 0) {
                ask();
            } else {
                deadline.set(nextQuestion());
            }
        }
    }

    private long nextQuestion() {
        return answeredOnly ? askedNanos + LONG_SILENCE_NANOS : heardNanos + SILENCE_NANOS;
    }

    private void ask() {
        asking = true;
        answeredOnly = true;
        askedNanos = loop.now();
        streams().writer().ping(PING);
        output().flush();
        deadline.set(askedNanos + ANSWER_NANOS);
    }

    /// A request has been given up.
    ///
    /// @param sinceNanos since when it was under way; if nothing was heard of the endpoint in this
    ///   time, it may be gone
    void gaveUp(long sinceNanos) {
        if (state == State.OPEN && !asking && !answeredOnly && heardNanos - sinceNanos < 0) {
            ask();
        }
        if (++givenUp == MOST_GIVEN_UP) {
            drain();
        }
    }

    @Override
    public void pongRead(long data) {
        // It has been heard already.
    }

    private void heard(boolean onlyAnAnswer) {
        heardNanos = loop.now();
        answeredOnly &= onlyAnAnswer;
        if (asking) {
            asking = false;
            deadline.set(nextQuestion());
        }
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.counts().socketRead();
        try {
            if (state == State.SETTINGS || state == State.OPEN) {
                heard(/* onlyAnAnswer= */ in.readableBytes() == PONG_OCTETS);
                streams().read(ctx, in);
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (streams != null) {
            streams.readCompleted();
        }
    }

    @Override
    public void settingsRead(Http2Settings settings) {
        Boolean push = settings.pushEnabled();
        if (push != null && push) {
            end(Http2Error.PROTOCOL_ERROR, "ENABLE_PUSH of a server (RFC 9113 6.5.2)");
            return;
        }
        int before = room();
        Long connect = settings.get((char) Http2Setting.ENABLE_CONNECT_PROTOCOL);
        webSockets |= connect != null && connect == 1;
        Long most = settings.maxConcurrentStreams();
        if (most != null) {
            maxStreams = (int) Math.min(most, MOST_STREAMS);
        }
        if (state == State.SETTINGS) {
            state = State.OPEN;
            deadline.cancel();
            owner.counts().connectionBegan();
            owner.ready(this);
            endIfDone();
        } else if (room() > before) {
            owner.roomGrew(this);
        }
    }

    @Override
    public void goAwayRead(int lastStream, long code) {
        owner.counts().goAwayReceived(code);
        retire();
        Failure refused = new Failure(meaning(code), "GOAWAY with " + Http2Counts.code(code));
        for (Http2ClientStream stream : streams().snapshot()) {
            if (stream.id() > lastStream) {
                stream.broke(refused);
                streams().remove(stream, ClosedStreams.How.RESET_BY_US);
                owner.streamEnded(this);
            }
        }
        endIfDone();
    }

    private Failure.Kind meaning(long goAway) {
        return goAway == Http2Error.HTTP_1_1_REQUIRED.code()
                ? http1Required()
                : Failure.Kind.STREAM_REFUSED;
    }

    /// The endpoint wants to be asked by HTTP/1.1. If it is, no more is asked here; what is under
    /// way goes on.
    ///
    /// @return what that means for a request that it leaves out
    Failure.Kind http1Required() {
        if (!owner.http1Required()) {
            return Failure.Kind.NO_HTTP2;
        }
        retire();
        return Failure.Kind.HTTP1_REQUIRED;
    }

    @Override
    public void headRead(int id, boolean end) {
        Http2ClientStream stream = streams().find(id);
        if (stream != null) {
            streams().touch(stream);
            stream.head(block, end);
            return;
        }
        loop.giveBack(block.head());
        if ((id & 1) == 0 || id > streams().lastStream()) {
            end(Http2Error.PROTOCOL_ERROR, "HEADERS on an idle stream");
        } else if (streams().ending(id) != ClosedStreams.How.RESET_BY_US) {
            // Once is a mistake of an endpoint, always is an attack.
            streams().streamFaulty(id, Http2Error.STREAM_CLOSED);
        } else {
            streams().within(FrameLimits.Kind.LATE);
        }
    }

    // ---- streams

    /// A stream has come to its end on both sides.
    void ended(Http2ClientStream stream) {
        streams().remove(stream, ClosedStreams.How.ENDED);
        streamEnded();
    }

    @Override
    public void streamEnded() {
        if (state == State.OPEN) {
            owner.streamEnded(this);
            endIfDone();
        }
    }

    private void endIfDone() {
        if (retired && state == State.OPEN && streams().isEmpty()) {
            end(Http2Error.NO_ERROR, "");
        }
    }

    void writeHead(int id, OutgoingRequest request, boolean end) {
        streams().writer().headers(id, outgoing.of(request, secure), end);
    }

    void flush() {
        if (state != State.CLOSED) {
            output().flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (output != null && state != State.CLOSED && output.writable()) {
            outputDrained();
        }
    }

    private void outputDrained() {
        if (state != State.CLOSED) {
            streams().outputDrained();
        }
    }

    @Override
    public Http2Counts counts() {
        return owner.counts();
    }

    Loop loop() {
        return loop;
    }

    Multiplexer<Http2ClientStream> streams() {
        return Objects.requireNonNull(streams);
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private Output output() {
        return Objects.requireNonNull(output);
    }
}
