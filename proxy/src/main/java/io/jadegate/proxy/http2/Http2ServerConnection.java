package io.jadegate.proxy.http2;

import static io.jadegate.proxy.stream.HttpStream.NO_BODY;
import static io.jadegate.proxy.stream.HttpStream.Server.LINGER_NANOS;
import static io.jadegate.proxy.stream.HttpStream.Server.LINGER_OCTETS;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.observe.Http2Counts;
import io.jadegate.proxy.stream.Bond;
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
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP/2 connection with a client (RFC 9113): each stream an [HttpStream.Server].
///
/// ```
/// PREFACE → SETTINGS → OPEN → ENDING      after a GOAWAY nothing more is read as a frame
///                        └→ (draining) ┘  says so first, goes on with what it has, then ends
/// ```
///
/// **Limits.** What a client can make us do without sending or reading content is counted
/// ([FrameLimits]); header blocks are bounded in frames and octets; answers to control frames wait
/// for nobody who does not read. Beyond a limit the connection ends with ENHANCE_YOUR_CALM.
///
/// Everything runs on the connection's event loop, so no field is volatile.
public final class Http2ServerConnection extends ChannelInboundHandlerAdapter
        implements ServerConnection, Multiplexer.Side {
    private static final Logger LOG = LoggerFactory.getLogger(Http2ServerConnection.class);

    /// Streams that a client may have open at once.
    public static final int MAX_STREAMS = 100;

    private static final long DRAIN_PING = 0x6a61646567617465L;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// How long no stream is open where a client has nothing more to ask for the moment.
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

    private enum Reading {
        PREFACE,
        SETTINGS,
        OPEN,
        ENDING
    }

    private final Loop loop;
    private final HttpStream.Handler handler;
    private final Owner owner;
    private final HeadLimits limits;
    private final @Nullable TlsSession tls;
    private final RequestBlock block;
    private final OutgoingFields outgoing = new OutgoingFields();
    private final Deadlines.Deadline deadline;
    private final Bond bond = new Bond();
    private final long acceptedNanos;
    private Deadlines.@Nullable Deadline drainDeadline;
    private DownstreamSettings settings;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Output output;
    private @Nullable Multiplexer<Http2ServerStream> streams;
    private @Nullable Peer peer;
    private Reading reading = Reading.PREFACE;
    private int prefaceSeen;
    private boolean blockTimed;
    private int lastServed = Integer.MAX_VALUE;
    private int requests;
    private long discarded;
    private boolean begun;
    private boolean draining;
    private boolean inputShutdown;
    private boolean goodbyeGone;
    private boolean closing;

    /// @param tls what was settled with the client; null in clear text
    public Http2ServerConnection(
            Loop loop,
            HttpStream.Handler handler,
            Owner owner,
            HeadLimits limits,
            @Nullable TlsSession tls) {
        this.loop = loop;
        this.tls = tls;
        this.handler = handler;
        this.owner = owner;
        this.limits = limits;
        this.settings = handler.settings();
        this.block = new RequestBlock(loop, limits, settings.webSockets());
        this.acceptedNanos = loop.now();
        this.deadline = loop.deadlines().new Deadline(this::deadlinePassed);
    }

    // ---- the connection's life

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        Output out = new Output(ctx, loop, this::outputDrained);
        output = out;
        streams = new Multiplexer<>(loop, this, /* peerBegins= */ true, out, limits, block);
        ctx.channel().config().setRecvByteBufAllocator(loop.readBuffers());
        if (ctx.channel().isActive()) {
            begin(ctx.channel());
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begin(ctx.channel());
    }

    private void begin(Channel channel) {
        if (begun) {
            return;
        }
        begun = true;
        if (Peer.isUnknown(channel)) {
            close();
            return;
        }
        peer = Peer.of(channel, tls);
        owner.opened(this);
        owner.counts().http2().connectionBegan();
        streams()
                .begin(
                        Http2Setting.MAX_CONCURRENT_STREAMS,
                        MAX_STREAMS,
                        Http2Setting.INITIAL_WINDOW_SIZE,
                        StreamInput.WINDOW,
                        Http2Setting.MAX_HEADER_LIST_SIZE,
                        limits.headBytes(),
                        Http2Setting.ENABLE_CONNECT_PROTOCOL,
                        settings.webSockets() ? 1 : 0);
        setDeadline(settings.headNanos());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        deadline.cancel();
        cancelDrain();
        streams().breakAll(Failure.of(Failure.Kind.CLIENT_CLOSED));
        streams().close();
        output().discard();
        bond.end();
        if (peer != null) {
            // Else it was never told that there is one.
            owner.closed(this);
        }
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
        streams().breakAll(Failure.of(Failure.Kind.INTERNAL));
        end(Http2Error.INTERNAL_ERROR, "");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !inputShutdown) {
            inputShutdown = true;
            if (goodbyeGone || reading != Reading.OPEN) {
                close();
                return;
            }
            streams().snapshot().forEach(Http2ServerStream::inputEnded);
            output().flush();
            endIfDone();
        } else if (event instanceof SslCloseCompletionEvent && !closing) {
            // A client that says goodbye under TLS reads no answer either.
            close();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!closing && output().writable()) {
            outputDrained();
        }
    }

    private void outputDrained() {
        if (!closing) {
            streams().outputDrained();
        }
    }

    private void setDeadline(long nanos) {
        if (nanos > 0) {
            deadline.set(loop.now() + nanos);
        } else {
            deadline.cancel();
        }
    }

    /// Who must move next has its time: the client while a header block is on its way or nothing is
    /// under way at all. Exchanges keep their own.
    private void rearm() {
        if (reading != Reading.OPEN) {
            return;
        }
        if (blockTimed) {
            setDeadline(settings.headNanos());
        } else if (streams().isEmpty()) {
            setDeadline(idleNanos());
        } else {
            deadline.cancel();
        }
    }

    /// How long there may be no stream. A connection that has served its number of requests is not
    /// kept for more, but as long as it is busy it goes on: it may carry many people's requests.
    private long idleNanos() {
        long keepAlive = settings.keepAliveNanos();
        if (requests < settings.keepAliveRequests()) {
            return keepAlive;
        }
        return keepAlive == 0 ? PAUSE_NANOS : Math.min(keepAlive, PAUSE_NANOS);
    }

    private void deadlinePassed() {
        switch (reading) {
            case PREFACE -> close();
            case SETTINGS -> end(Http2Error.SETTINGS_TIMEOUT, "no SETTINGS");
            case OPEN -> {
                if (blockTimed) {
                    owner.counts().headRefused(Reason.REQUEST_HEAD_TIMEOUT);
                    end(Http2Error.ENHANCE_YOUR_CALM, "header block took too long");
                } else if (streams().isEmpty()) {
                    end(Http2Error.NO_ERROR, "idle");
                }
            }
            case ENDING -> close();
        }
    }

    // ---- the end

    @Override
    public void drain() {
        if (draining || reading == Reading.ENDING || closing) {
            return;
        }
        draining = true;
        if (reading != Reading.OPEN) {
            end(Http2Error.NO_ERROR, "draining");
            return;
        }
        streams().goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR, "draining");
        // What the client sent before it heard of it has come when this comes back.
        streams().writer().ping(DRAIN_PING);
        output().flush();
        Deadlines.Deadline last = loop.deadlines().new Deadline(this::lastCall);
        last.set(loop.now() + DRAIN_NANOS);
        drainDeadline = last;
    }

    /// From now on no stream is begun any more.
    private void lastCall() {
        cancelDrain();
        if (reading == Reading.OPEN && lastServed == Integer.MAX_VALUE) {
            lastServed = streams().lastStream();
            if (streams().isEmpty()) {
                end(Http2Error.NO_ERROR, "draining");
                return;
            }
            streams().goAway(lastServed, Http2Error.NO_ERROR, "draining");
            output().flush();
        }
    }

    private void cancelDrain() {
        if (drainDeadline != null) {
            drainDeadline.cancel();
            drainDeadline = null;
        }
    }

    private void endIfDone() {
        if (streams().isEmpty() && reading == Reading.OPEN) {
            if (inputShutdown || lastServed != Integer.MAX_VALUE) {
                end(Http2Error.NO_ERROR, "");
            } else {
                rearm();
            }
        }
    }

    /// Says the last words and closes behind them. What is under way is over.
    @Override
    public void end(Http2Error code, String why) {
        if (reading == Reading.ENDING || closing) {
            return;
        }
        boolean heard =
                reading != Reading.PREFACE && !(inputShutdown && code == Http2Error.NO_ERROR);
        reading = Reading.ENDING;
        cancelDrain();
        streams().stop();
        streams().breakAll(Failure.of(Failure.Kind.CLIENT_CLOSED));
        if (heard) {
            // Those that were passed over behind the last call stay unserved (RFC 9113 §6.8).
            streams().goAway(Math.min(streams().lastStream(), lastServed), code, why);
        }
        output().flushNow();
        setDeadline(settings.writeNanos());
        ctx().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> goodbyeGone());
    }

    /// Closing at once would make the kernel reset the connection, and destroy our last words.
    private void goodbyeGone() {
        if (closing) {
            return;
        }
        if (inputShutdown) {
            close();
            return;
        }
        goodbyeGone = true;
        discarded = 0;
        setDeadline(LINGER_NANOS);
        Ending.shutdownOutput(ctx().channel());
    }

    @Override
    public void abort() {
        if (!closing) {
            streams().breakAll(Failure.of(Failure.Kind.DRAINED));
            end(Http2Error.NO_ERROR, "going down");
            close();
        }
    }

    @Override
    public void shed() {
        if (!closing) {
            streams().breakAll(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
            closing = true;
            reading = Reading.ENDING;
            streams().stop();
            Ending.cut(ctx().channel());
        }
    }

    private void close() {
        reading = Reading.ENDING;
        closing = true;
        streams().stop();
        Ending.close(ctx().channel());
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.counts().socketRead();
        try {
            if (reading != Reading.PREFACE || readPreface(in)) {
                streams().read(ctx, in);
            }
            if (reading == Reading.ENDING) {
                discard(in);
            } else {
                timeBlock();
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        streams().readCompleted();
    }

    /// A header block has its time from its first octet on.
    private void timeBlock() {
        boolean inBlock = streams().inBlock();
        if (inBlock != blockTimed) {
            blockTimed = inBlock;
            rearm();
        }
    }

    private void discard(ByteBuf in) {
        discarded += in.readableBytes();
        in.skipBytes(in.readableBytes());
        if (goodbyeGone && discarded > LINGER_OCTETS) {
            close();
        }
    }

    private boolean readPreface(ByteBuf in) {
        while (in.isReadable() && prefaceSeen < PREFACE.length) {
            if (in.readByte() != PREFACE[prefaceSeen++]) {
                end(Http2Error.PROTOCOL_ERROR, "not a preface");
                return false;
            }
        }
        if (prefaceSeen == PREFACE.length) {
            reading = Reading.SETTINGS;
        }
        return in.isReadable();
    }

    @Override
    public void settingsRead(Http2Settings settings) {
        if (reading == Reading.SETTINGS) {
            reading = Reading.OPEN;
            rearm();
        }
    }

    @Override
    public void pongRead(long data) {
        if (data == DRAIN_PING && draining) {
            lastCall();
        }
    }

    /// The client begins no streams any more, or so it says; we never did.
    @Override
    public void goAwayRead(int lastStream, long code) {
        counts().goAwayReceived(code);
    }

    // ---- frames of streams

    @Override
    public void headRead(int id, boolean end) {
        Http2ServerStream stream = streams().find(id);
        if (stream != null) {
            trailersRead(stream, end);
            loop.giveBack(block.head());
            return;
        }
        if (mayBegin(id)) {
            begin(id, end);
        } else {
            loop.giveBack(block.head());
        }
    }

    private boolean mayBegin(int id) {
        if ((id & 1) == 0) {
            end(Http2Error.PROTOCOL_ERROR, "a stream of an even number");
            return false;
        }
        if (id <= streams().lastStream()) {
            switch (streams().ending(id)) {
                case RESET_BY_US -> streams().within(FrameLimits.Kind.LATE);
                case RESET_BY_PEER, ENDED ->
                        end(Http2Error.STREAM_CLOSED, "HEADERS on a closed stream");
                case FORGOTTEN -> end(Http2Error.PROTOCOL_ERROR, "a stream that was passed over");
            }
            return false;
        }
        streams().lastStream(id);
        if (id > lastServed) {
            streams().ignore(id);
            streams().within(FrameLimits.Kind.LATE);
            return false;
        }
        if (streams().size() >= MAX_STREAMS) {
            if (streams().within(FrameLimits.Kind.REFUSED)) {
                streams().writeReset(id, Http2Error.REFUSED_STREAM);
            }
            return false;
        }
        // No window holds the head of its answer back.
        return streams().mayReply();
    }

    private void begin(int id, boolean end) {
        deadline.cancel();
        settings = handler.settings();
        requests++;
        owner.counts().http2().streamBegan();
        RequestHead head = block.head();
        loop.counts().copied(head.fields().limit());
        Http2ServerStream stream = new Http2ServerStream(this, id);
        streams().add(stream);
        streams().touch(stream);
        Failure wrong = block.endRequest(knownPeer().secure());
        long length = wrong == null ? block.bodyLength(end) : NO_BODY;
        wrong = block.failure();
        stream.begin(length, end);
        if (wrong == null && (head.webSocket() || head.method().equals(Method.CONNECT))) {
            stream.awaitTunnel();
        }
        if (wrong == null) {
            handler.request(stream, head, length);
        } else if (block.isMalformed()) {
            stream.refuseAsMalformed();
            handler.refused(stream, head, wrong);
        } else {
            handler.refused(stream, head, wrong);
        }
        if (isOld() || handler.draining()) {
            drain();
        }
    }

    private boolean isOld() {
        long age = settings.keepAliveAgeNanos();
        return age > 0 && loop.now() - acceptedNanos >= age;
    }

    private void trailersRead(Http2ServerStream stream, boolean end) {
        if (stream.input().ended()) {
            streams().violated(stream, Http2Error.STREAM_CLOSED);
            return;
        }
        streams().touch(stream);
        Failure wrong = block.endTrailers();
        if (!end) {
            stream.malformed("a second head without the end of the stream (RFC 9113 8.1)");
        } else if (wrong != null) {
            stream.malformed(Objects.requireNonNullElse(wrong.detail(), "trailers"));
        } else {
            stream.trailers(block.head().fields());
        }
    }

    /// A stream has come to its end on both sides.
    void ended(Http2ServerStream stream) {
        streams().remove(stream, ClosedStreams.How.ENDED);
        endIfDone();
    }

    @Override
    public void streamEnded() {
        endIfDone();
    }

    @Override
    public boolean ending() {
        return reading == Reading.ENDING;
    }

    void writeHead(int id, OutgoingResponse response, boolean end) {
        streams().writer().headers(id, outgoing.of(response), end);
    }

    /// How long a client may take none of an answer whose exchange is over; in nanoseconds, 0 for
    /// ever.
    long writeNanos() {
        return settings.writeNanos();
    }

    void flush() {
        if (!closing) {
            output().flush();
        }
    }

    // ---- what is held

    @Override
    public long heldBytes() {
        long held = streams().pendingBytes() + streams().outputBytes();
        for (Http2ServerStream stream : streams().all()) {
            held += stream.keptBytes();
        }
        return held;
    }

    @Override
    public long responseBytes() {
        return streams().outputBytes();
    }

    @Override
    public @Nullable Peer peer() {
        return peer;
    }

    @Override
    public @Nullable String routeName() {
        Http2ServerStream oldest = null;
        for (Http2ServerStream stream : streams().all()) {
            if (oldest == null || stream.id() < oldest.id()) {
                oldest = stream;
            }
        }
        return oldest == null ? null : oldest.routeName();
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
    public Http2Counts counts() {
        return owner.counts().http2();
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

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private Output output() {
        return Objects.requireNonNull(output);
    }

    Multiplexer<Http2ServerStream> streams() {
        return Objects.requireNonNull(streams);
    }
}
