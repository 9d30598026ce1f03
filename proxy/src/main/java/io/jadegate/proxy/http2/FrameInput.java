package io.jadegate.proxy.http2;

import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import org.jspecify.annotations.Nullable;

/// Reads frames (RFC 9113 §4) off what arrives, where they lie; only one that is cut is put
/// together elsewhere. What makes a frame one that must not come, whatever is in it, is judged
/// here: its size, its place in a header block, and how many of its kind there have been
/// ([FrameLimits]).
final class FrameInput {
    private static final int MAX_FRAME = 16 * 1024;
    private static final int MAX_CONTINUATIONS = 16;

    private final Loop loop;
    private final HeadLimits limits;
    private final FrameLimits frameLimits;
    private final Receiver receiver;
    private final DefaultHttp2FrameReader reader;
    private final Frames frames = new Frames();
    private @Nullable ByteBuf pending;
    private int charged;
    private int blockStream;
    private int blockOctets;
    private int continuations;
    private boolean settingsSeen;
    private boolean stopped;

    /// Told what arrives.
    interface Receiver {
        /// Content, and padding, of a DATA frame; the buffer is borrowed.
        void dataRead(int id, ByteBuf data, int padding, boolean end);

        /// A header block has been decompressed; it is where the decoder put it.
        void headRead(int id, boolean end);

        void resetRead(int id, long code);

        void settingsRead(Http2Settings settings);

        void pingRead(long data);

        void pongRead(long data);

        void goAwayRead(int lastStream, long code);

        void windowUpdateRead(int id, int octets);

        /// A stream, which may be open or not, cannot go on.
        void streamFaulty(int id, Http2Error code);

        /// The connection cannot go on. Ends with [#stop()].
        void faulty(Http2Error code, String why);
    }

    FrameInput(
            Loop loop,
            HeadLimits limits,
            FrameLimits frameLimits,
            HeaderBlock block,
            Receiver receiver) {
        this.loop = loop;
        this.limits = limits;
        this.frameLimits = frameLimits;
        this.receiver = receiver;
        this.reader = new DefaultHttp2FrameReader(new HeaderBlockDecoder(block));
    }

    /// Takes frames off `in`, and leaves nothing of it unless it was stopped.
    void read(ChannelHandlerContext ctx, ByteBuf in) {
        completePending(ctx, in);
        while (!stopped && in.isReadable() && readFrame(ctx, in)) {
            // Each step takes one frame.
        }
        if (!stopped && in.isReadable()) {
            loop.counts().copied(in.readableBytes());
            ByteBuf rest = ctx.alloc().buffer(Math.max(64, in.readableBytes() + missing(in)));
            pending = rest.writeBytes(in);
        }
        settle();
    }

