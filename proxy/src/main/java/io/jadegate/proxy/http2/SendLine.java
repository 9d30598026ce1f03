package io.jadegate.proxy.http2;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.Output;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The line in which the streams of a connection wait to send. What goes out is written at once
/// while nobody waits; else streams take turns, a frame each, as far as the peer's window for the
/// connection and the socket let them.
final class SendLine {
    /// A window before the peer has said anything of it (RFC 9113 §6.9.2).
    static final int INITIAL_WINDOW = 65_535;

    private final Output output;
    private final FrameWriter writer;
    private final FrameLimits limits;
    private final OutgoingFields outgoing = new OutgoingFields();
    private final ArrayDeque<StreamOutput> line = new ArrayDeque<>(4);
    private final ArrayDeque<StreamOutput> owed = new ArrayDeque<>(4);
    private long window = INITIAL_WINDOW;
    private int initialWindow = INITIAL_WINDOW;
    private boolean pumping;

    SendLine(Output output, FrameWriter writer, FrameLimits limits) {
        this.output = output;
        this.writer = writer;
        this.limits = limits;
    }

    /// What the peer takes at first on a new stream.
    int initialWindow() {
        return initialWindow;
    }

    void initialWindow(int octets) {
        initialWindow = octets;
    }

    /// Whether a stream with nothing waiting may write without waiting for its turn.
    boolean mayWriteAtOnce() {
        return !pumping && line.isEmpty() && output.writable();
    }

    /// How much may go into the next frame; not positive when the connection's window is closed.
    int frameRoom() {
        return (int) Math.min(window, writer.maxFrame());
    }

    boolean writable() {
        return output.writable();
    }

    /// The peer's window for the connection grew.
    ///
    /// @return whether it is a window still (RFC 9113 §6.9.1)
    boolean growWindow(int octets) {
        window += octets;
        return window <= Integer.MAX_VALUE;
    }

    /// A stream stands in line if it has something to send that its window lets out.
    void join(StreamOutput stream) {
        if (stream.sendable() && !stream.inLine()) {
            stream.inLine(true);
            line.addLast(stream);
        }
    }

    /// A stream that is over stands in line no more.
    void leave(StreamOutput stream) {
        if (stream.inLine()) {
            stream.inLine(false);
            line.remove(stream);
        }
    }

    /// Only the socket keeps the stream from sending more, and it wants to hear when it does not.
    void owe(StreamOutput stream) {
        if (!stream.owed()) {
            stream.owed(true);
            owed.addLast(stream);
        }
    }

    /// A stream that is over is owed nothing.
    void forget(StreamOutput stream) {
        if (stream.owed()) {
            stream.owed(false);
            owed.remove(stream);
        }
    }

    /// Tells each stream that wants to hear of it that there is room again. What it sends then may
    /// fill the socket: the rest goes on waiting. To ask whether there is room may make room, so
    /// that they are told meanwhile.
    void tellWritable() {
        for (int left = owed.size(); left > 0 && output.writable() && !owed.isEmpty(); left--) {
            StreamOutput stream = owed.removeFirst();
            stream.owed(false);
            stream.tell();
        }
    }

    /// Lets streams write as long as windows and socket take it.
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            for (StreamOutput next = next(); next != null; next = next()) {
                next.inLine(false);
                if (next.sendable()) {
                    next.writeFrame();
                    join(next);
                }
            }
        } finally {
            pumping = false;
        }
        output.flush();
    }

    /// The stream whose turn it is; null when none may write. To ask whether there is room may end
    /// streams, the last in line too.
    private @Nullable StreamOutput next() {
        return !line.isEmpty() && window > 0 && output.writable() ? line.pollFirst() : null;
    }

    /// Writes octets of a body, no more than [#frameRoom]; takes ownership.
    void writeData(int id, ByteBuf data) {
        window -= data.readableBytes();
        limits.data();
        writer.data(id, data);
    }

    /// Writes the end of a stream, with trailer fields; null for none.
    void writeEnd(int id, @Nullable HeaderFields trailers) {
        if (trailers == null) {
            writer.end(id);
        } else {
            writer.headers(id, outgoing.of(trailers), /* end= */ true);
        }
    }
}
