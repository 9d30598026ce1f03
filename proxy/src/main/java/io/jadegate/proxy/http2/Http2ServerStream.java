package io.jadegate.proxy.http2;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.jadegate.proxy.stream.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request of a client with its response.
final class Http2ServerStream implements HttpStream.Server, Http2Stream {
    private final Http2ServerConnection connection;
    private final int id;
    private final StreamInput input;
    private final StreamOutput output;
    private @Nullable RequestReceiver receiver;

    /// The time for what is left when the exchange is over: of the answer, or of the request.
    private Deadlines.@Nullable Deadline leftover;

    /// What came before there was a tunnel to carry it; null where none is awaited.
    private @Nullable SendQueue early;

    private boolean tunnel;
    private boolean outputEnded;

    /// The answer is whole and the request is not: what is left of it is dropped.
    private boolean unwanted;

    /// The route it was answered by; null until it is unwanted.
    private @Nullable String answeredBy;

    private int dropped;
    private boolean malformed;
    private boolean responseStarted;
    private boolean gone;

    Http2ServerStream(Http2ServerConnection connection, int id) {
        Multiplexer<?> streams = connection.streams();
        this.connection = connection;
        this.id = id;
        this.input = new StreamInput(streams, id);
        this.output = new StreamOutput(this, streams.line(), connection.loop().ledger());
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public StreamInput input() {
        return input;
    }

    @Override
    public StreamOutput output() {
        return output;
    }

    // ---- what the client sends

    /// The head is there.
    ///
    /// @param length the body's, as declared
    /// @param whole whether nothing follows
    void begin(long length, boolean whole) {
        input.declare(length);
        if (whole) {
            input.end();
        }
    }

    /// The stream is to become a tunnel (RFC 8441 §4, RFC 9113 §8.5): what the client sends waits
    /// until it is one.
    void awaitTunnel() {
        early = new SendQueue(connection.loop().ledger());
    }

    /// The request is not one that is answered: whatever the answer to it would be, the stream is
    /// reset instead (RFC 9113 §8.1.1).
    void refuseAsMalformed() {
        malformed = true;
    }

    @Override
    public void data(ByteBuf data, int padding, boolean end) {
        int octets = data.readableBytes();
        if (!input.take(octets + padding)) {
            connection.streams().violated(this, Http2Error.FLOW_CONTROL_ERROR);
            return;
        }
        if (unwanted) {
            drop(octets + padding, end);
            return;
        }
        if (!input.fits(octets, end)) {
            malformed("content of another length than declared (RFC 9113 8.1.1)");
            return;
        }
        if (padding > 0) {
            input.giveCredit(padding);
        }
        if (octets > 0) {
            input.passedOn(octets);
            if (early != null) {
                early.add(data.retain());
            } else {
                receiver().data(data.retain());
            }
        }
        if (end && !gone) {
            end(null);
        }
    }

    /// The trailer fields arrived. They are borrowed.
    void trailers(HeaderFields trailers) {
        if (unwanted) {
            end(null);
            return;
        }
        if (tunnel || early != null) {
            malformed("a second head on a tunnel's stream (RFC 9113 8.5)");
            return;
        }
        if (!input.fits(0, /* end= */ true)) {
            malformed("content of another length than declared (RFC 9113 8.1.1)");
            return;
        }
        end(trailers.size() == 0 ? null : trailers);
    }

    private void end(@Nullable HeaderFields trailers) {
        input.end();
        if (unwanted) {
            connection.ended(this);
            return;
        }
        if (early != null) {
            return;
        }
        receiver().end(trailers);
        if (tunnel && outputEnded && !gone) {
            connection.ended(this);
        }
    }

    /// What arrived makes the request malformed after it had begun.
    void malformed(String what) {
        malformed = true;
        broke(new Failure(Failure.Kind.REQUEST_MALFORMED, what));
        if (!gone) {
            connection.streams().reset(this, Http2Error.PROTOCOL_ERROR);
        }
    }

    // ---- what the connection says

    @Override
    public void becameWritable() {
        if (receiver != null) {
            receiver.writable();
        }
    }

    @Override
    public void readCompleted() {
        if (receiver != null && !gone) {
            receiver.readComplete();
        }
    }

    @Override
    public void broke(Failure failure) {
        if (receiver != null && !gone) {
            receiver.failed(failure);
        }
    }

    @Override
    public void peerReset(long code) {
        broke(Failure.of(Failure.Kind.CLIENT_CLOSED));
    }

    @Override
    public void violated() {
        broke(Failure.of(Failure.Kind.CLIENT_CLOSED));
    }

    /// The client has closed its sending side of the connection: it will neither end its request
    /// nor open its window any more.
    void inputEnded() {
        if (unwanted) {
            connection.ended(this);
        } else if (!input.ended() || output.waiting()) {
            connection.streams().violated(this, Http2Error.CANCEL);
        } else if (receiver != null) {
            receiver.halfClosed();
        }
    }

    /// The answer is whole. When the request is not, the client is left time to end it or to give
    /// it up; of a tunnel only this direction has ended.
    @Override
    public void allWritten() {
        outputEnded = true;
        if (tunnel && !input.ended()) {
            cancelLeftover();
            return;
        }
        if (input.ended()) {
            connection.ended(this);
        } else {
            dropRest();
        }
    }

    private void dropRest() {
        unwanted = true;
        answeredBy = routeName();
        receiver = null;
        dropEarly();
        input.dropRest();
        cancelLeftover();
        Deadlines.Deadline rest = loop().deadlines().new Deadline(this::leftoverPassed);
        rest.set(loop().now() + LINGER_NANOS);
        leftover = rest;
    }

    /// Who does not end for an answer gets to the end of what it sends, unless that is far: whoever
    /// has been let send so much has had time to read the answer.
    private void drop(int octets, boolean end) {
        dropped += octets;
        if (end) {
            end(null);
        } else if (dropped > DISCARD_OCTETS) {
            leftoverPassed();
        } else {
            input.giveCredit(octets);
        }
    }

    @Override
    public void wrote() {
        timeLeftover();
    }

    /// The exchange has sent all, and keeps no time any more. What the client has not let out of it
    /// does not wait for ever.
    private void timeLeftover() {
        Deadlines.Deadline current = leftover;
        if (current != null) {
            current.set(loop().now() + connection.writeNanos());
        }
    }

    private void leftoverPassed() {
        connection
                .streams()
                .reset(this, unwanted ? Http2Error.NO_ERROR : Http2Error.INTERNAL_ERROR);
    }

    @Override
    public void forget() {
        gone = true;
        cancelLeftover();
        output.drop();
        dropEarly();
    }

    private void cancelLeftover() {
        if (leftover != null) {
            leftover.cancel();
            leftover = null;
        }
    }

    private void dropEarly() {
        if (early != null) {
            early.release();
        }
    }

    /// What is kept of the request, or waits for the endpoint.
    long keptBytes() {
        long waiting = early == null ? 0 : early.heldBytes();
        return waiting + (receiver == null ? 0 : receiver.keptBytes());
    }

    @Nullable String routeName() {
        return receiver == null ? answeredBy : receiver.routeName();
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
        return connection.knownPeer();
    }

    @Override
    public Bond bond() {
        return connection.bond();
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
            connection.streams().reset(this, Http2Error.PROTOCOL_ERROR);
            return;
        }
        responseStarted = true;
        boolean whole =
                !response.opensTunnel()
                        && (response.bodyLength() == NO_BODY || response.bodyLength() == 0);
        connection.writeHead(id, response, whole);
        output.headWritten(whole);
        if (response.opensTunnel()) {
            startTunnel();
        } else {
            dropEarly();
        }
    }

