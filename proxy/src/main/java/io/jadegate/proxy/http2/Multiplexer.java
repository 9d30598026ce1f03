package io.jadegate.proxy.http2;

import io.jadegate.proxy.observe.Http2Counts;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Output;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The streams of one HTTP/2 connection, and what both ends of it do alike, whoever began them:
/// frames are handed to the stream they belong to, windows kept, settings obeyed, control frames
/// answered, and streams reset. Header blocks, the beginning and the end are the [Side]'s.
///
/// **Windows.** The connection's own is given back as soon as octets have arrived, a stream's when
/// they have been consumed ([StreamInput]): who is slow stops its own stream. What goes out takes
/// turns ([SendLine]).
///
/// @param <S> what the streams are
final class Multiplexer<S extends Http2Stream> implements FrameInput.Receiver {
    /// What the peer may have on its way on all streams together. Nobody can be found to go beyond
    /// it, as all that has arrived is given back.
    private static final int CONNECTION_WINDOW = 1024 * 1024;

    private static final int MAX_WAITING_REPLIES = 1000;

    private final Loop loop;
    private final Side side;
    private final boolean peerBegins;
    private final Output output;
    private final FrameWriter writer;
    private final FrameLimits frameLimits;
    private final FrameInput input;
    private final SendLine line;
    private final ClosedStreams closed = new ClosedStreams();
    private final IntObjectHashMap<S> streams = new IntObjectHashMap<>(8);
    private final ArrayList<S> touched = new ArrayList<>(4);
    private int lastStream;
    private int credit;
    private int waitingReplies;
    private int repliedBehind;

    /// The part of a connection that is not the same at both ends.
    interface Side {
        /// The peer's settings have come, and are obeyed.
        void settingsRead(Http2Settings settings);

        /// A header block has come.
        void headRead(int id, boolean end);

        void goAwayRead(int lastStream, long code);

        /// An answer to a PING has come.
        void pongRead(long data);

        /// A stream has ended, perhaps the last.
        void streamEnded();

        /// Ends the connection, and every stream with it. Ends with [Multiplexer#stop()].
        void end(Http2Error code, String why);

        /// Whether the connection is ending, so that nothing is to be sent on its streams.
        boolean ending();

        /// What is counted of such connections by now.
        Http2Counts counts();
    }

    /// @param block where header blocks go
    /// @param peerBegins whether the streams are begun by the peer
    Multiplexer(
            Loop loop,
            Side side,
            boolean peerBegins,
            Output output,
            HeadLimits limits,
            HeaderBlock block) {
        this.loop = loop;
        this.side = side;
        this.peerBegins = peerBegins;
        this.output = output;
        this.writer = new FrameWriter(output);
        this.frameLimits = new FrameLimits(loop.now());
        this.input = new FrameInput(loop, limits, frameLimits, block, this);
        this.line = new SendLine(output, writer, frameLimits);
    }

    /// Sends what a connection begins with.
    ///
    /// @param settings identifiers and values in turn
    void begin(int... settings) {
        writer.settings(settings);
        writer.windowUpdate(0, CONNECTION_WINDOW - SendLine.INITIAL_WINDOW);
        output.flush();
    }

    // ---- reading

    /// Takes frames off `in`; leaves some only when it was stopped.
    void read(ChannelHandlerContext ctx, ByteBuf in) {
        input.read(ctx, in);
    }

    /// A read is over.
    void readCompleted() {
        for (int i = 0; i < touched.size(); i++) {
            S stream = touched.get(i);
            stream.input().touched(false);
            stream.readCompleted();
        }
        touched.clear();
        output.flush();
    }

    /// Something of the stream arrived: it is to be told when the read is over.
    void touch(S stream) {
        if (!stream.input().touched()) {
            stream.input().touched(true);
            touched.add(stream);
        }
    }

    /// Whether a header block is on its way.
    boolean inBlock() {
        return input.inBlock();
    }

    /// From now on nothing is read as a frame.
    void stop() {
        input.stop();
    }

    /// The channel is closed.
    void close() {
        input.close();
        writer.close();
    }

    /// Counts a frame; one too many of its kind ends the connection.
    ///
    /// @return whether it was not
    boolean within(FrameLimits.Kind kind) {
        return input.within(kind);
    }

    @Override
    public void faulty(Http2Error code, String why) {
        side.end(code, why);
    }

