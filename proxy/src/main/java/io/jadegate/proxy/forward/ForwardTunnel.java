package io.jadegate.proxy.forward;

import io.jadegate.proxy.l4.Relay;
import io.jadegate.proxy.observe.TunnelCounts;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A tunnel through a forward proxy, within what the rules let it carry and for as long as they let
/// it live. Only for its loop's own thread.
public final class ForwardTunnel {
    /// A tunnel that has to go, and through which nothing has gone for so long, is between two
    /// talks: it ends in order.
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// How long it takes for the other side to end, behind one that hears nothing any more.
    private static final long DEAF_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Loop loop;
    private final ByteStream target;
    private final Relay.Ending ending;
    private final Relay relay;
    private Deadlines.@Nullable Deadline ageDeadline;
    private Deadlines.@Nullable Deadline leaveDeadline;
    private Deadlines.@Nullable Deadline deafDeadline;
    private long octetsBefore;
    private boolean over;

    /// Opens it: what arrives on the two streams is to be told to the [#relay()] from now on.
    ///
    /// @param bornNanos when its life began, on the loop's clock
    public ForwardTunnel(
            Loop loop,
            ByteStream client,
            ByteStream target,
            TunnelRules rules,
            TunnelCounts counts,
            long bornNanos,
            Relay.Ending ending) {
        this.loop = loop;
        this.target = target;
        this.ending = ending;
        Allowance allowance = new Allowance(rules.maxOctets(), this::spent);
        this.relay =
                new Relay(
                        loop,
                        client,
                        target,
                        allowance.passage(client, target),
                        allowance.passage(target, client),
                        counts,
                        rules.idle(),
                        this::ended);
        if (rules.maxAge() > 0) {
            // Up to a tenth less: tunnels begun together should not all end together.
            long spread = loop.random().nextLong(rules.maxAge() / 10 + 1);
            Deadlines.Deadline deadline =
                    loop.deadlines()
                    .new Deadline(() -> close(Failure.of(Failure.Kind.TUNNEL_MAX_AGE)));
            deadline.set(bornNanos + rules.maxAge() - spread);
            ageDeadline = deadline;
        }
    }

    public Relay relay() {
        return relay;
    }

    /// The memory of what waits for the target to take it.
    public int heldBytes() {
        return target.heldBytes();
    }

    /// Ends it at once.
    public void close(Failure failure) {
        relay.close(failure);
    }

    /// Has it end as soon as nothing goes through it.
    ///
    /// @param why what it has ended by then
    public void leaveWhenQuiet(Failure why) {
        if (over || leaveDeadline != null) {
            return;
        }
        Deadlines.Deadline deadline = loop.deadlines().new Deadline(() -> leaveIfQuiet(why));
        octetsBefore = octets();
        deadline.set(loop.now() + QUIET_NANOS);
        leaveDeadline = deadline;
    }

    private void leaveIfQuiet(Failure why) {
        long now = octets();
        if (now == octetsBefore) {
            relay.leave(why);
            return;
        }
        octetsBefore = now;
        Objects.requireNonNull(leaveDeadline).set(loop.now() + QUIET_NANOS);
    }

    /// One side hears nothing any more. The other may have something to say still, but not for
    /// long: nobody listens.
    public void endSoon() {
        if (!over && deafDeadline == null) {
            Deadlines.Deadline deadline =
                    loop.deadlines()
                    .new Deadline(() -> close(Failure.of(Failure.Kind.CLIENT_WRITE_TIMEOUT)));
            deadline.set(loop.now() + DEAF_NANOS);
            deafDeadline = deadline;
        }
    }

    private long octets() {
        return relay.clientOctets() + relay.endpointOctets();
    }

    private void spent() {
        close(Failure.of(Failure.Kind.TUNNEL_BYTES));
    }

    private void ended(@Nullable Failure failure) {
        over = true;
        cancel(ageDeadline);
        cancel(leaveDeadline);
        cancel(deafDeadline);
        ending.ended(failure);
    }

    private static void cancel(Deadlines.@Nullable Deadline deadline) {
        if (deadline != null) {
            deadline.cancel();
        }
    }
}
