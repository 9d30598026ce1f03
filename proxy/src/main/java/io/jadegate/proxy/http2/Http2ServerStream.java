package io.jadegate.proxy.http2;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.jadegate.proxy.stream.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request with its response on an HTTP/2 connection.
///
/// The client's credit for this stream goes back as its octets are consumed, so that a stream whose
/// endpoint does not read stops, and no other. What the client's window does not let out waits in a
/// queue, and the stream wants nothing more until that is empty.
final class Http2ServerStream implements HttpStream.Server {
    /// What a client may send before any of it is consumed.
    static final int WINDOW = ByteStream.WINDOW;

    private final Http2ServerConnection connection;
    private final int id;
    private final SendQueue queue;
    private @Nullable RequestReceiver receiver;
    private boolean requestEnded;
    private boolean malformed;
    private long bodyLeft = UNKNOWN_LENGTH;
    private int receiveWindow = WINDOW;
    private int credit;
    private int unconsumed;
    private long sendWindow;
    private boolean ended;
    private boolean endWritten;
    private @Nullable HeaderFields trailers;
    private boolean responseStarted;
    private boolean wasUnwritable;
    private boolean ready;
    private boolean touched;
    private boolean gone;
    private long sent;

    /// @param sendWindow what the client takes at first
    Http2ServerStream(Http2ServerConnection connection, int id, long sendWindow) {
        this.connection = connection;
        this.id = id;
        this.sendWindow = sendWindow;
        this.queue = new SendQueue(connection.loop().ledger());
    }

    int id() {
        return id;
    }

    // ---- what the client sends

    /// The head is there.
    ///
    /// @param length the body's, as declared
    /// @param whole whether nothing follows
    void begin(long length, boolean whole) {
        bodyLeft = length >= 0 ? length : UNKNOWN_LENGTH;
        requestEnded = whole;
    }

    /// The request is not one that is answered: whatever the answer to it would be, the stream is
    /// reset instead (RFC 9113 §8.1.1).
    void refuseAsMalformed() {
        malformed = true;
    }

    boolean requestEnded() {
        return requestEnded;
    }

    /// Octets of the request's body, and padding, arrived. Borrows the buffer.
    ///
    /// @param padding what counts for the window and carries nothing
    void data(ByteBuf data, int padding, boolean end) {
        int octets = data.readableBytes();
        if (octets + padding > receiveWindow) {
            connection.violated(this, Http2Error.FLOW_CONTROL_ERROR);
            return;
        }
        receiveWindow -= octets + padding;
        if (bodyLeft != UNKNOWN_LENGTH) {
            bodyLeft -= octets;
            if (bodyLeft < 0 || (end && bodyLeft > 0)) {
                malformed("content of another length than declared (RFC 9113 8.1.1)");
                return;
            }
        }
        if (padding > 0) {
            giveCredit(padding);
        }
        if (octets > 0) {
            unconsumed += octets;
            receiver().data(data.retain());
        }
        if (end && !gone) {
            end(null);
        }
    }

    /// The trailer fields arrived; null for none. They are borrowed.
    void trailers(HeaderFields trailers) {
        if (bodyLeft > 0) {
            malformed("content of another length than declared (RFC 9113 8.1.1)");
            return;
        }
        end(trailers.size() == 0 ? null : trailers);
    }

    private void end(@Nullable HeaderFields trailers) {
        requestEnded = true;
        receiver().end(trailers);
    }

    /// What arrived makes the request malformed after it had begun.
    void malformed(String what) {
        malformed = true;
        receiver().failed(new Failure(Failure.Kind.REQUEST_MALFORMED, what));
        if (!gone) {
            connection.resetFor(this, Http2Error.PROTOCOL_ERROR);
        }
    }

    // ---- what the connection says

    /// The client's window grew, or shrank when its settings say so.
    ///
    /// @return whether it is a window still (RFC 9113 §6.9.1)
    boolean growWindow(long octets) {
        sendWindow += octets;
        return sendWindow <= Integer.MAX_VALUE;
    }

    /// Whether something waits that the client would take.
    boolean sendable() {
        return !gone && !queue.isEmpty() && sendWindow > 0;
    }

    /// Whether it stands in the line of those who have something to send; to be set by who puts it
    /// there.
    boolean ready() {
        return ready;
    }

    void ready(boolean ready) {
        this.ready = ready;
    }

    /// Whether it is to be told that a read is over; to be set by who will.
    boolean touched() {
        return touched;
    }

    void touched(boolean touched) {
        this.touched = touched;
    }