    private void completePending(ChannelHandlerContext ctx, ByteBuf in) {
        ByteBuf part = pending;
        if (part == null) {
            return;
        }
        while (in.isReadable() && missing(part) > 0) {
            int octets = Math.min(missing(part), in.readableBytes());
            loop.counts().copied(octets);
            part.writeBytes(in, octets);
        }
        if (missing(part) > 0) {
            return;
        }
        pending = null;
        try {
            readFrame(ctx, part);
        } finally {
            part.release();
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

    /// Takes one frame off `in`.
    ///
    /// @return whether it was there whole
    private boolean readFrame(ChannelHandlerContext ctx, ByteBuf in) {
        if (in.readableBytes() < FrameWriter.HEADER) {
            return false;
        }
        int at = in.readerIndex();
        int length = in.getUnsignedMedium(at);
        int type = in.getUnsignedByte(at + 3);
        int flags = in.getUnsignedByte(at + 4);
        if (!beginsWell(type, flags)) {
            receiver.faulty(Http2Error.PROTOCOL_ERROR, "a preface without SETTINGS");
            return false;
        }
        if (length > MAX_FRAME) {
            receiver.faulty(Http2Error.FRAME_SIZE_ERROR, "frame of " + length + " octets");
            return false;
        }
        if (in.readableBytes() < FrameWriter.HEADER + length) {
            return false;
        }
        int id = in.getInt(at + 5) & Integer.MAX_VALUE;
        ByteBuf frame = in.readSlice(FrameWriter.HEADER + length);
        if (mayCome(type, flags, id, length)) {
            decode(ctx, frame, type, id);
        }
        return true;
    }

    private boolean beginsWell(int type, int flags) {
        if (!settingsSeen) {
            settingsSeen = type == Http2FrameTypes.SETTINGS && (flags & Http2Flags.ACK) == 0;
        }
        return settingsSeen;
    }

    private void decode(ChannelHandlerContext ctx, ByteBuf frame, int type, int id) {
        try {
            reader.readFrame(ctx, frame, frames);
        } catch (Http2Exception e) {
            // A head that was not decompressed, or a frame that was not read to its end, leaves
            // nothing to go on with.
            boolean whole = !frame.isReadable() && !isBlock(type);
            if (Http2Exception.isStreamError(e) && whole && id != 0) {
                receiver.streamFaulty(id, e.error());
            } else {
                receiver.faulty(e.error(), "");
            }
        }
    }

    private static boolean isBlock(int type) {
        return type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION;
    }

    /// What is wrong with a frame before anybody has looked into it.
    private boolean mayCome(int type, int flags, int id, int length) {
        if (blockStream != 0 && (type != Http2FrameTypes.CONTINUATION || id != blockStream)) {
            receiver.faulty(Http2Error.PROTOCOL_ERROR, "a frame within a header block");
            return false;
        }
        return switch (type) {
            case Http2FrameTypes.HEADERS, Http2FrameTypes.CONTINUATION ->
                    blockMayGrow(type, flags, id, length);
            case Http2FrameTypes.PUSH_PROMISE -> {
                // Clients never push, and no endpoint is let.
                receiver.faulty(Http2Error.PROTOCOL_ERROR, "a push");
                yield false;
            }
            case Http2FrameTypes.PRIORITY -> {
                if (length != 5 && id != 0) {
                    receiver.streamFaulty(id, Http2Error.FRAME_SIZE_ERROR);
                    yield false;
                }
                yield within(FrameLimits.Kind.PRIORITY);
            }
            case Http2FrameTypes.DATA, Http2FrameTypes.RST_STREAM -> true;
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
            receiver.faulty(Http2Error.ENHANCE_YOUR_CALM, "header block too large");
            return false;
        }
        blockStream = (flags & Http2Flags.END_HEADERS) == 0 ? id : 0;
        return true;
    }

    /// Counts a frame; one too many of its kind ends the connection.
    ///
    /// @return whether it was not
    boolean within(FrameLimits.Kind kind) {
        if (frameLimits.exceeded(kind, loop.now())) {
            receiver.faulty(Http2Error.ENHANCE_YOUR_CALM, "too many frames of a kind");
            return false;
        }
        return true;
    }

    /// Whether a header block is on its way.
    boolean inBlock() {
        ByteBuf part = pending;
        return blockStream != 0
                || (part != null
                        && part.readableBytes() > 3
                        && part.getByte(part.readerIndex() + 3) == Http2FrameTypes.HEADERS);
    }

    /// From now on nothing is read as a frame.
    void stop() {
        stopped = true;
        if (pending != null) {
            pending.release();
            pending = null;
        }
        settle();
    }

    /// Gives up what the decoder holds. The channel is closed.
    void close() {
        reader.close();
        blockStream = 0;
        stop();
    }

    /// The memory of a frame or header block that is not there whole.
    int heldBytes() {
        return charged;
    }

    private void settle() {
        int held = pending == null ? 0 : pending.capacity();
        if (blockStream != 0) {
            // The reader gathers the block until it can be decompressed.
            held += blockOctets;
        }
        if (held != charged) {
            loop.ledger().charge(held - charged);
            charged = held;
        }
    }

    /// What Netty reads off frames.
    private final class Frames implements Http2FrameListener {
        @Override
        public int onDataRead(
                ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
            receiver.dataRead(id, data, padding, end);
            return 0;
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int id, Http2Headers headers, int padding, boolean end) {
            receiver.headRead(id, end);
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
            receiver.headRead(id, end);
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
            receiver.resetRead(id, code);
        }

        @Override
        public void onSettingsAckRead(ChannelHandlerContext ctx) {
            // We keep to the old until then, and the new is wider.
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
            receiver.settingsRead(settings);
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) {
            receiver.pingRead(data);
        }

        @Override
        public void onPingAckRead(ChannelHandlerContext ctx, long data) {
            receiver.pongRead(data);
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
            receiver.goAwayRead(lastStream, code);
        }

        @Override
        public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int octets) {
            receiver.windowUpdateRead(id, octets);
        }

        @Override
        public void onUnknownFrame(
                ChannelHandlerContext ctx, byte type, int id, Http2Flags flags, ByteBuf payload) {
            // To be ignored (RFC 9113 §5.5).
        }
    }
}
