package io.jadegate.proxy.http1;

import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.jadegate.proxy.stream.Output;
import io.jadegate.proxy.stream.Peer;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request of a client with its response, or with the tunnel that it becomes.
///
/// Knows how the response is framed and which sides of a tunnel have ended; where the request ends,
/// and what becomes of the connection, is the connection's to know. Once the connection serves it
/// no more, a late call does nothing.
final class Http1ServerStream implements HttpStream.Server {
    private final Http1ServerConnection connection;
    private final Output output;
    private final RequestHead request;
    private @Nullable RequestReceiver receiver;
    private boolean responseStarted;
    private boolean responseEnded;
    private boolean chunked;
    private boolean wasUnwritable;
    private boolean tunnel;
    private boolean tunnelInputEnded;
    private boolean tunnelOutputEnded;
    private boolean clientLeft;
    private long sent;

    /// @param output what the connection sends: the response is added to it
    Http1ServerStream(Http1ServerConnection connection, Output output, RequestHead request) {
        this.connection = connection;
        this.output = output;
        this.request = request;
    }

    private boolean live() {
        return connection.serves(this);
    }

    private RequestReceiver receiver() {
        return Objects.requireNonNull(receiver);
    }

    // ---- what the client sends

    /// Octets of the request's body, or of the tunnel. Takes ownership.
    void data(ByteBuf data) {
        receiver().data(data);
    }

    /// The request is whole.
    ///
    /// @param trailers borrowed; null when there are none
    void end(@Nullable HeaderFields trailers) {
        receiver().end(trailers);
    }

    /// The client has closed its sending side: behind a whole request, or of a tunnel.
    void inputEnded() {
        if (!tunnel) {
            receiver().halfClosed();
        } else if (!tunnelInputEnded) {
            tunnelInputEnded = true;
            receiver().end();
            readCompleted();
            endTunnelIfDone();
        }
    }

    /// The client of a tunnel hears nothing any more: what it said is brought to its end, and to
    /// nothing that is said in return.
    void clientLeft() {
        clientLeft = true;
        inputEnded();
    }

    private void endTunnelIfDone() {
        if (tunnelInputEnded && tunnelOutputEnded && live()) {
            connection.tunnelEnded();
        }
    }

    // ---- what the connection says

    void readCompleted() {
        if (receiver != null) {
            receiver.readComplete();
        }
    }

    void becameWritable() {
        if (wasUnwritable && receiver != null) {
            wasUnwritable = false;
            receiver.writable();
        }
    }

    /// The request comes to no good end.
    void broke(Failure failure) {
        if (receiver != null) {
            receiver.failed(failure);
        }
    }

    /// Whether a part of the final response may have gone out.
    boolean responseStarted() {
        return responseStarted;
    }

    /// What is kept of the request, or waits for the endpoint.
    long keptBytes() {
        return receiver == null ? 0 : receiver.keptBytes();
    }

    @Nullable String routeName() {
        return receiver == null ? null : receiver.routeName();
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
        if (live()) {
            write(response, HeadWriter.Connection.SILENT);
        }
    }

    @Override
    public void sendResponse(OutgoingResponse response) {
        if (!live()) {
            return;
        }
        responseStarted = true;
        if (response.opensTunnel()) {
            write(response, HeadWriter.Connection.SILENT);
            tunnel = true;
            connection.tunnelBegins();
            return;
        }
        boolean unknown = response.bodyLength() == UNKNOWN_LENGTH;
        chunked = unknown && request.minorVersion() == 1;
        boolean goesOn = connection.responseBegins(/* untilClose= */ unknown && !chunked);
        write(response, persistence(goesOn));
    }

    private HeadWriter.Connection persistence(boolean goesOn) {
        if (!goesOn) {
            return HeadWriter.Connection.CLOSE;
        }
        return request.minorVersion() == 0
                ? HeadWriter.Connection.KEEP_ALIVE
                : HeadWriter.Connection.SILENT;
    }

    private void write(OutgoingResponse response, HeadWriter.Connection persistence) {
        Octets octets = output.octets();
        HeadWriter.response(octets, response, chunked, persistence);
        output.add(octets);
    }

    @Override
    public void send(ByteBuf data) {
        int octets = data.readableBytes();
        if (octets == 0 || !live() || clientLeft) {
            data.release();
            return;
        }
        sent += octets;
        if (chunked) {
            Chunks.add(output, data);
        } else {
            output.data(data);
        }
    }

    @Override
    public void sendEnd(@Nullable HeaderFields trailers) {
        if (!live() || responseEnded) {
            return;
        }
        if (tunnel) {
            tunnelOutputEnded = true;
            connection.endOutput();
            endTunnelIfDone();
            return;
        }
        responseEnded = true;
        if (chunked) {
            Chunks.end(output, trailers);
        }
        connection.answered();
    }

    @Override
    public void flush() {
        connection.flush();
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
    public void closeAfterResponse() {
        connection.closeAfterResponse();
    }

    @Override
    public long sentOctets() {
        return sent;
    }

    /// Resets the TCP connection, so that not even a body that runs until the close looks whole.
    @Override
    public void reset() {
        if (live()) {
            receiver = null;
            connection.givenUp();
        }
    }
}
