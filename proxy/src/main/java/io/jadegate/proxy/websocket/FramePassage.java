package io.jadegate.proxy.websocket;

import io.jadegate.proxy.l4.Passage;
import io.jadegate.proxy.l4.Pump;
import io.jadegate.proxy.observe.TunnelCounts;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Failure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One direction of a WebSocket. Passes octets on as they come, and knows where frames begin, so
/// that a frame of the gateway's own stands between two of them and never inside one.
///
/// With rules, a frame's head is held back until it is whole and judged, and what is no frame ends
/// the WebSocket. Without, nothing is held back, and from what is no frame on octets just pass.
///
/// Behind a close frame of the gateway's own nothing more goes on; what still comes is dropped.
final class FramePassage implements Passage {
    private final WebSocket webSocket;
    private final ByteStream source;
    private final ByteStream sink;
    private final Pump pump;
    private final FrameReader frames;
    private final @Nullable MessageRules rules;
    private final @Nullable RandomGenerator masks;
    private final TunnelCounts counts;
    private final long nonce;
    private final boolean fromClient;
    private @Nullable ByteBuf closeFrame;
    private int start;
    private int held;
    private boolean inFrame;
    private boolean pingWanted;
    private boolean pinged;
    private boolean closeSent;
    private boolean sourceEnded;
    private boolean sinkEnded;
    private boolean heard;

    /// @param rules null where frames are only followed
    /// @param masks where masks of frames to an endpoint come from; null to a client
    /// @param nonce what pings of the gateway's own carry
    FramePassage(
            WebSocket webSocket,
            ByteStream source,
            ByteStream sink,
            FrameReader frames,
            @Nullable MessageRules rules,
            @Nullable RandomGenerator masks,
            TunnelCounts counts,
            long nonce) {
        this.webSocket = webSocket;
        this.source = source;
        this.sink = sink;
        this.pump = new Pump(source, sink);
        this.frames = frames;
        this.rules = rules;
        this.masks = masks;
        this.counts = counts;
        this.nonce = nonce;
        this.fromClient = masks != null;
    }

    // ---- what the source says

    @Override
    public void data(ByteBuf in) {
        heard = true;
        int first = in.readerIndex();
        start = first;
        boolean passedOn = false;
        try {
            while (in.isReadable()) {
                step(in);
            }
            if (start == first && !closeSent) {
                passedOn = true;
                pump.data(in.readerIndex(first));
            } else {
                pass(in);
            }
        } finally {
            if (!passedOn) {
                in.release();
            }
        }
    }

    private void step(ByteBuf in) {
        if (frames.isInPayload()) {
            in.skipBytes(frames.readPayload(in.readableBytes()));
            if (!frames.isInPayload()) {
                frameEnded(in);
            }
        } else if (frames.isClosed() || frames.broken() != null) {
            in.skipBytes(in.readableBytes());
        } else if (rules == null) {
            follow(in);
        } else {
            judge(in, rules);
        }
    }

    private void follow(ByteBuf in) {
        inFrame = true;
        if (frames.readHead(in) && frames.broken() == null) {
            frameBegan(in);
        }
    }

    private void judge(ByteBuf in, MessageRules rules) {
        int at = in.readerIndex();
        boolean told = frames.readHead(in);
        int octets = in.readerIndex() - at;
        if (!told) {
            passTo(in, at);
            start = in.readerIndex();
            held += octets;
            return;
        }
        Breach breach = closeSent ? null : breach(rules);
        if (breach == null && frames.broken() == null && !frames.isPong(nonce)) {
            passHeld();
            frameBegan(in);
            return;
        }
        passTo(in, at);
        start = in.readerIndex();
        source.consumed(held + octets);
        held = 0;
        if (breach != null) {
            webSocket.breached(breach);
        }
        if (frames.broken() != null) {
            webSocket.settle();
        }
    }

