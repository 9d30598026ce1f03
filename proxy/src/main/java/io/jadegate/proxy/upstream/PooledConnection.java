package io.jadegate.proxy.upstream;

import io.jadegate.api.config.PoolConfig;
import io.jadegate.proxy.http1.Http1ClientConnection;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Deadlines;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loop;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A connection to a target and its place in the pool: lent, idle on its loop, or closed.
final class PooledConnection implements Http1ClientConnection.Owner, Bond.Kept {
    /// So many to one target are kept idle for a client that has used more at once. As many as
    /// browsers open.
    private static final int MOST_KEPT_IDLE = 6;

    private final Target target;
    private final Capacity capacity;
    private final Loop loop;
    private final Http1ClientConnection connection;
    private final Deadlines.Deadline idleDeadline;
    private final long openedNanos;
    private final int maxRequests;
    private final @Nullable ProxyHeader client;
    private PoolConfig pool;

    /// What it ends with; null when it is everybody's.
    private @Nullable Bond bond;

    /// Whether what it ends with is all that it serves.
    private boolean kept;

    private boolean opened;
    private boolean idle;

    /// @param client for whom alone it is; null for everybody
    /// @param bond what it ends with; null for nothing
    PooledConnection(
            Target target,
            Capacity capacity,
            Loop loop,
            PoolConfig pool,
            HeadLimits limits,
            @Nullable ProxyHeader client,
            @Nullable Bond bond) {
        this.target = target;
        this.capacity = capacity;
        this.loop = loop;
        this.pool = pool;
        this.client = client;
        this.bond = bond;
        this.openedNanos = loop.now();
        this.maxRequests = spread(pool, loop);
        this.connection = new Http1ClientConnection(loop, this, limits);
        this.idleDeadline = loop.deadlines().new Deadline(this::idleForTooLong);
    }

    /// How many requests a connection serves: connections opened together should not all end
    /// together.
    static int spread(PoolConfig pool, Loop loop) {
        return pool.maxRequests() - loop.random().nextInt(pool.maxRequests() / 10 + 1);
    }

    Http1ClientConnection connection() {
        return connection;
    }

    Target target() {
        return target;
    }

    /// The connection stands. Until now whoever makes it has kept the books.
    void opened() {
        opened = true;
        target.counts(loop).connectionOpened();
        if (bond != null) {
            bond.add(this);
        }
    }

    /// Leaves the idle list for a request of an upstream with these settings.
    void lent(PoolConfig pool) {
        this.pool = pool;
        idle = false;
    }

    /// Whether it waits for the one client that it is kept for.
    boolean isKeptIdle() {
        return kept && idle && connection.usable();
    }

    /// Whether it was made for a client.
    ///
    /// @param who null for everybody
    boolean isFor(@Nullable ProxyHeader who) {
        return Objects.equals(client, who);
    }

    /// Serves, from now on, one connection of a client alone.
    void keepFor(Bond alone) {
        assert !kept || bond == alone : "kept for another client";
        kept = true;
        if (bond != alone) {
            if (bond != null) {
                bond.remove(this);
            }
            bond = alone;
            alone.add(this);
        }
    }

    /// The client it is kept for wants it again.
    void takeKept() {
        target.poolsOn(loop).kept().remove(this);
    }

    @Override
    public void clientLeft() {
        if (idle) {
            connection.close();
        }
    }

    @Override
    public void idle(Http1ClientConnection connection) {
        long now = loop.now();
        long maxAge = pool.maxAge().toNanos();
        boolean worn =
                connection.requests() >= maxRequests
                        || (maxAge > 0 && now - openedNanos > maxAge)
                        || capacity.idle() > pool.maxIdle()
                        || clientHasEnough();
        if (worn || target.retired() || (bond != null && bond.over())) {
            connection.close();
            return;
        }
        idle = true;
        if (kept) {
            target.poolsOn(loop).kept().add(this);
        } else {
            target.poolsOn(loop).of(client).idle().put(this);
        }
        idleDeadline.set(now + idleNanos());
        capacity.wake();
    }

    private boolean clientHasEnough() {
        if (!kept || bond == null) {
            return false;
        }
        int others = 0;
        for (Bond.Kept each : bond.kept()) {
            if (each instanceof PooledConnection other
                    && other.target == target
                    && other.isKeptIdle()) {
                others++;
            }
        }
        return others >= MOST_KEPT_IDLE;
    }

    @Override
    public void closed(Http1ClientConnection connection) {
        if (!opened) {
            return;
        }
        idleDeadline.cancel();
        Pools pools = target.poolsOn(loop);
        if (idle) {
            idle = false;
            leaveIdle(pools);
        }
        if (bond != null) {
            bond.remove(this);
        }
        pools.left(client);
        target.counts(loop).connectionClosed();
        target.connectionCounter().decrementAndGet();
        capacity.connections().decrementAndGet();
        capacity.wake();
    }

    private void leaveIdle(Pools pools) {
        if (kept) {
            pools.kept().remove(this);
        } else {
            pools.of(client).idle().remove(this);
        }
    }

    /// Shorter than the endpoint keeps the connection, so that a request does not cross its close.
    private long idleNanos() {
        long own = pool.idle().toNanos();
        int advertised = connection.advertisedIdleSeconds();
        return advertised > 0
                ? Math.min(own, TimeUnit.SECONDS.toNanos(Math.max(1, advertised - 1)))
                : own;
    }

    private void idleForTooLong() {
        if (idle) {
            connection.close();
        }
    }
}
