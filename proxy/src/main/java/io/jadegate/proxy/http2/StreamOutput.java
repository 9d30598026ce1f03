package io.jadegate.proxy.http2;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.Ledger;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// What one stream sends behind its head. What the peer's window does not let out waits in a queue,
/// and the stream wants nothing more until that is empty.
final class StreamOutput {
    private final Http2Stream stream;
    private final SendLine line;
    private final SendQueue queue;
    private long window;
    private boolean ended;
    private boolean endWritten;
    private @Nullable HeaderFields trailers;
    private boolean inLine;
    private boolean unwritable;
    private boolean owed;
    private boolean gone;
    private long sent;

    StreamOutput(Http2Stream stream, SendLine line, Ledger ledger) {
        this.stream = stream;
        this.line = line;
        this.window = line.initialWindow();
        this.queue = new SendQueue(ledger);
    }

    /// The head has been written, and with it, perhaps, all.
    void headWritten(boolean end) {
        endWritten = end;
    }

    /// Sends octets of the body; takes ownership.
    void send(ByteBuf data) {
        int octets = data.readableBytes();
        if (gone || ended || endWritten || octets == 0) {
            data.release();
            return;
        }
        sent += octets;
        if (queue.isEmpty() && line.mayWriteAtOnce()) {
            while (window > 0 && line.frameRoom() > 0 && data.isReadable()) {
                int most = (int) Math.min(window, line.frameRoom());
                if (data.readableBytes() <= most) {
                    write(data);
                    return;
                }
                write(data.readRetainedSlice(most));
            }
        }
        queue.add(data);
        line.join(this);
    }

    /// Sends the end, with trailer fields, borrowed for the call; null for none.
    void sendEnd(@Nullable HeaderFields trailers) {
        if (gone || ended) {
            return;
        }
        ended = true;
        if (trailers != null && trailers.size() > 0 && !endWritten) {
            HeaderFields copy = new HeaderFields(trailers.limit(), trailers.size() + 1);
            copy.copyFrom(trailers);
            this.trailers = copy;
        }
        if (queue.isEmpty()) {
            writeEnd();
        }
    }

    private void writeEnd() {
        if (!endWritten) {
            endWritten = true;
            line.writeEnd(stream.id(), trailers);
        }
        stream.allWritten();
    }

    /// Whether nothing of the stream is still to be written.
    boolean endWritten() {
        return endWritten;
    }

    /// Whether octets wait for the peer's window.
    boolean waiting() {
        return !queue.isEmpty();
    }

    /// The peer's window grew, or shrank when its settings say so.
    ///
    /// @return whether it is a window still (RFC 9113 §6.9.1)
    boolean growWindow(long octets) {
        window += octets;
        return window <= Integer.MAX_VALUE;
    }

    /// Whether something waits that the peer's window lets out.
    boolean sendable() {
        return !gone && !queue.isEmpty() && window > 0;
    }

    /// Whether it stands in the line; to be set by the line.
    boolean inLine() {
        return inLine;
    }

    void inLine(boolean inLine) {
        this.inLine = inLine;
    }

    /// Writes one frame of what waits.
    void writeFrame() {
        int most = (int) Math.min(window, line.frameRoom());
        write(queue.take(most));
        stream.wrote();
        if (queue.isEmpty()) {
            if (ended) {
                writeEnd();
            } else if (unwritable) {
                line.owe(this);
            }
        }
    }

    private void write(ByteBuf data) {
        window -= data.readableBytes();
        line.writeData(stream.id(), data);
    }

    /// Whether the stream wants more. Who is told that it does not is owed a word when it does.
    boolean writable() {
        if (gone || (queue.isEmpty() && line.writable())) {
            return true;
        }
        unwritable = true;
        if (queue.isEmpty()) {
            line.owe(this);
        }
        return false;
    }

    /// Whether a word is owed as soon as the socket takes more; to be set by the line.
    boolean owed() {
        return owed;
    }

    void owed(boolean owed) {
        this.owed = owed;
    }

    /// Tells whoever sends that there is room again. While octets of the stream wait there is none,
    /// and the word stays owed.
    void tell() {
        if (unwritable && !gone && queue.isEmpty()) {
            unwritable = false;
            stream.becameWritable();
        }
    }

    /// The memory of what waits.
    int heldBytes() {
        return queue.heldBytes();
    }

    /// Octets of the body sent so far, those that wait included.
    long sent() {
        return sent;
    }

    /// The stream is over; what waits is dropped.
    void drop() {
        gone = true;
        line.leave(this);
        line.forget(this);
        queue.release();
    }
}
