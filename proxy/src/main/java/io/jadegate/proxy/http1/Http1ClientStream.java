package io.jadegate.proxy.http1;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.Output;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// One request to an endpoint with its response, or with the tunnel that it becomes.
///
/// Knows how the request is framed, whether it is whole, and which sides of a tunnel have ended;
/// where the response ends, and what becomes of the connection, is the connection's to know. Once
/// the connection serves it no more, a late call does nothing.
final class Http1ClientStream implements HttpStream.Client {
    private final Http1ClientConnection connection;
    private final Output output;
    private final ResponseReceiver receiver;
    private final boolean reused;
    private boolean chunked;
    private boolean requestEnded;
    private boolean wasUnwritable;
    private boolean tunnelInputEnded;
    private boolean tunnelOutputEnded;
    private boolean tunnelOutputGone;

    /// @param output what the connection sends: the request is added to it
    /// @param reused whether the connection had served another request before
    Http1ClientStream(
            Http1ClientConnection connection,
            Output output,
            ResponseReceiver receiver,
            boolean reused) {
        this.connection = connection;
        this.output = output;
        this.receiver = receiver;
        this.reused = reused;
    }

    private boolean live() {
        return connection.serves(this);
    }

    // ---- what the endpoint sends

    /// The head is borrowed.
    void interim(ResponseHead head) {
        receiver.interim(head);
    }

    /// The head is passed on for good.
    ///
    /// @param length the body's, as [HttpStream.ResponseReceiver#response] has it
    void response(ResponseHead head, long length) {
        receiver.response(head, length);
    }

    /// Octets of the response's body, or of the tunnel. Takes ownership.
    void data(ByteBuf data) {
        receiver.data(data);
    }

    /// The response is whole.
    ///
    /// @param trailers borrowed; null when there are none
    void end(@Nullable HeaderFields trailers) {
        receiver.end(trailers);
        receiver.readComplete();
    }

    /// The endpoint has ended its side of the tunnel.
    void tunnelInputEnded() {
        if (!tunnelInputEnded) {
            tunnelInputEnded = true;
            end(null);
            connection.atTurnEnd(this::noticeEndOfBoth);
            closeIfTunnelEnded();
        }
    }

    private void noticeEndOfBoth() {
        if (connection.outputOver()) {
            tunnelGone();
            tunnelOutputEnded = true;
            outputGone();
        }
    }

    /// The endpoint's end has been passed on; now it reads no more either.
    private void tunnelGone() {
        if (!tunnelOutputEnded) {
            receiver.failed(
                    new Failure(Failure.Kind.RESPONSE_INCOMPLETE, "the endpoint reads no more"));
        }
    }

    // ---- what the connection says

    void readCompleted() {
        receiver.readComplete();
    }

    void becameWritable() {
        if (wasUnwritable) {
            wasUnwritable = false;
            receiver.writable();
        }
    }

    /// The connection ends before the response has.
    void broke(Failure failure) {
        if (tunnelInputEnded) {
            tunnelGone();
        } else {
            receiver.failed(failure);
        }
    }

    /// All that goes to the endpoint of a tunnel has gone out, with the end behind it.
    void outputGone() {
        tunnelOutputGone = true;
        closeIfTunnelEnded();
    }

    /// Closes when both sides have ended and what goes to the endpoint has gone out.
    private void closeIfTunnelEnded() {
        if (!tunnelInputEnded || !tunnelOutputEnded || !live()) {
            return;
        }
        if (tunnelOutputGone) {
            connection.tunnelEnded();
        } else {
            connection.tunnelEnding();
        }
    }

    /// Whether all of the request has been given to the connection.
    boolean requestEnded() {
        return requestEnded;
    }

    // ---- as exchanges see it

    @Override
    public void sendRequest(OutgoingRequest request) {
        if (!live()) {
            return;
        }
        connection.requestBegins(request);
        chunked = request.bodyLength() == UNKNOWN_LENGTH;
        requestEnded = request.bodyLength() == NO_BODY || request.bodyLength() == 0;
        Octets octets = output.octets();
        HeadWriter.request(octets, request);
        output.add(octets);
    }

    @Override
    public boolean reused() {
        return reused;
    }

    @Override
    public boolean refusable() {
        return false;
    }

    @Override
    public boolean upgradable() {
        return true;
    }

    @Override
    public boolean provesHandshake() {
        return true;
    }

    @Override
    public String protocol() {
        return "HTTP/1.1";
    }

    @Override
    public void send(ByteBuf data) {
        if (!live() || !data.isReadable()) {
            data.release();
            return;
        }
        if (chunked) {
            Chunks.add(output, data);
        } else {
            output.data(data);
        }
    }

    @Override
    public void sendEnd(@Nullable HeaderFields trailers) {
        if (!live()) {
            return;
        }
        if (connection.tunnelling()) {
            tunnelOutputEnded = true;
            connection.endOutput();
            closeIfTunnelEnded();
            return;
        }
        if (chunked && !requestEnded) {
            Chunks.end(output, trailers);
        }
        requestEnded = true;
    }

    @Override
    public void flush() {
        output.flush();
    }

    @Override
    public boolean writable() {
        boolean writable = !live() || output.writable();
        wasUnwritable |= !writable;
        return writable;
    }

    @Override
    public void consumed(int octets) {
        if (live()) {
            connection.consumed(octets);
        }
    }

    @Override
    public int heldBytes() {
        return live() ? output.heldBytes() : 0;
    }

    @Override
    public void reset() {
        if (live()) {
            connection.givenUp();
        }
    }
}