    @Override
    public void headRead(int id, boolean end) {
        side.headRead(id, end);
    }

    @Override
    public void goAwayRead(int lastStream, long code) {
        side.goAwayRead(lastStream, code);
    }

    @Override
    public void pongRead(long data) {
        side.pongRead(data);
    }

    @Override
    public void pingRead(long data) {
        if (mayReply()) {
            writer.pingAck(data);
        }
    }

    @Override
    public void dataRead(int id, ByteBuf data, int padding, boolean end) {
        int octets = data.readableBytes() + padding;
        credit += octets;
        if (credit >= CONNECTION_WINDOW / 2) {
            writer.windowUpdate(0, credit);
            credit = 0;
        }
        if (data.isReadable()) {
            frameLimits.data();
        } else if (!end && !within(FrameLimits.Kind.EMPTY_DATA)) {
            return;
        }
        S stream = streams.get(id);
        if (stream == null) {
            if (data.isReadable() || within(FrameLimits.Kind.LATE)) {
                lateData(id);
            }
        } else if (stream.input().ended()) {
            violated(stream, Http2Error.STREAM_CLOSED);
        } else {
            touch(stream);
            stream.data(data, padding, end);
        }
    }

    /// A DATA frame on a stream that is not open.
    private void lateData(int id) {
        if (isIdle(id)) {
            side.end(Http2Error.PROTOCOL_ERROR, "DATA on an idle stream");
            return;
        }
        switch (closed.find(id)) {
            case ENDED -> side.end(Http2Error.STREAM_CLOSED, "DATA on a closed stream");
            case RESET_BY_PEER -> streamFaulty(id, Http2Error.STREAM_CLOSED);
            // On its way when we reset the stream.
            case RESET_BY_US, FORGOTTEN -> {}
        }
    }

    private boolean isIdle(int id) {
        return (id & 1) == 0 || id > lastStream;
    }

    @Override
    public void resetRead(int id, long code) {
        S stream = streams.get(id);
        if (isIdle(id)) {
            side.end(Http2Error.PROTOCOL_ERROR, "RST_STREAM on an idle stream");
            return;
        }
        if (!mayReset(stream)) {
            return;
        }
        side.counts().resetReceived(code);
        if (stream != null) {
            stream.peerReset(code);
            remove(stream, ClosedStreams.How.RESET_BY_PEER);
            side.streamEnded();
        }
    }

    /// Who begins streams can make work of giving them up, but not when the answer is whole; who is
    /// asked to take them, only of doing so more than once.
    private boolean mayReset(@Nullable S stream) {
        if (peerBegins) {
            boolean answered = stream != null && stream.output().endWritten();
            return answered || within(FrameLimits.Kind.RESET);
        }
        return stream != null || within(FrameLimits.Kind.LATE);
    }