    private void startTunnel() {
        SendQueue waiting = early;
        early = null;
        tunnel = true;
        while (waiting != null && !waiting.isEmpty() && !gone) {
            receiver().data(waiting.take(StreamInput.WINDOW));
        }
        if (waiting != null) {
            // What came first may have ended the stream.
            waiting.release();
        }
        if (input.ended() && receiver != null) {
            receiver.end(null);
        }
        readCompleted();
    }

    @Override
    public void send(ByteBuf data) {
        output.send(data);
    }

    @Override
    public void sendEnd(@Nullable HeaderFields trailers) {
        output.sendEnd(trailers);
        if (!gone && output.waiting() && leftover == null && connection.writeNanos() > 0) {
            leftover = loop().deadlines().new Deadline(this::leftoverPassed);
            timeLeftover();
        }
    }

    @Override
    public void flush() {
        connection.flush();
    }

    @Override
    public boolean writable() {
        return output.writable();
    }

    @Override
    public int heldBytes() {
        return output.heldBytes();
    }

    @Override
    public void consumed(int octets) {
        if (!gone && !unwanted) {
            input.consumed(octets);
        }
    }

    /// Nothing: the rest of a request is on its own stream.
    @Override
    public void closeAfterResponse() {}

    @Override
    public long sentOctets() {
        return output.sent();
    }

    @Override
    public void reset() {
        if (gone || unwanted) {
            return;
        }
        receiver = null;
        Http2Error code =
                responseStarted && !tunnel ? Http2Error.INTERNAL_ERROR : Http2Error.CANCEL;
        connection.streams().reset(this, malformed ? Http2Error.PROTOCOL_ERROR : code);
    }
}
