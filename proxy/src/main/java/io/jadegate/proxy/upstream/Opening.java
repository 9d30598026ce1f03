package io.jadegate.proxy.upstream;

import io.jadegate.api.config.PoolConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.proxy.http2.Http2ClientConnection;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection on its way to a target, and the requests that wait for it. Where it may come to
/// serve many at once, many wait for the same, so that a crowd does not open one connection each.
///
/// It holds one permit for connections, which goes over to the connection or is given back. Only
/// for its loop's own thread.
final class Opening implements Connector.Opening, Bond.Kept {
    private final Upstream upstream;
    private final Target target;
    private final Loop loop;
    private final Connector.Patience patience;
    private final @Nullable ProxyHeader client;
    private final @Nullable Bond bond;
    private final PoolConfig pool;
    private final ArrayDeque<Lease> waiting = new ArrayDeque<>(2);
    private @Nullable Channel made;
    private @Nullable PooledConnection exclusive;
    private boolean over;

    /// @param upstream holds the permit
    /// @param patience how long it may take
    /// @param client whom the endpoint is told of, and for whom alone it is; null for everybody
    /// @param bond what the connection ends with; null for nothing
    Opening(
            Upstream upstream,
            Target target,
            Loop loop,
            Connector.Patience patience,
            @Nullable ProxyHeader client,
            @Nullable Bond bond) {
        this.upstream = upstream;
        this.target = target;
        this.loop = loop;
        this.patience = patience;
        this.client = client;
        this.bond = bond;
        this.pool = upstream.config().pool();
    }

    /// Begins. A failure may be told at once.
    void begin() {
        target.connectionCounter().incrementAndGet();
        target.poolsOn(loop).of(client).shared().add(this);
        if (bond != null) {
            bond.add(this);
        }
        SocketAddress address = target.resolved().next();
        if (address == null) {
            failed(Failure.of(Failure.Kind.NAME_NOT_RESOLVED));
        } else {
            made = upstream.connector().connect(loop, target, address, patience, this);
        }
    }

    /// Whether one more request may wait for it.
    boolean takesMore() {
        return !over
                && target.sharesConnections(loop)
                && waiting.size() < Http2ClientConnection.USUAL_STREAMS;
    }

    void add(Lease lease) {
        waiting.addLast(lease);
        if (waiting.size() > 1) {
            share(1);
        }
    }

    /// A request waits no longer.
    void remove(Lease lease) {
        if (waiting.remove(lease) && !waiting.isEmpty()) {
            share(-1);
        }
    }

    private void share(int more) {
        upstream.capacity().share(more);
        target.share(more);
    }

    @Override
    public @Nullable ByteBuf preface(ByteBufAllocator allocator) {
        return client == null ? null : upstream.introduce(client, allocator);
    }

    /// Whom the endpoint is told of; null for nobody.
    @Nullable ProxyHeader client() {
        return client;
    }

    /// What the connection ends with; null for nothing.
    @Nullable Bond bond() {
        return bond;
    }

    /// Nobody will come for whom it could be.
    @Override
    public void clientLeft() {
        if (!over && waiting.isEmpty() && made != null) {
            made.close();
        }
    }

    @Override
    public @Nullable ChannelHandler speaker(@Nullable String agreed) {
        UpstreamConfig.Protocol spoken = target.spoken(agreed);
        if (spoken == null) {
            return null;
        }
        HeadLimits limits = upstream.connector().limits();
        if (spoken == UpstreamConfig.Protocol.HTTP2) {
            return new SharedConnection(
                            this,
                            target,
                            upstream.capacity(),
                            loop,
                            pool,
                            limits,
                            patience.connect())
                    .connection();
        }
        PooledConnection made =
                new PooledConnection(target, upstream.capacity(), loop, pool, limits, client, bond);
        exclusive = made;
        return made.connection();
    }

    @Override
    public void opened() {
        PooledConnection made = exclusive;
        if (made == null) {
            // It is ready only when the endpoint has said so.
            return;
        }
        target.spoke(/* http2= */ false);
        made.opened();
        boolean used = false;
        for (Lease lease : end()) {
            if (used) {
                lease.again();
            } else {
                used = lease.lendExclusive(made);
            }
        }
        if (!used) {
            made.idle(made.connection());
        }
    }

    /// The connection can serve many at once: as many as it takes get a stream of it.
    void ready(SharedConnection connection) {
        target.spoke(/* http2= */ true);
        if (!connection.hasRoom()) {
            // An endpoint that takes nothing: one more connection would be no better.
            fail(new Failure(Failure.Kind.STREAM_REFUSED, "no streams are allowed"));
            connection.drain();
            return;
        }
        for (Lease lease : end()) {
            if (connection.hasRoom()) {
                lease.lendShared(connection);
            } else {
                lease.again();
            }
        }
        if (connection.isIdle() || target.retired()) {
            connection.idle();
        }
    }

    @Override
    public void failed(Failure failure) {
        target.connectionCounter().decrementAndGet();
        upstream.capacity().connections().decrementAndGet();
        upstream.capacity().wake();
        fail(failure);
    }

    private void fail(Failure failure) {
        for (Lease lease : end()) {
            lease.connectFailed(failure);
        }
    }

    /// Nobody waits any more; those who did are to be told.
    private List<Lease> end() {
        over = true;
        if (bond != null) {
            bond.remove(this);
        }
        Pools pools = target.poolsOn(loop);
        pools.of(client).shared().remove(this);
        pools.left(client);
        if (waiting.size() > 1) {
            share(1 - waiting.size());
        }
        List<Lease> waited = List.copyOf(waiting);
        waiting.clear();
        return waited;
    }
}