    @Override
    public void windowUpdateRead(int id, int octets) {
        if (id == 0) {
            if (!line.growWindow(octets)) {
                side.end(Http2Error.FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
                return;
            }
        } else {
            S stream = streams.get(id);
            if (stream == null) {
                if (isIdle(id)) {
                    side.end(Http2Error.PROTOCOL_ERROR, "WINDOW_UPDATE on an idle stream");
                }
                return;
            }
            if (!stream.output().growWindow(octets)) {
                violated(stream, Http2Error.FLOW_CONTROL_ERROR);
                return;
            }
            line.join(stream.output());
        }
        line.pump();
        line.tellWritable();
    }

    @Override
    public void settingsRead(Http2Settings theirs) {
        Integer frame = theirs.maxFrameSize();
        if (frame != null) {
            writer.maxFrame(frame);
        }
        Long table = theirs.headerTableSize();
        if (table != null) {
            writer.tableSize(table);
        }
        Integer window = theirs.initialWindowSize();
        if (window != null && !initialWindow(window)) {
            return;
        }
        if (mayReply()) {
            writer.settingsAck();
            side.settingsRead(theirs);
            line.pump();
            line.tellWritable();
        }
    }

    private boolean initialWindow(int window) {
        long more = (long) window - line.initialWindow();
        line.initialWindow(window);
        for (S stream : streams.values()) {
            if (!stream.output().growWindow(more)) {
                side.end(Http2Error.FLOW_CONTROL_ERROR, "a window beyond 2^31-1");
                return false;
            }
            line.join(stream.output());
        }
        return true;
    }

    /// Something is about to be answered that no window holds back. Who does not read gets only so
    /// many answers; one too many ends the connection.
    boolean mayReply() {
        // Something may be about to be sent at any time: what counts is that the last was taken.
        if (output.heldBytes() == 0 && output.sends() != repliedBehind) {
            repliedBehind = output.sends();
            waitingReplies = 0;
        }
        if (++waitingReplies > MAX_WAITING_REPLIES) {
            // They may only wait for the end of the turn.
            output.flushNow();
            if (output.heldBytes() > 0) {
                side.end(Http2Error.ENHANCE_YOUR_CALM, "answers are not read");
                return false;
            }
            waitingReplies = 1;
            return !side.ending();
        }
        return true;
    }

    // ---- streams

    @Nullable S find(int id) {
        return streams.get(id);
    }

    Collection<S> all() {
        return streams.values();
    }

    /// The streams as they are now, for a walk in which some may end.
    List<S> snapshot() {
        return List.copyOf(streams.values());
    }

    int size() {
        return streams.size();
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    /// The highest number of a stream that was begun.
    int lastStream() {
        return lastStream;
    }

    /// A stream of that number has been begun, if perhaps only to be refused.
    void lastStream(int id) {
        lastStream = id;
    }

    void add(S stream) {
        streams.put(stream.id(), stream);
        if (!peerBegins) {
            frameLimits.streamBegan();
        }
    }

    /// How a stream that is not open has ended.
    ClosedStreams.How ending(int id) {
        return closed.find(id);
    }

    /// A stream is passed over without a word.
    void ignore(int id) {
        closed.add(id, ClosedStreams.How.RESET_BY_US);
    }

    /// Takes a stream out that has ended.
    void remove(S stream, ClosedStreams.How how) {
        if (streams.remove(stream.id()) != null) {
            closed.add(stream.id(), how);
        }
        stream.forget();
    }

    /// Resets a stream that is open. Its exchange knows.
    void reset(S stream, Http2Error code) {
        remove(stream, ClosedStreams.How.RESET_BY_US);
        if (!side.ending()) {
            boolean blamed =
                    code != Http2Error.INTERNAL_ERROR
                            && code != Http2Error.CANCEL
                            && code != Http2Error.NO_ERROR;
            // Whoever makes us reset its streams may not do so for ever, either.
            if (!blamed || within(FrameLimits.Kind.RESET)) {
                writeReset(stream.id(), code);
            }
        }
        side.streamEnded();
    }

    /// Resets a stream on which the peer does what it must not; its exchange is over.
    void violated(S stream, Http2Error code) {
        stream.violated();
        reset(stream, code);
    }

    @Override
    public void streamFaulty(int id, Http2Error code) {
        S stream = streams.get(id);
        if (stream != null) {
            violated(stream, code);
        } else if (within(FrameLimits.Kind.RESET)) {
            writeReset(id, code);
        }
    }

    /// Resets a stream that is not open.
    void writeReset(int id, Http2Error code) {
        if (mayReply()) {
            closed.add(id, ClosedStreams.How.RESET_BY_US);
            side.counts().resetSent(code.code());
            writer.reset(id, code.code());
            output.flush();
        }
    }

    /// Ends every stream. Those whose exchange can still be answered are.
    void breakAll(Failure failure) {
        for (S stream : snapshot()) {
            stream.broke(failure);
            remove(stream, ClosedStreams.How.RESET_BY_US);
        }
    }

    // ---- writing

    SendLine line() {
        return line;
    }

    FrameWriter writer() {
        return writer;
    }

    void writeCredit(int id, int octets) {
        writer.windowUpdate(id, octets);
        output.flush();
    }

    void goAway(int last, Http2Error code, String why) {
        side.counts().goAwaySent(code.code());
        writer.goAway(last, code.code(), why);
    }

    /// Whether the node's budget is tight.
    boolean tight() {
        return loop.ledger().tight();
    }

    /// The socket has taken all.
    void outputDrained() {
        waitingReplies = 0;
        line.pump();
        line.tellWritable();
        output.flush();
    }

    // ---- what is held

    /// The memory of a frame that is not there whole.
    int pendingBytes() {
        return input.heldBytes();
    }

    /// The memory of what waits for the peer to read.
    long outputBytes() {
        long held = output.heldBytes();
        for (S stream : streams.values()) {
            held += stream.output().heldBytes();
        }
        return held;
    }
}
