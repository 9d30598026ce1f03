package io.jadegate.proxy.upstream;

import io.jadegate.api.config.PoolConfig;
import io.jadegate.proxy.http2.Http2ClientConnection;
import io.jadegate.proxy.observe.Http2Counts;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import org.jspecify.annotations.Nullable;

/// A connection to a target that serves many requests at once, and its place in the pool: on its
/// way, among those that take requests, or only finishing what it has.
final class SharedConnection implements Http2ClientConnection.Owner, Bond.Kept {
    private final Opening opening;
    private final @Nullable Bond bond;
    private final Target target;
    private final Capacity capacity;
    private final Loop loop;
    private final Http2ClientConnection connection;
    private final Deadlines.Deadline idleDeadline;
    private final long openedNanos;
    private final int maxRequests;
    private PoolConfig pool;
    private int requests;
    private int load;

    /// @param opening who has it made
    /// @param settingsNanos how long the endpoint may take to say what it wants; 0 for no limit
    SharedConnection(
            Opening opening,
            Target target,
            Capacity capacity,
            Loop loop,
            PoolConfig pool,
            HeadLimits limits,
            long settingsNanos) {
        this.opening = opening;
        this.bond = opening.bond();
        this.target = target;
        this.capacity = capacity;
        this.loop = loop;
        this.pool = pool;
        this.openedNanos = loop.now();
        this.maxRequests = PooledConnection.spread(pool, loop);
        this.connection = new Http2ClientConnection(loop, this, limits, settingsNanos);
        this.idleDeadline = loop.deadlines().new Deadline(this::idleForTooLong);
    }

    Http2ClientConnection connection() {
        return connection;
    }

    boolean hasRoom() {
        return connection.room() > 0;
    }

    boolean isIdle() {
        return load == 0;
    }

    /// Takes no request any more, and ends behind the last.
    void drain() {
        connection.drain();
    }

    /// Begins a request of an upstream with these settings.
    HttpStream.Client open(HttpStream.ResponseReceiver receiver, PoolConfig pool) {
        this.pool = pool;
        idleDeadline.cancel();
        HttpStream.Client stream = connection.open(receiver);
        requests++;
        settle();
        if (isWorn()) {
            connection.drain();
        }
        return stream;
    }

    private boolean isWorn() {
        long maxAge = pool.maxAge().toNanos();
        return requests >= maxRequests || (maxAge > 0 && loop.now() - openedNanos > maxAge);
    }

    /// Nobody uses the connection.
    void idle() {
        boolean left = bond != null && bond.over();
        if (left || target.retired() || isWorn() || capacity.idle() > pool.maxIdle()) {
            connection.drain();
        } else {
            idleDeadline.set(loop.now() + pool.idle().toNanos());
        }
    }

    @Override
    public void clientLeft() {
        drain();
    }

    private void idleForTooLong() {
        if (load == 0) {
            connection.drain();
        }
    }

    /// Brings the books up to date: all requests but the first have no connection to themselves.
    private void settle() {
        int now = connection.streamCount();
        int more = Math.max(0, now - 1) - Math.max(0, load - 1);
        load = now;
        if (more != 0) {
            capacity.share(more);
            target.share(more);
        }
    }

    @Override
    public void ready(Http2ClientConnection ready) {
        target.counts(loop).connectionOpened();
        target.poolsOn(loop).of(opening.client()).shared().add(this);
        if (bond != null) {
            bond.add(this);
        }
        opening.ready(this);
    }

    @Override
    public void failed(Failure failure) {
        opening.failed(failure);
    }

    @Override
    public void streamEnded(Http2ClientConnection changed) {
        settle();
        if (load == 0) {
            idle();
        }
    }

    @Override
    public void roomGrew(Http2ClientConnection changed) {
        capacity.wake();
    }

    @Override
    public void retired(Http2ClientConnection retired) {
        Pools pools = target.poolsOn(loop);
        pools.of(opening.client()).shared().remove(this);
        pools.left(opening.client());
    }

    @Override
    public boolean http1Required() {
        return target.requireHttp1(loop);
    }

    @Override
    public void closed(Http2ClientConnection closed) {
        idleDeadline.cancel();
        if (bond != null) {
            bond.remove(this);
        }
        int more = -Math.max(0, load - 1);
        load = 0;
        if (more != 0) {
            capacity.share(more);
            target.share(more);
        }
        target.counts(loop).connectionClosed();
        target.connectionCounter().decrementAndGet();
        capacity.connections().decrementAndGet();
        capacity.wake();
    }

    @Override
    public Http2Counts counts() {
        return target.counts(loop).http2();
    }
}
