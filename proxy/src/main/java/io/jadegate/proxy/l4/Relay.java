package io.jadegate.proxy.l4;

import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A tunnel: two streams on one loop, octets copied both ways until both have ended.
///
/// An end on one side is passed on as an end (half-close); a failure on one side resets the other;
/// silence on both for too long resets both. Whoever opened the tunnel is told once how it ended.
public final class Relay {
    private final ByteStream client;
    private final ByteStream endpoint;
    private final Pump fromClient;
    private final Pump fromEndpoint;
    private final long idleNanos;
    private final Loop loop;
    private final Deadlines.Deadline deadline;
    private final Ending ending;
    private boolean clientEnded;
    private boolean endpointEnded;
    private boolean over;

    /// Told how a tunnel ended.
    @FunctionalInterface
    public interface Ending {
        /// @param failure null when both sides had sent their end
        void ended(@Nullable Failure failure);
    }

    /// @param idleNanos how long neither side may send; 0 for no limit
    public Relay(Loop loop, ByteStream client, ByteStream endpoint, long idleNanos, Ending ending) {
        this.loop = loop;
        this.client = client;
        this.endpoint = endpoint;
        this.fromClient = new Pump(client, endpoint);
        this.fromEndpoint = new Pump(endpoint, client);
        this.idleNanos = idleNanos;
        this.ending = ending;
        this.deadline =
                loop.deadlines()
                .new Deadline(() -> close(Failure.of(Failure.Kind.TUNNEL_IDLE_TIMEOUT)));
        alive();
    }

    /// Octets that came from the client.
    public long clientOctets() {
        return fromClient.octets();
    }

    /// Octets that came from the endpoint.
    public long endpointOctets() {
        return fromEndpoint.octets();
    }

    // ---- what the client's stream says

    public void clientData(ByteBuf data) {
        alive();
        fromClient.data(data);
    }

    public void clientReadComplete() {
        endpoint.flush();
    }

    public void clientWritable() {
        fromEndpoint.writable();
    }

    public void clientEnded() {
        clientEnded = true;
        endpoint.sendEnd();
        endIfBothEnded();
    }

    public void clientFailed(Failure failure) {
        if (!over) {
            endpoint.reset();
            end(failure);
        }
    }

    // ---- what the endpoint's stream says

    public void endpointData(ByteBuf data) {
        alive();
        fromEndpoint.data(data);
    }

    public void endpointReadComplete() {
        client.flush();
    }

    public void endpointWritable() {
        fromClient.writable();
    }

    public void endpointEnded() {
        endpointEnded = true;
        client.sendEnd();
        endIfBothEnded();
    }

    public void endpointFailed(Failure failure) {
        if (!over) {
            client.reset();
            end(failure);
        }
    }

    /// Ends the tunnel from the middle.
    public void close(Failure failure) {
        if (!over) {
            client.reset();
            endpoint.reset();
            end(failure);
        }
    }

    private void alive() {
        if (idleNanos > 0) {
            deadline.set(loop.now() + idleNanos);
        }
    }

    private void endIfBothEnded() {
        if (clientEnded && endpointEnded && !over) {
            end(null);
        }
    }

    private void end(@Nullable Failure failure) {
        over = true;
        deadline.cancel();
        ending.ended(failure);
    }
}
