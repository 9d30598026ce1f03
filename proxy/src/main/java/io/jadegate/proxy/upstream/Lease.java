package io.jadegate.proxy.upstream;

import io.jadegate.api.config.CapacityConfig;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request's claim on an upstream: a permit, a target, and a stream to it.
///
/// ```
/// NEW → (WAITING →) CONNECTING → LENT → DONE      WAITING: for a permit; DONE: given back, failed or cancelled
/// ```
///
/// Only for its loop's own thread.
public final class Lease implements Waiting {
    private enum State {
        NEW,
        WAITING,
        CONNECTING,
        LENT,
        DONE
    }

    private final Upstream upstream;
    private final Loop loop;
    private final Borrower borrower;
    private final @Nullable Target except;
    private final @Nullable Picker own;
    private final Connector.Patience patience;
    private Deadlines.@Nullable Deadline waitDeadline;
    private @Nullable Target target;
    private @Nullable Opening opening;
    private State state = State.NEW;

    /// Who asked for a stream. Told once: [#lent] or [#unavailable]; then the response comes.
    public interface Borrower extends HttpStream.ResponseReceiver {
        /// The stream is there. Unless the borrower cancels, it must call [Lease#giveBack()] when
        /// the exchange on it has ended.
        void lent(HttpStream.Client stream, Target target);

        /// There will be no stream. The lease is over.
        ///
        /// @param target the target that failed, or null when none was chosen
        void unavailable(Failure failure, @Nullable Target target);
    }

    Lease(
            Upstream upstream,
            Loop loop,
            Borrower borrower,
            @Nullable Target except,
            Connector.Patience patience,
            @Nullable Picker own) {
        this.upstream = upstream;
        this.loop = loop;
        this.borrower = borrower;
        this.except = except;
        this.own = own;
        this.patience = patience;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    /// Asks. Called once.
    public void begin() {
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

    @Override
    public boolean tryAgain() {
        if (state != State.WAITING) {
            return true;
        }
        if (!start()) {
            upstream.makeRoomElsewhere(loop);
            return false;
        }
        if (waitDeadline != null) {
            waitDeadline.cancel();
        }
        return true;
    }

    private void waitedTooLong() {
        if (state == State.WAITING) {
            upstream.capacity().leave(this);
            refuse(Failure.Kind.OVERLOAD);
        }
    }

    /// Takes the permits and a connection.
    ///
    /// @return false when a permit is lacking
    private boolean start() {
        Capacity capacity = upstream.capacity();
        CapacityConfig limits = capacity.limits();
        if (!Capacity.take(capacity.requests(), limits.requests())) {
            return false;
        }
        Target chosen = picker().pick(loop, except);
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

    /// Goes by a connection that is there or on its way, or by a new one.
    ///
    /// @return false when a permit is lacking
    private boolean reach(Target chosen) {
        SharedConnections shared = chosen.sharedOn(loop);
        SharedConnection connection = chosen.onlyHttp1(loop) ? null : shared.withRoom();
        if (connection != null) {
            claim(chosen);
            lendShared(connection);
            return true;
        }
        PooledConnection pooled = chosen.idleOn(loop).take();
        if (pooled != null) {
            claim(chosen);
            pooled.lent(upstream.config().pool());
            lendExclusive(pooled);
            return true;
        }
        Opening onItsWay = shared.onItsWay();
        if (onItsWay != null) {
            claim(chosen);
            opening = onItsWay;
            onItsWay.add(this);
            return true;
        }
        if (!upstream.takeConnection(loop)) {
            return false;
        }
        claim(chosen);
        Opening made = new Opening(upstream, chosen, loop, patience);
        opening = made;
        made.add(this);
        made.begin();
        return true;
    }

    private void claim(Target chosen) {
        target = chosen;
        state = State.CONNECTING;
        chosen.inFlightCounter().incrementAndGet();
    }

    /// A connection is there for this request alone.
    ///
    /// @return false when nobody waits for it any more
    boolean lendExclusive(PooledConnection pooled) {
        if (state != State.CONNECTING) {
            return false;
        }
        lent(pooled.connection().open(borrower));
        return true;
    }

    /// A connection is there that has room for this request.
    void lendShared(SharedConnection connection) {
        if (state == State.CONNECTING) {
            lent(connection.open(borrower, upstream.config().pool()));
        }
    }

    private void lent(HttpStream.Client stream) {
        opening = null;
        state = State.LENT;
        borrower.lent(stream, Objects.requireNonNull(target));
    }

    /// The connection that was waited for is there, and not for this request: asks once more.
    void again() {
        if (state == State.CONNECTING) {
            opening = null;
            release();
            state = State.NEW;
            begin();
        }
    }

    /// There will be no connection.
    void connectFailed(Failure failure) {
        if (state == State.CONNECTING) {
            opening = null;
            Target failed = target;
            finish();
            borrower.unavailable(failure, failed);
        }
    }

    private Picker picker() {
        return own == null ? upstream.picker() : own;
    }

    private void refuse(Failure.Kind kind) {
        state = State.DONE;
        borrower.unavailable(Failure.of(kind), null);
    }

    /// Ends the lease: the exchange on the stream is over, or nobody waits for the stream any more.
    /// Calls after the first do nothing.
    public void giveBack() {
        switch (state) {
            case WAITING -> {
                state = State.DONE;
                if (waitDeadline != null) {
                    waitDeadline.cancel();
                }
                upstream.capacity().leave(this);
            }
            case CONNECTING -> {
                if (opening != null) {
                    opening.remove(this);
                    opening = null;
                }
                finish();
            }
            case LENT -> finish();
            case NEW, DONE -> state = State.DONE;
        }
    }

    private void finish() {
        state = State.DONE;
        release();
    }

    private void release() {
        if (target != null) {
            target.inFlightCounter().decrementAndGet();
            target = null;
        }
        upstream.capacity().requests().decrementAndGet();
        upstream.capacity().wake();
    }
}
