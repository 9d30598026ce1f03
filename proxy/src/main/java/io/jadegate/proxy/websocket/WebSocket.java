package io.jadegate.proxy.websocket;

import io.jadegate.proxy.l4.Relay;
import io.jadegate.proxy.observe.TunnelCounts;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A WebSocket between a client and an endpoint, from the end of its handshake on: a [Relay] whose
/// two directions know about frames.
///
/// When the gateway ends it, both sides get a close frame, each as soon as what it is being sent
/// has come to the end of a frame. A side that has answered, or ended, is ended; the rest is reset
/// when that takes too long.
public final class WebSocket implements Relay.Ending {
    /// How long frames that are under way may take to end.
    private static final long FRAME_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// How long both sides may take to answer a close frame.
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Loop loop;
    private final WebSocketPolicy policy;
    private final TunnelCounts counts;
    private final Relay.Ending ending;
    private final FramePassage fromClient;
    private final FramePassage fromEndpoint;
    private final Relay relay;
    private final Deadlines.Deadline closeDeadline;
    private final Deadlines.Deadline ageDeadline;
    private final Deadlines.Deadline pingDeadline;
    private @Nullable Failure why;
    private boolean told;
    private boolean over;

    /// @param idleNanos how long neither side may send anything; 0 for no limit
    /// @param ending told once how it ended
    public WebSocket(
            Loop loop,
            ByteStream client,
            ByteStream endpoint,
            WebSocketPolicy policy,
            Extensions extensions,
            TunnelCounts counts,
            long idleNanos,
            Relay.Ending ending) {
        this.loop = loop;
        this.policy = policy;
        this.counts = counts;
        this.ending = ending;
        long nonce = loop.random().nextLong();
        fromClient =
                new FramePassage(
                        this,
                        client,
                        endpoint,
                        new FrameReader(/* masked= */ true, extensions, policy.decodes()),
                        policy.decodes() ? new MessageRules(loop, policy, true) : null,
                        loop.random(),
                        counts,
                        nonce);
        fromEndpoint =
                new FramePassage(
                        this,
                        endpoint,
                        client,
                        new FrameReader(/* masked= */ false, extensions, policy.decodes()),
                        policy.decodes() ? new MessageRules(loop, policy, false) : null,
                        /* masks= */ null,
                        counts,
                        nonce);
        closeDeadline = loop.deadlines().new Deadline(this::cut);
        ageDeadline =
                loop.deadlines().new Deadline(() -> end(Failure.of(Failure.Kind.TUNNEL_MAX_AGE)));
        pingDeadline = loop.deadlines().new Deadline(this::ping);
        relay =
                new Relay(
                        loop, client, endpoint, fromClient, fromEndpoint, counts, idleNanos, this);
        if (policy.maxAgeNanos() > 0) {
            // Those that came together need not come back together.
            long less = loop.random().nextLong(policy.maxAgeNanos() / 10 + 1);
            ageDeadline.set(loop.now() + policy.maxAgeNanos() - less);
        }
        if (policy.pingNanos() > 0) {
            pingDeadline.set(loop.now() + policy.pingNanos());
        }
    }

    /// What the two streams are to be told to.
    public Relay relay() {
        return relay;
    }

    /// Closes it because it has to go, as the gateway or its route does. Does nothing where what
    /// passes is no frames: a close frame might stand in the middle of whatever it is.
    public void goAway(Failure failure) {
        if (!fromClient.isOpaque() && !fromEndpoint.isOpaque()) {
            boolean denied =
                    failure.kind() == Failure.Kind.POLICY_CHANGED
                            || failure.kind() == Failure.Kind.USER_CHANGED;
            close(new Breach(denied ? CloseCode.POLICY_VIOLATION : CloseCode.GOING_AWAY, failure));
        }
    }

    /// Closes it, or cuts it where that cannot be said.
    private void end(Failure failure) {
        if (fromClient.isOpaque() || fromEndpoint.isOpaque()) {
            relay.close(failure);
        } else {
            close(new Breach(CloseCode.GOING_AWAY, failure));
        }
    }

    /// One side has done what it may not.
    void breached(Breach breach) {
        close(breach);
    }

    private void close(Breach breach) {
        if (why != null || over) {
            return;
        }
        why = breach.failure();
        ageDeadline.cancel();
        pingDeadline.cancel();
        closeDeadline.set(loop.now() + FRAME_NANOS);
        String reason = breach.failure().reason().title();
        boolean toEndpoint = fromClient.close(breach.code(), reason);
        boolean toClient = fromEndpoint.close(breach.code(), reason);
        if (toEndpoint || toClient) {
            counts.closeSent(breach.code().number());
        }
        settle();
    }

    /// Ends each side that has been told and has nothing more to say.
    void settle() {
        if (why == null || over) {
            return;
        }
        if (!told && fromClient.isSinkTold() && fromEndpoint.isSinkTold()) {
            told = true;
            closeDeadline.set(loop.now() + CLOSE_NANOS);
        }
        if (fromEndpoint.isSinkTold() && fromClient.isSourceSilent()) {
            fromEndpoint.endSink();
        }
        if (fromClient.isSinkTold() && fromEndpoint.isSourceSilent()) {
            fromClient.endSink();
        }
    }

    private void cut() {
        Failure failure = why;
        if (failure != null) {
            relay.close(failure);
        }
    }

    // ---- signs of life

    private void ping() {
        boolean alive = isAlive(fromClient, fromEndpoint) && isAlive(fromEndpoint, fromClient);
        if (alive) {
            pingDeadline.set(loop.now() + policy.pingNanos());
        } else {
            end(Failure.of(Failure.Kind.WEBSOCKET_PING_TIMEOUT));
        }
    }

    /// Whether a side has said something since it was last asked, or need not have; asks it if it
    /// has not.
    private static boolean isAlive(FramePassage from, FramePassage to) {
        boolean heard = from.takeHeard();
        boolean asked = to.takePinged();
        if (heard || from.stalled() || to.stalled()) {
            return true;
        }
        if (!asked) {
            to.ping();
        }
        return !asked;
    }

    // ---- what the relay says

    @Override
    public void idle(Relay relay) {
        end(Failure.of(Failure.Kind.TUNNEL_IDLE_TIMEOUT));
    }

    @Override
    public void ended(@Nullable Failure failure) {
        over = true;
        closeDeadline.cancel();
        ageDeadline.cancel();
        pingDeadline.cancel();
        ending.ended(why == null ? failure : why);
    }
}
