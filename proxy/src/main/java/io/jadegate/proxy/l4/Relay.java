package io.jadegate.proxy.l4;

import io.jadegate.proxy.observe.TunnelCounts;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A tunnel: two streams on one loop, octets copied both ways until both have ended.
///
/// An end on one side is passed on as an end (half-close); a failure on one side resets the other,
/// though a client that has been told the endpoint's end may read that first; what silence on both
/// leads to is for whoever opened the tunnel to say, who is also told once how it ended.
///
/// A tunnel that has to go [leaves][#leave(Failure)] in order: both sides are told the end at once.
public final class Relay {
    /// How long a client may go on that nobody hears any more.
    private static final long UNHEARD_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ByteStream client;
    private final ByteStream endpoint;
    private final Passage fromClient;
    private final Passage fromEndpoint;
    private final TunnelCounts counts;
    private final long idleNanos;
    private final Loop loop;
    private final Deadlines.Deadline deadline;
    private final Ending ending;
    private @Nullable Failure endpointGone;
    private @Nullable Failure leavingFor;
    private boolean clientEnded;
    private boolean endpointEnded;
    private boolean over;

    /// Told of a tunnel's end.
    @FunctionalInterface
    public interface Ending {
        /// @param failure null when both sides had sent their end by themselves
        void ended(@Nullable Failure failure);

        /// Nothing has moved either way for too long.
        default void idle(Relay relay) {
            relay.close(Failure.of(Failure.Kind.TUNNEL_IDLE_TIMEOUT));
        }
    }

    /// @param fromClient what becomes of the client's octets
    /// @param fromEndpoint what becomes of the endpoint's
    /// @param idleNanos how long neither side may send, or take what waits for it; 0 for no limit
    public Relay(
            Loop loop,
            ByteStream client,
            ByteStream endpoint,
            Passage fromClient,
            Passage fromEndpoint,
            TunnelCounts counts,
            long idleNanos,
            Ending ending) {
        this.loop = loop;
        this.client = client;
        this.endpoint = endpoint;
        this.fromClient = fromClient;
        this.fromEndpoint = fromEndpoint;
        this.counts = counts;
        this.idleNanos = idleNanos;
        this.ending = ending;
        this.deadline = loop.deadlines().new Deadline(this::deadlinePassed);
        counts.opened();
        alive();
    }

    /// Octets of the client that were passed on.
    public long clientOctets() {
        return fromClient.octets();
    }

    /// Octets of the endpoint that were passed on.
    public long endpointOctets() {
        return fromEndpoint.octets();
    }

    // ---- what the client's stream says

    public void clientData(ByteBuf data) {
        counts.received(pass(fromClient, data));
    }

    public void clientReadComplete() {
        endpoint.flush();
    }

    public void clientWritable() {
        goOn(fromEndpoint);
    }

    public void clientEnded() {
        clientEnded = true;
        fromClient.end();
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
        counts.sent(pass(fromEndpoint, data));
    }

    public void endpointReadComplete() {
        client.flush();
    }

    public void endpointWritable() {
        goOn(fromClient);
    }

    public void endpointEnded() {
        endpointEnded = true;
        fromEndpoint.end();
        endIfBothEnded();
    }

    public void endpointFailed(Failure failure) {
        if (over) {
            return;
        }
        if (endpointEnded) {
            // A reset would take away what the client has not read yet of what was said to its end.
            endpointGone = failure;
            deadline.set(loop.now() + UNHEARD_NANOS);
            return;
        }
        client.reset();
        end(failure);
    }

    /// Ends the tunnel from the middle.
    public void close(Failure failure) {
        if (!over) {
            client.reset();
            endpoint.reset();
            end(failure);
        }
    }

    /// Tells both sides the end, between two talks. It is over once they have sent theirs.
    ///
    /// @param why what it has ended by then, however the sides take it: what one still says to the
    ///   other, which hears nothing more, fails, and is no news of either
    public void leave(Failure why) {
        if (over) {
            return;
        }
        leavingFor = why;
        client.sendEnd();
        endpoint.sendEnd();
        client.flush();
        endpoint.flush();
    }

    /// Only what goes on to the other side tells that somebody has something to say.
    ///
    /// @return how many octets went on: a passage may hold some back, or end the tunnel at them
    private int pass(Passage passage, ByteBuf data) {
        long before = passage.octets();
        passage.data(data);
        int passed = (int) (passage.octets() - before);
        if (passed > 0 && !over) {
            alive();
        }
        return passed;
    }

    /// Who takes what had to wait for it is not silent, however slowly it reads.
    private void goOn(Passage passage) {
        passage.writable();
        if (!over) {
            alive();
        }
    }

    private void alive() {
        if (idleNanos > 0 && endpointGone == null) {
            deadline.set(loop.now() + idleNanos);
        }
    }

    private void deadlinePassed() {
        if (endpointGone == null) {
            ending.idle(this);
        } else {
            close(endpointGone);
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
        counts.ended();
        ending.ended(leavingFor != null ? leavingFor : failure);
    }
}
