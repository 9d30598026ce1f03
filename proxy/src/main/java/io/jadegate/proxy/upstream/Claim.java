package io.jadegate.proxy.upstream;

import io.jadegate.api.config.CapacityConfig;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import org.jspecify.annotations.Nullable;

/// A claim on an upstream: a permit, a target, and what the target lends.
///
/// ```
/// NEW → (WAITING →) CONNECTING → LENT → DONE      WAITING: for a permit; DONE: given back, failed or cancelled
/// ```
///
/// Only for its loop's own thread.
abstract sealed class Claim permits Lease, ConnectionLease {
    enum State {
        NEW,
        WAITING,
        CONNECTING,
        LENT,
        DONE
    }

    Upstream upstream;
    final Loop loop;
    State state = State.NEW;
    @Nullable Target target;
    private final @Nullable Target except;
    private final @Nullable Picker own;
    private Deadlines.@Nullable Deadline waitDeadline;

    /// @param except a target that has failed the borrower before
    /// @param own the borrower's own choice; null for that of the upstream
    Claim(Upstream upstream, Loop loop, @Nullable Target except, @Nullable Picker own) {
        this.upstream = upstream;
        this.loop = loop;
        this.except = except;
        this.own = own;
    }

    final Loop loop() {
        return loop;
    }

    /// The upstream as the configuration had it by which the target was chosen.
    public final Upstream upstream() {
        return upstream;
    }

    /// Asks. Called once.
    public final void begin() {
        if (!upstream.capacity().someWait(loop) && start()) {
            return;
        }
        CapacityConfig limits = upstream.capacity().limits();
        if (!upstream.capacity().await(this, limits.pending())) {
            refuse(Failure.Kind.OVERLOAD);
            return;
        }
        state = State.WAITING;
        Deadlines.Deadline deadline = loop.deadlines().new Deadline(this::waitedTooLong);
        deadline.set(loop.now() + limits.pendingTimeout().toNanos());
        waitDeadline = deadline;
        upstream.makeRoomElsewhere(loop);
    }

    /// Something has become free. Called on the loop.
    ///
    /// @return whether the claim waits no longer
    final boolean tryAgain() {
        if (state != State.WAITING) {
            return true;
        }
        if (!start()) {
            upstream.makeRoomElsewhere(loop);
            return false;
        }
        cancelWait();
        return true;
    }

    private void waitedTooLong() {
        if (state == State.WAITING) {
            upstream.capacity().leave(this);
            refuse(Failure.Kind.OVERLOAD);
        }
    }

    private void cancelWait() {
        if (waitDeadline != null) {
            waitDeadline.cancel();
        }
    }

    /// Nobody waits for a permit any more.
    final void stopWaiting() {
        state = State.DONE;
        cancelWait();
        upstream.capacity().leave(this);
    }

    /// Takes the permits and goes to a target.
    ///
    /// @return false when a permit is lacking
    private boolean start() {
        upstream = upstream.latest();
        Capacity capacity = upstream.capacity();
        if (!Capacity.take(capacity.requests(), capacity.limits().requests())) {
            return false;
        }
        Target chosen = choose();
        if (chosen == null) {
            capacity.requests().decrementAndGet();
            refuse(Failure.Kind.NO_ENDPOINT);
            return true;
        }
        if (!reach(chosen)) {
            capacity.requests().decrementAndGet();
            return false;
        }
        return true;
    }

    private @Nullable Target choose() {
        if (own != null) {
            return own.pick(loop, except);
        }
        Target known = known();
        return known != null && known != except ? known : upstream.picker().pick(loop, except);
    }

    /// The target that knows the borrower's client already, and is to be gone to again; or null.
    @Nullable Target known() {
        return null;
    }

    /// Goes to a target, which is [claimed][#claim] when there is a way.
    ///
    /// @return false when a permit for another connection is lacking
    abstract boolean reach(Target chosen);

    final void claim(Target chosen) {
        target = chosen;
        state = State.CONNECTING;
        chosen.inFlightCounter().incrementAndGet();
    }

    private void refuse(Failure.Kind kind) {
        state = State.DONE;
        unavailable(Failure.of(kind), null);
    }

    /// The borrower gets nothing. The claim is over.
    ///
    /// @param failed the target that failed, or null when none was chosen
    abstract void unavailable(Failure failure, @Nullable Target failed);

    /// Gives the target and the request's permit back.
    final void release() {
        if (target != null) {
            target.inFlightCounter().decrementAndGet();
            target = null;
        }
        upstream.capacity().requests().decrementAndGet();
        upstream.capacity().wake();
    }
}
