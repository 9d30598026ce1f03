package io.jadegate.proxy.upstream;

import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request's claim on an upstream: a permit, a target, and a stream to it.
public final class Lease extends Claim {
    private final Borrower borrower;
    private final Connector.Patience patience;
    private @Nullable Opening opening;
    private @Nullable PooledConnection exclusive;
    private @Nullable SharedConnection shared;

    /// Who asked for a stream. Told once: [#lent] or [#unavailable]; then the response comes.
    public interface Borrower extends HttpStream.ResponseReceiver {
        /// Whom the endpoint is told of where a connection begins with a header of the PROXY
        /// protocol; the same for all requests of one connection of a client.
        ProxyHeader introduction();

        /// What is kept for the connection of the client, and serves no other.
        Bond bond();

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
        super(upstream, loop, except, own);
        this.borrower = borrower;
        this.patience = patience;
    }

    /// Where a connection that is kept for the client leads: what has been settled by it holds
    /// there and nowhere else.
    @Override
    @Nullable Target known() {
        PooledConnection kept = keptConnection(null);
        return kept == null ? null : kept.target();
    }

    /// An idle connection that is kept for the client, or null.
    ///
    /// @param to where it leads; null for any target that new requests may go to
    private @Nullable PooledConnection keptConnection(@Nullable Target to) {
        List<Bond.Kept> all = borrower.bond().kept();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof PooledConnection kept
                    && kept.isKeptIdle()
                    && kept.isFor(introduction())
                    && (to == null ? upstream.offers(kept.target()) : kept.target() == to)) {
                return kept;
            }
        }
        return null;
    }

    private @Nullable ProxyHeader introduction() {
        return upstream.introducesClients() ? borrower.introduction() : null;
    }

    /// What a connection for a client ends with: nobody else is ever introduced as the same.
    /// Clients without an address all are, and share.
    private @Nullable Bond bond(@Nullable ProxyHeader client) {
        return client == null || client.source() == null ? null : borrower.bond();
    }

    /// Goes by a connection that is there or on its way, or by a new one.
    ///
    /// @return false when a permit is lacking
    @Override
    boolean reach(Target chosen) {
        PooledConnection kept = keptConnection(chosen);
        if (kept != null) {
            claim(chosen);
            kept.takeKept();
            kept.lent(upstream.config().pool());
            lendExclusive(kept);
            return true;
        }
        ProxyHeader client = introduction();
        Pool pool = chosen.poolsOn(loop).find(client);
        if (pool != null && isReachedBy(pool, chosen)) {
            return true;
        }
        if (!upstream.takeConnection(loop)) {
            return false;
        }
        claim(chosen);
        Opening made = new Opening(upstream, chosen, loop, patience, client, bond(client));
        opening = made;
        made.add(this);
        made.begin();
        return true;
    }

    /// Goes by a connection of a pool, if there is one that is free or on its way.
    private boolean isReachedBy(Pool pool, Target chosen) {
        SharedConnection connection = chosen.onlyHttp1(loop) ? null : pool.shared().withRoom();
        if (connection != null) {
            claim(chosen);
            lendShared(connection);
            return true;
        }
        PooledConnection pooled = pool.idle().take();
        if (pooled != null) {
            claim(chosen);
            pooled.lent(upstream.config().pool());
            lendExclusive(pooled);
            return true;
        }
        Opening onItsWay = pool.shared().onItsWay();
        if (onItsWay == null) {
            return false;
        }
        claim(chosen);
        opening = onItsWay;
        onItsWay.add(this);
        return true;
    }

    /// A connection is there for this request alone.
    ///
    /// @return false when nobody waits for it any more
    boolean lendExclusive(PooledConnection pooled) {
        if (state != State.CONNECTING) {
            return false;
        }
        exclusive = pooled;
        lent(pooled.connection().open(borrower));
        return true;
    }

    /// A connection is there that has room for this request.
    void lendShared(SharedConnection connection) {
        if (state == State.CONNECTING) {
            shared = connection;
            lent(connection.open(borrower, upstream.config().pool()));
        }
    }

    private void lent(HttpStream.Client stream) {
        opening = null;
        state = State.LENT;
        borrower.lent(stream, Objects.requireNonNull(target));
    }

    /// Over the connection somebody has said who he is, and the endpoint may take whoever speaks
    /// next for the same: from now on it serves the borrower's client alone. One that serves many
    /// at once, where no such thing is defined, begins nothing more.
    public void keepForClient() {
        if (exclusive != null) {
            exclusive.keepFor(borrower.bond());
        } else if (shared != null) {
            shared.drain();
        }
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

    @Override
    void unavailable(Failure failure, @Nullable Target failed) {
        borrower.unavailable(failure, failed);
    }

    /// Ends the lease: the exchange on the stream is over, or nobody waits for the stream any more.
    /// Calls after the first do nothing.
    public void giveBack() {
        switch (state) {
            case WAITING -> stopWaiting();
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
}
