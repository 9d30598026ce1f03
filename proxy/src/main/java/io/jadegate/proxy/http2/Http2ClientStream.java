package io.jadegate.proxy.http2;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.observe.Http2Counts;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/// One request to an endpoint with its response.
///
/// ```
/// HEAD (→ HEAD for 1xx) → BODY → over        a response may end before the request does
///                      └→ TUNNEL → over      of an extended CONNECT; each direction ends by itself
/// ```
final class Http2ClientStream implements HttpStream.Client, Http2Stream {
    /// Interim responses before a final one; an endpoint that sends more never means to finish.
    private static final int MAX_INTERIM = 32;

    private final Http2ClientConnection connection;
    private final int id;
    private final StreamInput input;
    private final StreamOutput output;
    private final boolean reused;
    private final long openedNanos;
    private @Nullable ResponseReceiver receiver;
    private Method method = Method.GET;
    private int interims;
    private boolean begun;
    private boolean upgrade;
    private boolean tunnel;
    private boolean outputEnded;
    private boolean headSeen;
    private boolean answered;
    private boolean gone;

    /// @param reused whether the connection had served another request before
    Http2ClientStream(
            Http2ClientConnection connection, int id, ResponseReceiver receiver, boolean reused) {
        Multiplexer<?> streams = connection.streams();
        this.connection = connection;
        this.id = id;
        this.receiver = receiver;
        this.reused = reused;
        this.openedNanos = connection.loop().now();
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

    // ---- what the endpoint sends

    /// A header block arrived; its head is to be given back or passed on.
    void head(ResponseBlock block, boolean end) {
        if (headSeen) {
            trailers(block, end);
            connection.loop().giveBack(block.head());
            return;
        }
        Failure wrong = block.endResponse();
        if (wrong == null && block.head().interim()) {
            interim(block, end);
            connection.loop().giveBack(block.head());
            return;
        }
        boolean opened = wrong == null && upgrade && block.head().status() / 100 == 2;
        long length = wrong == null && !opened ? block.bodyLength(method, end) : UNKNOWN_LENGTH;
        wrong = block.failure();
        if (wrong != null) {
            connection.loop().giveBack(block.head());
            malformed(wrong);
            return;
        }
        headSeen = true;
        input.declare(length == NO_BODY ? 0 : length);
        ResponseReceiver told = receiver;
        if (told == null) {
            connection.loop().giveBack(block.head());
            return;
        }
        if (opened) {
            openTunnel(block.head());
        } else if (upgrade) {
            output.sendEnd(null);
        }
        told.response(block.head(), length);
        if (end && !gone) {
            ended(null);
        }
    }

    /// Makes of the head what it would be in HTTP/1.1, but for the proof of a key that it cannot
    /// have (RFC 8441 §5).
    private void openTunnel(ResponseHead head) {
        tunnel = true;
        head.status(101);
        head.fields().remove(FieldName.SEC_WEBSOCKET_ACCEPT);
    }

    private void interim(ResponseBlock block, boolean end) {
        if (end) {
            malformed("an interim response that ends the stream (RFC 9113 8.1)");
        } else if (++interims > MAX_INTERIM) {
            malformed("more than " + MAX_INTERIM + " interim responses (RFC 9110 15.2)");
        } else if (receiver != null) {
            receiver.interim(block.head());
        }
    }

    private void trailers(ResponseBlock block, boolean end) {
        Failure wrong = block.endTrailers();
        if (tunnel) {
            malformed("a second head on a tunnel's stream (RFC 9113 8.5)");
        } else if (!end) {
            malformed("a second head without the end of the stream (RFC 9113 8.1)");
        } else if (wrong != null) {
            malformed(wrong);
        } else if (!input.fits(0, /* end= */ true)) {
            malformed("content of another length than declared (RFC 9113 8.1.1)");
        } else {
            HeaderFields trailers = block.head().fields();
            ended(trailers.size() == 0 ? null : trailers);
        }
    }

    @Override
    public void data(ByteBuf data, int padding, boolean end) {
        int octets = data.readableBytes();
        if (!input.take(octets + padding)) {
            connection.streams().violated(this, Http2Error.FLOW_CONTROL_ERROR);
            return;
        }
        if (!headSeen) {
            malformed("content before a head (RFC 9113 8.1)");
            return;
        }
        if (!input.fits(octets, end)) {
            malformed("content of another length than declared (RFC 9113 8.1.1)");
            return;
        }
        if (padding > 0) {
            input.giveCredit(padding);
        }
        ResponseReceiver told = receiver;
        if (octets > 0 && told != null) {
            input.passedOn(octets);
            told.data(data.retain());
        }
        if (end && !gone) {
            ended(null);
        }
    }

    /// The response is whole. When the request is not, the endpoint does not want the rest of it;
    /// of a tunnel only this direction has ended.
    private void ended(@Nullable HeaderFields trailers) {
        input.end();
        answered = true;
        ResponseReceiver told = receiver;
        boolean goesOn = tunnel && !outputEnded;
        if (!goesOn && output.endWritten()) {
            connection.ended(this);
        } else if (!goesOn) {
            connection.streams().reset(this, Http2Error.NO_ERROR);
        }
        if (told != null) {
            told.end(trailers);
        }
    }

    private void malformed(String what) {
        malformed(new Failure(Failure.Kind.RESPONSE_MALFORMED, what));
    }

    private void malformed(Failure failure) {
        fail(failure);
        if (!gone) {
            connection.streams().reset(this, Http2Error.PROTOCOL_ERROR);
        }
    }

    private void fail(Failure failure) {
        if (answered && !tunnel) {
            return;
        }
        ResponseReceiver told = receiver;
        receiver = null;
        if (told != null) {
            told.failed(failure);
            // What it has to say to the client goes out now.
            told.readComplete();
        }
    }

    // ---- what the connection says

    @Override
    public void peerReset(long code) {
        // Its place is free before anybody tries again.
        connection.streams().remove(this, ClosedStreams.How.RESET_BY_PEER);
        fail(new Failure(meaning(code), "RST_STREAM with " + Http2Counts.code(code), code));
    }

    private Failure.Kind meaning(long code) {
        if (headSeen || interims > 0) {
            return Failure.Kind.RESPONSE_INCOMPLETE;
        }
        if (code == Http2Error.REFUSED_STREAM.code()) {
            return Failure.Kind.STREAM_REFUSED;
        }
        if (code == Http2Error.HTTP_1_1_REQUIRED.code()) {
            return connection.http1Required();
        }
        return code == Http2Error.ENHANCE_YOUR_CALM.code()
                ? Failure.Kind.STREAM_TOO_MANY
                : Failure.Kind.STREAM_RESET;
    }

    @Override
    public void violated() {
        fail(
                new Failure(
                        Failure.Kind.RESPONSE_MALFORMED, "a window exceeded, or a frame too late"));
    }

    @Override
    public void broke(Failure failure) {
        boolean begunAnswer = headSeen || interims > 0;
        boolean ofConnection = failure.kind() != Failure.Kind.RESPONSE_MALFORMED;
        fail(
                begunAnswer && ofConnection
                        ? new Failure(Failure.Kind.RESPONSE_INCOMPLETE, failure.detail())
                        : failure);
    }

    @Override
    public void becameWritable() {
        if (receiver != null) {
            receiver.writable();
        }
    }

    /// Also when the stream has ended in this read: what it has brought is to be flushed.
    @Override
    public void readCompleted() {
        if (receiver != null) {
            receiver.readComplete();
        }
    }

    /// The rest of the request waits for nobody: the stream ends with its response, a tunnel with
    /// the later of its two ends.
    @Override
    public void allWritten() {
        outputEnded = true;
        if (tunnel && input.ended()) {
            connection.ended(this);
        }
    }

    @Override
    public void forget() {
        gone = true;
        output.drop();
    }

    // ---- as exchanges see it

    @Override
    public void sendRequest(OutgoingRequest request) {
        if (gone || begun) {
            return;
        }
        begun = true;
        method = request.head().method();
        upgrade = request.upgrade();
        boolean empty = request.bodyLength() == NO_BODY || request.bodyLength() == 0;
        boolean whole = empty && !upgrade;
        connection.writeHead(id, request, whole);
        output.headWritten(whole);
    }

    @Override
    public boolean reused() {
        return reused;
    }

    @Override
    public boolean refusable() {
        return true;
    }

    @Override
    public boolean upgradable() {
        return connection.webSockets();
    }

    @Override
    public boolean provesHandshake() {
        return false;
    }

    @Override
    public String protocol() {
        return "HTTP/2";
    }

    @Override
    public void send(ByteBuf data) {
        output.send(data);
    }

    @Override
    public void sendEnd(@Nullable HeaderFields trailers) {
        if (upgrade && !headSeen) {
            // The end of a request without a body is not that of the tunnel which may follow.
            return;
        }
        output.sendEnd(trailers);
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
        if (!gone) {
            input.consumed(octets);
        }
    }

    @Override
    public void reset() {
        receiver = null;
        if (gone) {
            return;
        }
        if (begun) {
            connection.streams().reset(this, Http2Error.CANCEL);
            connection.gaveUp(openedNanos);
        } else {
            connection.ended(this);
        }
    }
}