    private @Nullable Breach breach(MessageRules rules) {
        String broken = frames.broken();
        return broken == null
                ? rules.judge(frames)
                : Breach.of(
                        CloseCode.PROTOCOL_ERROR,
                        Failure.Kind.WEBSOCKET_MALFORMED,
                        (fromClient ? "from the client: " : "from the endpoint: ") + broken);
    }

    private void frameBegan(ByteBuf in) {
        int opcode = frames.opcode();
        if (!closeSent && (opcode == Opcode.TEXT || opcode == Opcode.BINARY)) {
            counts.message(fromClient);
        }
        inFrame = frames.isInPayload();
        if (!inFrame) {
            frameEnded(in);
        }
    }

    private void frameEnded(ByteBuf in) {
        inFrame = false;
        if (frames.isClosed()) {
            // That says it, too.
            closeFrame = null;
        }
        if (closeFrame != null || pingWanted) {
            pass(in);
            sendOurs();
            webSocket.settle();
        }
        if (frames.isClosed()) {
            pass(in);
            webSocket.settle();
        }
    }

    private void pass(ByteBuf in) {
        passTo(in, in.readerIndex());
    }

    /// Passes on what is not yet, up to an index.
    private void passTo(ByteBuf in, int end) {
        int octets = end - start;
        if (octets > 0 && closeSent) {
            source.consumed(octets);
        } else if (octets > 0) {
            pump.data(in.retainedSlice(start, octets));
        }
        start = end;
    }

    private void passHeld() {
        int octets = held;
        held = 0;
        if (octets > 0 && closeSent) {
            source.consumed(octets);
        } else if (octets > 0) {
            ByteBuf head = Unpooled.buffer(octets);
            for (int i = 0; i < octets; i++) {
                head.writeByte(frames.headOctet(i));
            }
            pump.data(head);
        }
    }

    @Override
    public void end() {
        passHeld();
        sourceEnded = true;
        endSink();
        webSocket.settle();
    }

    // ---- what the gateway says by itself

    /// Sends a close frame as soon as it stands between frames, unless the sink has had its last
    /// word.
    ///
    /// @return whether it is sent or will be
    boolean close(CloseCode code, String reason) {
        if (isSinkTold() || closeFrame != null) {
            return false;
        }
        closeFrame = FrameWriter.close(code, reason, masks);
        if (!inFrame) {
            sendOurs();
        }
        return true;
    }

    /// Asks the sink for a sign of life as soon as that is possible.
    void ping() {
        if (!isSinkTold() && closeFrame == null) {
            pingWanted = true;
            if (!inFrame) {
                sendOurs();
            }
        }
    }

    private void sendOurs() {
        if (closeFrame != null) {
            ByteBuf frame = closeFrame;
            closeFrame = null;
            closeSent = true;
            sink.send(frame);
        } else if (pingWanted && !frames.isClosed()) {
            pinged = true;
            sink.send(FrameWriter.ping(nonce, masks));
        }
        pingWanted = false;
        sink.flush();
    }

    /// Ends what goes to the sink.
    void endSink() {
        if (!sinkEnded) {
            sinkEnded = true;
            sink.sendEnd();
            sink.flush();
        }
    }

    // ---- where it stands

    /// Whether the sink has got a close frame, or its end.
    boolean isSinkTold() {
        return closeSent || sinkEnded || (frames.isClosed() && !inFrame);
    }

    /// Whether nothing more that matters comes from the source.
    boolean isSourceSilent() {
        return sourceEnded || frames.isClosed() || frames.broken() != null;
    }

    /// Whether what came is no frames, and passes all the same.
    boolean isOpaque() {
        return rules == null && frames.broken() != null;
    }

    /// Whether anything has come from the source since this was last asked.
    boolean takeHeard() {
        boolean before = heard;
        heard = false;
        return before;
    }

    /// Whether the sink has been sent a ping since this was last asked.
    boolean takePinged() {
        boolean before = pinged;
        pinged = false;
        return before;
    }

    // ---- demand

    @Override
    public void writable() {
        pump.writable();
    }

    @Override
    public boolean stalled() {
        return pump.stalled();
    }

    @Override
    public long octets() {
        return pump.octets();
    }
}
