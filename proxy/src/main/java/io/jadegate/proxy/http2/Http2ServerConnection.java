package io.jadegate.proxy.http2;

import static io.jadegate.proxy.stream.HttpStream.NO_BODY;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.HeaderFields;
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
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.collection.IntObjectHashMap;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
/// **Windows.** The connection's own is given back as soon as octets have arrived, a stream's when
/// they have been consumed: who is slow stops its own stream. What goes out is written at once
/// while nobody waits; else streams take turns, a frame each.
///
/// **Limits.** What a client can make us do without sending or reading content is counted
/// ([FrameLimits]); header blocks are bounded in frames and octets; answers to control frames wait
/// for nobody who does not read. Beyond a limit the connection ends with ENHANCE_YOUR_CALM.
///
/// Everything runs on the connection's event loop, so no field is volatile.
public final class Http2ServerConnection extends ChannelInboundHandlerAdapter
        implements ServerConnection {
    private static final Logger LOG = LoggerFactory.getLogger(Http2ServerConnection.class);

    /// Streams that a client may have open at once.
    public static final int MAX_STREAMS = 100;

    /// What a client may send on all streams together before it hears of it.
    private static final int CONNECTION_WINDOW = 1024 * 1024;

    private static final int INITIAL_WINDOW = 65_535;
    private static final int MAX_FRAME = 16 * 1024;
    private static final int MAX_CONTINUATIONS = 16;
    private static final int MAX_WAITING_REPLIES = 1000;
    private static final long DRAIN_PING = 0x6a61646567617465L;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// How long and how much is read from a client that is still sending while it should read our
    /// last words.
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final long LINGER_OCTETS = 1024 * 1024;

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
    private final HeaderBlockDecoder decoder;
    private final DefaultHttp2FrameReader reader;
    private final Frames frames = new Frames();
    private final FrameLimits frameLimits;
    private final ClosedStreams closed = new ClosedStreams();
    private final IntObjectHashMap<Http2ServerStream> streams = new IntObjectHashMap<>(8);
    private final ArrayDeque<Http2ServerStream> ready = new ArrayDeque<>(4);
    private final ArrayList<Http2ServerStream> touched = new ArrayList<>(4);
    private final OutgoingFields outgoing = new OutgoingFields();
    private final Deadlines.Deadline deadline;
    private final long acceptedNanos;
    private Deadlines.@Nullable Deadline drainDeadline;
    private DownstreamSettings settings;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Output output;
    private @Nullable FrameWriter writer;
    private @Nullable Peer peer;
    private @Nullable ByteBuf pending;
    private int charged;
    private Reading reading = Reading.PREFACE;
    private int prefaceSeen;
    private int blockStream;
    private int blockOctets;
    private int continuations;
    private boolean blockTimed;
    private int lastStream;
    private int lastServed = Integer.MAX_VALUE;
    private int requests;
    private int receiveWindow = CONNECTION_WINDOW;
    private int credit;
    private long sendWindow = INITIAL_WINDOW;
    private int initialSendWindow = INITIAL_WINDOW;
    private int waitingReplies;
    private long discarded;
    private boolean begun;
    private boolean pumping;
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
        this.decoder = new HeaderBlockDecoder(loop, limits);
        this.reader = new DefaultHttp2FrameReader(decoder);
        this.acceptedNanos = loop.now();
        this.frameLimits = new FrameLimits(acceptedNanos);
        this.deadline = loop.deadlines().new Deadline(this::deadlinePassed);
    }

    // ---- the connection's life

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        this.ctx = ctx;
        Output out = new Output(ctx, loop, this::outputDrained);
        output = out;
        writer = new FrameWriter(out);
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
        if (channel.remoteAddress() == null
                && channel.localAddress() instanceof InetSocketAddress) {
            // Gone before it could be asked who it was; it must not pass for a local peer.
            close();
            return;
        }
        peer = Peer.of(channel.remoteAddress(), channel.localAddress(), tls);
        owner.opened(this);
        owner.counts().http2().connectionBegan();
        writer().settings(
                        Http2Setting.MAX_CONCURRENT_STREAMS,
                        MAX_STREAMS,
                        Http2Setting.INITIAL_WINDOW_SIZE,
                        Http2ServerStream.WINDOW,
                        Http2Setting.MAX_HEADER_LIST_SIZE,
                        limits.headBytes());
        writer().windowUpdate(0, CONNECTION_WINDOW - INITIAL_WINDOW);
        output().flush();
        setDeadline(settings.headNanos());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        deadline.cancel();
        cancelDrain();
        breakAll(Failure.of(Failure.Kind.CLIENT_CLOSED));
        reader.close();
        writer().close();
        dropPending();
        output().discard();
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
            close();
            return;
        }
        LOG.error("connection with {} failed", peer, cause);
        breakAll(Failure.of(Failure.Kind.INTERNAL));
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
            snapshot().forEach(Http2ServerStream::inputEnded);
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
        if (closing) {
            return;
        }
        waitingReplies = 0;
        pump();
        tellWritable();
        output().flush();
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
        } else if (streams.isEmpty()) {
            setDeadline(settings.keepAliveNanos());
        } else {
            deadline.cancel();
        }
    }

    private void deadlinePassed() {
        switch (reading) {
            case PREFACE -> close();
            case SETTINGS -> end(Http2Error.SETTINGS_TIMEOUT, "no SETTINGS");
            case OPEN -> {
                if (blockTimed) {
                    owner.counts().headRefused(Reason.REQUEST_HEAD_TIMEOUT);
                    end(Http2Error.ENHANCE_YOUR_CALM, "header block took too long");
                } else if (streams.isEmpty()) {
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
        goAway(Integer.MAX_VALUE, Http2Error.NO_ERROR, "draining");
        // What the client sent before it heard of it has come when this comes back.
        writer().ping(DRAIN_PING);
        output().flush();
        Deadlines.Deadline last = loop.deadlines().new Deadline(this::lastCall);
        last.set(loop.now() + DRAIN_NANOS);
        drainDeadline = last;
    }

    /// From now on no stream is begun any more.
    private void lastCall() {
        cancelDrain();
        if (reading == Reading.OPEN && lastServed == Integer.MAX_VALUE) {
            lastServed = lastStream;
            if (streams.isEmpty()) {
                end(Http2Error.NO_ERROR, "draining");
                return;
            }
            goAway(lastServed, Http2Error.NO_ERROR, "draining");
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
        if (streams.isEmpty() && reading == Reading.OPEN) {
            if (inputShutdown || lastServed != Integer.MAX_VALUE) {
                end(Http2Error.NO_ERROR, "");
            } else {
                rearm();
            }
        }
    }

    private void goAway(int last, Http2Error code, String why) {
        owner.counts().http2().goAwaySent(code.code());
        writer().goAway(last, code.code(), why);
    }

    /// Says the last words and closes behind them. What is under way is over.
    private void end(Http2Error code, String why) {
        if (reading == Reading.ENDING || closing) {
            return;
        }
        boolean heard =
                reading != Reading.PREFACE && !(inputShutdown && code == Http2Error.NO_ERROR);
        reading = Reading.ENDING;
        cancelDrain();
        dropPending();
        breakAll(Failure.of(Failure.Kind.CLIENT_CLOSED));
        if (heard) {
            goAway(lastStream, code, why);
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
            breakAll(Failure.of(Failure.Kind.DRAINED));
            end(Http2Error.NO_ERROR, "going down");
            close();
        }
    }

    @Override
    public void shed() {
        if (!closing) {
            breakAll(Failure.of(Failure.Kind.BUFFERS_EXHAUSTED));
            closing = true;
            reading = Reading.ENDING;
            Ending.cut(ctx().channel());
        }
    }

    private void close() {
        reading = Reading.ENDING;
        closing = true;
        Ending.close(ctx().channel());
    }

    /// Ends every exchange. Those that can still be answered are.
    private void breakAll(Failure failure) {
        for (Http2ServerStream stream : snapshot()) {
            stream.broke(failure);
            remove(stream, ClosedStreams.How.RESET_BY_US);
        }
    }

    private List<Http2ServerStream> snapshot() {
        return List.copyOf(streams.values());
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.counts().socketRead();
        try {
            readFrom(in);
        } finally {
            in.release();
        }
        settle();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        for (int i = 0; i < touched.size(); i++) {
            Http2ServerStream stream = touched.get(i);
            stream.touched(false);
            stream.readCompleted();
        }
        touched.clear();
        output().flush();
    }

    /// Completes the frame that is pending, then reads frames where they lie.
    private void readFrom(ByteBuf in) {
        ByteBuf part = pending;
        if (part != null) {
            while (in.isReadable() && missing(part) > 0) {
                int octets = Math.min(missing(part), in.readableBytes());
                loop.counts().copied(octets);
                part.writeBytes(in, octets);
            }
            if (missing(part) > 0) {
                timeBlock(part);
                return;
            }
            pending = null;
            try {
                step(part);
            } finally {
                part.release();
            }
        }
        while (in.isReadable() && step(in)) {
            // Each step takes one frame.
        }
        if (in.isReadable() && reading != Reading.ENDING) {
            loop.counts().copied(in.readableBytes());
            ByteBuf rest = ctx().alloc().buffer(Math.max(64, in.readableBytes() + missing(in)));
            pending = rest.writeBytes(in);
            timeBlock(rest);
        } else {
            timeBlock(null);
        }
    }

    /// How many octets a frame lacks, as far as can be seen.
    private static int missing(ByteBuf frame) {
        int octets = frame.readableBytes();
        if (octets < FrameWriter.HEADER) {
            return FrameWriter.HEADER - octets;
        }
        int length = frame.getUnsignedMedium(frame.readerIndex());
        return length > MAX_FRAME ? 0 : FrameWriter.HEADER + length - octets;
    }

    /// A header block has its time from its first octet on.
    private void timeBlock(@Nullable ByteBuf part) {
        boolean inBlock =
                blockStream != 0
                        || (part != null
                                && part.readableBytes() > 3
                                && part.getByte(part.readerIndex() + 3) == Http2FrameTypes.HEADERS);
        if (inBlock != blockTimed) {
            blockTimed = inBlock;
            rearm();
        }
    }

    /// Takes one thing off `in`.
    ///
    /// @return whether there may be more
    private boolean step(ByteBuf in) {
        if (reading == Reading.ENDING) {
            discard(in);
            return false;
        }
        if (reading == Reading.PREFACE) {
            return readPreface(in);
        }
        if (in.readableBytes() < FrameWriter.HEADER) {
            return false;
        }
        int length = in.getUnsignedMedium(in.readerIndex());
        if (length > MAX_FRAME) {
            end(Http2Error.FRAME_SIZE_ERROR, "frame of " + length + " octets");
            discard(in);
            return false;
        }
        if (in.readableBytes() < FrameWriter.HEADER + length) {
            return false;
        }
        readFrame(in.readSlice(FrameWriter.HEADER + length), length);
        return true;
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
                discard(in);
                return false;
            }
        }
        if (prefaceSeen == PREFACE.length) {
            reading = Reading.SETTINGS;
        }
        return in.isReadable();
    }

    private void readFrame(ByteBuf frame, int length) {
        int at = frame.readerIndex();
        int type = frame.getUnsignedByte(at + 3);
        int flags = frame.getUnsignedByte(at + 4);
        int id = frame.getInt(at + 5) & Integer.MAX_VALUE;
        if (!mayCome(type, flags, id, length)) {
            return;
        }
        try {
            reader.readFrame(ctx(), frame, frames);
        } catch (Http2Exception e) {
            // A head that was not decompressed, or a frame that was not read to its end, leaves
            // nothing to go on with.
            boolean whole = !frame.isReadable() && !isBlock(type);
            if (Http2Exception.isStreamError(e) && whole && id != 0) {
                resetUnknown(id, e.error());
            } else {
                end(e.error(), "");
            }
        }
    }

    private static boolean isBlock(int type) {
        return type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION;
    }

    /// What is wrong with a frame before anybody has looked into it.
    private boolean mayCome(int type, int flags, int id, int length) {
        if (reading == Reading.SETTINGS) {
            if (type != Http2FrameTypes.SETTINGS || (flags & Http2Flags.ACK) != 0) {
                end(Http2Error.PROTOCOL_ERROR, "a preface without SETTINGS");
                return false;
            }
        }
        if (blockStream != 0 && (type != Http2FrameTypes.CONTINUATION || id != blockStream)) {
            end(Http2Error.PROTOCOL_ERROR, "a frame within a header block");
            return false;
        }
        return switch (type) {
            case Http2FrameTypes.HEADERS, Http2FrameTypes.CONTINUATION ->
                    blockMayGrow(type, flags, id, length);
            case Http2FrameTypes.PUSH_PROMISE -> {
                end(Http2Error.PROTOCOL_ERROR, "a push from a client");
                yield false;
            }
            case Http2FrameTypes.PRIORITY -> {
                if (length != 5 && id != 0) {
                    resetUnknown(id, Http2Error.FRAME_SIZE_ERROR);
                    yield false;
                }
                yield within(FrameLimits.Kind.PRIORITY);
            }
            case Http2FrameTypes.DATA, Http2FrameTypes.GO_AWAY -> true;
            case Http2FrameTypes.RST_STREAM -> within(FrameLimits.Kind.RESET);
            case Http2FrameTypes.WINDOW_UPDATE -> within(FrameLimits.Kind.WINDOW_UPDATE);
            default -> within(FrameLimits.Kind.CONTROL);
        };
    }

    private boolean blockMayGrow(int type, int flags, int id, int length) {
        if (type == Http2FrameTypes.HEADERS) {
            blockOctets = 0;
            continuations = 0;
        } else {
            continuations++;
        }
        blockOctets += length;
        if (continuations > MAX_CONTINUATIONS || blockOctets > 2 * limits.headBytes() + MAX_FRAME) {
            end(Http2Error.ENHANCE_YOUR_CALM, "header block too large");
            return false;
        }
        blockStream = (flags & Http2Flags.END_HEADERS) == 0 ? id : 0;
        return true;
    }

    private boolean within(FrameLimits.Kind kind) {
        if (frameLimits.exceeded(kind, loop.now())) {
            end(Http2Error.ENHANCE_YOUR_CALM, "too many frames of a kind");
            return false;
        }
        return true;
    }

    /// An answer to a frame is about to be written. Who does not read gets only so many.
    private boolean mayReply() {
        if (output().heldBytes() == 0) {
            waitingReplies = 0;
        }
        if (++waitingReplies > MAX_WAITING_REPLIES) {
            end(Http2Error.ENHANCE_YOUR_CALM, "answers are not read");
            return false;
        }
        return true;
    }

    /// What Netty reads off frames.
    private final class Frames implements Http2FrameListener {
        @Override
        public int onDataRead(
                ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
            dataRead(id, data, padding, end);
            return 0;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end) {
            headRead(id, end);
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int id,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean end) {
            headRead(id, end);
        }

        @Override
        public void onPriorityRead(
                ChannelHandlerContext ctx,
                int id,
                int dependency,
                short weight,
                boolean exclusive) {
            // Priorities of this kind are deprecated (RFC 9113 §5.3.2).
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
            resetRead(id, code);
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext ctx) {
            // We keep to the old until then, and the new is wider.
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
                throws Http2Exception {
            settingsRead(settings);
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) {
            if (mayReply()) {
                writer().pingAck(data);
            }
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) {
            if (data == DRAIN_PING && draining) {
                lastCall();
            }
        }

        @Override
        public void onPushPromiseRead(
                ChannelHandlerContext ctx,
                int id,
                int promised,
                Http2Headers headers,
                int padding) {
            throw new IllegalStateException("refused before it is read");
        }

        @Override
        public void onGoAwayRead(
                ChannelHandlerContext ctx, int lastStream, long code, ByteBuf debug) {
            // The client begins no streams any more, or so it says; we never did.
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int octets) {
            windowUpdateRead(id, octets);
        }

        @Override
        public void onUnknownFrame(
                ChannelHandlerContext ctx, byte type, int id, Http2Flags flags, ByteBuf payload) {
            // To be ignored (RFC 9113 §5.5).
        }
    }

    // ---- frames of streams

    private void headRead(int id, boolean end) {
        HeaderBlock block = decoder.block();
        Http2ServerStream stream = streams.get(id);
        if (stream != null) {
            trailersRead(stream, block, end);
            loop.giveBack(block.head());
            return;
        }
        if (mayBegin(id)) {
            begin(id, block, end);
        } else {
            loop.giveBack(block.head());
        }
    }

    private boolean mayBegin(int id) {
        if ((id & 1) == 0) {
            end(Http2Error.PROTOCOL_ERROR, "a stream of an even number");
            return false;
        }
        if (id <= lastStream) {
            switch (closed.find(id)) {
                case RESET_BY_US -> {}
                case RESET_BY_CLIENT, ENDED ->
                        end(Http2Error.STREAM_CLOSED, "HEADERS on a closed stream");
                case FORGOTTEN -> end(Http2Error.PROTOCOL_ERROR, "a stream that was passed over");
            }
            return false;
        }
        lastStream = id;
        if (id > lastServed) {
            closed.add(id, ClosedStreams.How.RESET_BY_US);
            return false;
        }
        if (streams.size() >= MAX_STREAMS) {
            if (within(FrameLimits.Kind.REFUSED)) {
                reset(id, Http2Error.REFUSED_STREAM);
            }
            return false;
        }
        return true;
    }

    private void begin(int id, HeaderBlock block, boolean end) {
        deadline.cancel();
        settings = handler.settings();
        requests++;
        owner.counts().http2().streamBegan();
        RequestHead head = block.head();
        loop.counts().copied(head.fields().limit());
        Http2ServerStream stream = new Http2ServerStream(this, id, initialSendWindow);
        streams.put(id, stream);
        touch(stream);
        Failure wrong = block.endRequest(peer().secure());
        long length = wrong == null ? block.bodyLength(end) : NO_BODY;
        wrong = block.failure();
        stream.begin(length, end);
        if (wrong == null) {
            handler.request(stream, head, length);
        } else if (block.isMalformed()) {
            stream.refuseAsMalformed();
            handler.refused(stream, head, wrong);
        } else {
            handler.refused(stream, head, wrong);
        }
        if (isWornOut() || handler.draining()) {
            drain();
        }
    }

    private boolean isWornOut() {
        long age = settings.keepAliveAgeNanos();
        return requests >= settings.keepAliveRequests()
                || (age > 0 && loop.now() - acceptedNanos >= age);
    }

    private void touch(Http2ServerStream stream) {
        if (!stream.touched()) {
            stream.touched(true);
            touched.add(stream);
        }
    }

    private void trailersRead(Http2ServerStream stream, HeaderBlock block, boolean end) {
        if (stream.requestEnded()) {
            violated(stream, Http2Error.STREAM_CLOSED);
            return;
        }
        touch(stream);
        Failure wrong = block.endTrailers();
        if (!end) {
            stream.malformed("a second head without the end of the stream (RFC 9113 8.1)");
        } else if (wrong != null) {
            stream.malformed(Objects.requireNonNullElse(wrong.detail(), "trailers"));
        } else {
            stream.trailers(block.head().fields());
        }
    }

    private void dataRead(int id, ByteBuf data, int padding, boolean end) {
        int octets = data.readableBytes() + padding;
        if (octets > receiveWindow) {
            end(Http2Error.FLOW_CONTROL_ERROR, "more than the connection's window");
            return;
        }
        receiveWindow -= octets;
        credit += octets;
        if (credit >= CONNECTION_WINDOW / 2) {
            writer().windowUpdate(0, credit);
            receiveWindow += credit;
            credit = 0;
        }
        if (data.isReadable()) {
            frameLimits.data();
        } else if (!end && !within(FrameLimits.Kind.EMPTY_DATA)) {
            return;
        }
        Http2ServerStream stream = streams.get(id);
        if (stream == null) {
            lateFrame(id);
        } else if (stream.requestEnded()) {
            violated(stream, Http2Error.STREAM_CLOSED);
        } else {
            touch(stream);
            stream.data(data, padding, end);
        }
    }

    /// A DATA frame on a stream that is not open.
    private void lateFrame(int id) {
        if (isIdle(id)) {
            end(Http2Error.PROTOCOL_ERROR, "DATA on an idle stream");
            return;
        }
        switch (closed.find(id)) {
            case ENDED -> end(Http2Error.STREAM_CLOSED, "DATA on a closed stream");
            case RESET_BY_CLIENT -> resetUnknown(id, Http2Error.STREAM_CLOSED);
            // On its way when we reset the stream.
            case RESET_BY_US, FORGOTTEN -> {}
        }
    }

    private boolean isIdle(int id) {
        return (id & 1) == 0 || id > lastStream;
    }

    private void resetRead(int id, long code) {
        if (isIdle(id)) {
            end(Http2Error.PROTOCOL_ERROR, "RST_STREAM on an idle stream");
            return;
        }
        owner.counts().http2().resetReceived(code);
        Http2ServerStream stream = streams.get(id);
        if (stream != null) {
            stream.broke(Failure.of(Failure.Kind.CLIENT_CLOSED));
            remove(stream, ClosedStreams.How.RESET_BY_CLIENT);
        }
    }

    private void windowUpdateRead(int id, int octets) {
        if (id == 0) {
            sendWindow += octets;
            if (sendWindow > Integer.MAX_VALUE) {
                end(Http2Error.FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
                return;
            }
        } else {
            Http2ServerStream stream = streams.get(id);
            if (stream == null) {
                if (isIdle(id)) {
                    end(Http2Error.PROTOCOL_ERROR, "WINDOW_UPDATE on an idle stream");
                }
                return;
            }
            if (!stream.growWindow(octets)) {
                violated(stream, Http2Error.FLOW_CONTROL_ERROR);
                return;
            }
            queued(stream);
        }
        pump();
        tellWritable();
    }

    private void settingsRead(Http2Settings theirs) throws Http2Exception {
        if (reading == Reading.SETTINGS) {
            reading = Reading.OPEN;
            rearm();
        }
        Integer frame = theirs.maxFrameSize();
        if (frame != null) {
            writer().maxFrame(frame);
        }
        Long table = theirs.headerTableSize();
        if (table != null) {
            writer().tableSize(table);
        }
        Integer window = theirs.initialWindowSize();
        if (window != null) {
            long more = (long) window - initialSendWindow;
            initialSendWindow = window;
            for (Http2ServerStream stream : streams.values()) {
                if (!stream.growWindow(more)) {
                    end(Http2Error.FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
                    return;
                }
                queued(stream);
            }
        }
        if (mayReply()) {
            writer().settingsAck();
            pump();
            tellWritable();
        }
    }

    // ---- streams

    /// Resets a stream that is open. Its exchange knows.
    void resetFor(Http2ServerStream stream, Http2Error code) {
        remove(stream, ClosedStreams.How.RESET_BY_US);
        if (reading != Reading.ENDING) {
            boolean blamed =
                    code != Http2Error.INTERNAL_ERROR
                            && code != Http2Error.CANCEL
                            && code != Http2Error.NO_ERROR;
            // Whoever makes us reset its streams may not do so for ever, either.
            if (!blamed || within(FrameLimits.Kind.RESET)) {
                reset(stream.id(), code);
            }
        }
        endIfDone();
    }

    /// Resets a stream on which the client does what it must not; its exchange is over.
    void violated(Http2ServerStream stream, Http2Error code) {
        stream.broke(Failure.of(Failure.Kind.CLIENT_CLOSED));
        resetFor(stream, code);
    }

    /// Resets a stream that may be open.
    private void resetUnknown(int id, Http2Error code) {
        Http2ServerStream stream = streams.get(id);
        if (stream != null) {
            violated(stream, code);
        } else if (within(FrameLimits.Kind.RESET)) {
            reset(id, code);
        }
    }

    private void reset(int id, Http2Error code) {
        if (mayReply()) {
            closed.add(id, ClosedStreams.How.RESET_BY_US);
            owner.counts().http2().resetSent(code.code());
            writer().reset(id, code.code());
            output().flush();
        }
    }

    /// The answer is whole. When the request is not, the rest of it concerns nobody.
    void answered(Http2ServerStream stream) {
        if (stream.requestEnded()) {
            remove(stream, ClosedStreams.How.ENDED);
            endIfDone();
        } else {
            resetFor(stream, Http2Error.NO_ERROR);
        }
    }

    private void remove(Http2ServerStream stream, ClosedStreams.How how) {
        if (streams.remove(stream.id()) != null) {
            closed.add(stream.id(), how);
        }
        stream.forget();
    }

    // ---- writing

    /// Whether a stream with nothing waiting may write without waiting for its turn.
    boolean mayWriteAtOnce() {
        return !pumping && ready.isEmpty() && output().writable();
    }

    /// How much may go into the next frame; not positive when the connection's window is closed.
    int frameRoom() {
        return (int) Math.min(sendWindow, writer().maxFrame());
    }

    void writeData(int id, ByteBuf data) {
        sendWindow -= data.readableBytes();
        frameLimits.data();
        writer().data(id, data);
    }

    void writeHead(int id, OutgoingResponse response, boolean end) {
        writer().headers(id, outgoing.of(response), end);
    }

    void writeEnd(int id, @Nullable HeaderFields trailers) {
        if (trailers == null) {
            writer().end(id);
        } else {
            writer().headers(id, outgoing.of(trailers), /* end= */ true);
        }
    }

    void writeCredit(int id, int octets) {
        writer().windowUpdate(id, octets);
        output().flush();
    }

    boolean writable() {
        return output().writable();
    }

    void flush() {
        if (!closing) {
            output().flush();
        }
    }

    /// A stream stands in line if it has something to send that its window lets out.
    void queued(Http2ServerStream stream) {
        if (stream.sendable() && !stream.ready()) {
            stream.ready(true);
            ready.addLast(stream);
        }
    }

    /// Lets streams write, a frame each in turn, as long as windows and socket take it.
    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            while (!ready.isEmpty() && sendWindow > 0 && output().writable()) {
                Http2ServerStream stream = ready.removeFirst();
                stream.ready(false);
                if (stream.sendable()) {
                    stream.writeFrame();
                    queued(stream);
                }
            }
        } finally {
            pumping = false;
        }
        output().flush();
    }

    private void tellWritable() {
        if (!output().writable()) {
            return;
        }
        for (Http2ServerStream stream : snapshot()) {
            stream.tellIfWritable();
        }
    }

    // ---- what is held

    private void settle() {
        int held = pending == null ? 0 : pending.capacity();
        if (held != charged) {
            loop.ledger().charge(held - charged);
            charged = held;
        }
    }

    private void dropPending() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
        settle();
    }

    @Override
    public long heldBytes() {
        long held = (long) charged + output().heldBytes();
        for (Http2ServerStream stream : streams.values()) {
            held += stream.keptBytes() + stream.heldBytes();
        }
        return held;
    }

    @Override
    public long responseBytes() {
        long held = output().heldBytes();
        for (Http2ServerStream stream : streams.values()) {
            held += stream.heldBytes();
        }
        return held;
    }

    @Override
    public String client() {
        Peer known = peer;
        return known == null ? "" : known.local() ? known.text() : known.socket();
    }

    @Override
    public @Nullable String routeName() {
        Http2ServerStream oldest = null;
        for (Http2ServerStream stream : streams.values()) {
            if (oldest == null || stream.id() < oldest.id()) {
                oldest = stream;
            }
        }
        return oldest == null ? null : oldest.routeName();
    }

    @Override
    public long acceptedNanos() {
        return acceptedNanos;
    }

    Loop loop() {
        return loop;
    }

    Peer peer() {
        return Objects.requireNonNull(peer);
    }

    private ChannelHandlerContext ctx() {
        return Objects.requireNonNull(ctx);
    }

    private Output output() {
        return Objects.requireNonNull(output);
    }

    private FrameWriter writer() {
        return Objects.requireNonNull(writer);
    }
}