    /// Writes one frame of what waits.
    void writeFrame() {
        int most = (int) Math.min(sendWindow, connection.frameRoom());
        write(queue.take(most));
        if (queue.isEmpty() && ended) {
            writeEnd();
        }
    }

    private void write(ByteBuf data) {
        sendWindow -= data.readableBytes();
        connection.writeData(id, data);
    }

    /// Tells whoever sends that there is room again, if it had been told that there was none.
    void tellIfWritable() {
        if (wasUnwritable && !gone && receiver != null && writable()) {
            wasUnwritable = false;
            receiver.writable();
        }
    }

    void readCompleted() {
        if (receiver != null && !gone) {
            receiver.readComplete();
        }
    }

    void broke(Failure failure) {
        if (receiver != null && !gone) {
            receiver.failed(failure);
        }
    }

    /// The client has closed its sending side of the connection: it will neither end its request
    /// nor open its window any more.
    void inputEnded() {
        if (!requestEnded || !queue.isEmpty()) {
            connection.violated(this, Http2Error.CANCEL);
        } else if (receiver != null) {
            receiver.halfClosed();
        }
    }

    /// The stream has ended, in whichever way; a late call does nothing.
    void forget() {
        gone = true;
        queue.release();
    }

    private RequestReceiver receiver() {
        return Objects.requireNonNull(receiver);
    }

    // ---- as exchanges see it

    @Override
    public Loop loop() {
        return connection.loop();
    }

    @Override
    public Peer peer() {
        return connection.peer();
    }

    @Override
    public void receiver(RequestReceiver receiver) {
        this.receiver = receiver;
    }

    @Override
    public void sendInterim(OutgoingResponse response) {
        if (!gone && !malformed) {
            connection.writeHead(id, response, /* end= */ false);
        }
    }

    @Override
    public void sendResponse(OutgoingResponse response) {
        if (gone || responseStarted) {
            return;
        }
        if (malformed) {
            connection.resetFor(this, Http2Error.PROTOCOL_ERROR);
            return;
        }
        responseStarted = true;
        endWritten = response.bodyLength() == NO_BODY || response.bodyLength() == 0;
        connection.writeHead(id, response, endWritten);
    }

    @Override
    public void send(ByteBuf data) {
        int octets = data.readableBytes();
        if (gone || ended || endWritten || octets == 0) {
            data.release();
            return;
        }
        sent += octets;
        if (queue.isEmpty() && connection.mayWriteAtOnce()) {
            while (sendWindow > 0 && connection.frameRoom() > 0 && data.isReadable()) {
                int most = (int) Math.min(sendWindow, connection.frameRoom());
                if (data.readableBytes() <= most) {
                    write(data);
                    return;
                }
                write(data.readRetainedSlice(most));
            }
        }
        queue.add(data);
        connection.queued(this);
    }

    @Override
    public void sendEnd(@Nullable HeaderFields trailers) {
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
            connection.writeEnd(id, trailers);
        }
        connection.answered(this);
    }

    @Override
    public void flush() {
        connection.flush();
    }

    @Override
    public boolean writable() {
        boolean writable = gone || (queue.isEmpty() && connection.writable());
        wasUnwritable |= !writable;
        return writable;
    }

    @Override
    public int heldBytes() {
        return queue.heldBytes();
    }

    /// What is kept of the request, or waits for the endpoint.
    long keptBytes() {
        return receiver == null ? 0 : receiver.keptBytes();
    }

    @Nullable String routeName() {
        return receiver == null ? null : receiver.routeName();
    }

    @Override
    public void consumed(int octets) {
        if (gone) {
            return;
        }
        unconsumed -= octets;
        giveCredit(octets);
    }

    /// Gives the window back in pieces of half its size; while the node's budget is tight, only
    /// when nothing is left of what it let in.
    private void giveCredit(int octets) {
        credit += octets;
        boolean enough = credit >= WINDOW / 2 && (unconsumed == 0 || !loop().ledger().tight());
        if (enough && !requestEnded) {
            connection.writeCredit(id, credit);
            receiveWindow += credit;
            credit = 0;
        }
    }

    /// Nothing: the rest of a request is on its own stream.
    @Override
    public void closeAfterResponse() {}

    @Override
    public long sentOctets() {
        return sent;
    }

    @Override
    public void reset() {
        if (gone) {
            return;
        }
        receiver = null;
        if (malformed) {
            connection.resetFor(this, Http2Error.PROTOCOL_ERROR);
        } else {
            connection.resetFor(
                    this, responseStarted ? Http2Error.INTERNAL_ERROR : Http2Error.CANCEL);
        }
    }
}
