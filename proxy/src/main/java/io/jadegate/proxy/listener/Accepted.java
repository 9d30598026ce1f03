package io.jadegate.proxy.listener;

import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.ServerConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The connections that one listener accepted on one loop.
final class Accepted implements ServerConnection.Owner {
    private final Loop loop;
    private final Supplier<PerLoop<ListenerCounts>> counts;
    private final Set<ServerConnection> connections = new HashSet<>();
    private volatile int open;

    /// Where those that are open are counted; null before the first.
    private @Nullable ListenerCounts countedIn;

    private volatile boolean closed;

    Accepted(Loop loop, Supplier<PerLoop<ListenerCounts>> counts) {
        this.loop = loop;
        this.counts = counts;
    }

    @Override
    public void opened(ServerConnection connection) {
        recountHere();
        if (connections.add(connection)) {
            open = connections.size();
            counts().connectionAccepted();
            if (closed) {
                drainSoon(connection);
            }
        }
    }

    @Override
    public void closed(ServerConnection connection) {
        recountHere();
        if (connections.remove(connection)) {
            open = connections.size();
            counts().connectionClosed();
        }
    }

    /// Counts those that are open where the listener's are counted by now: another place once it
    /// has another name.
    @SuppressWarnings("ReferenceEquality") // each listener has its own
    private void recountHere() {
        ListenerCounts before = countedIn;
        ListenerCounts now = counts();
        if (now != before) {
            countedIn = now;
            if (before != null) {
                before.connectionsLeft(connections.size());
                now.connectionsTakenOver(connections.size());
            }
        }
    }

    /// The same, also of those with whom nothing happens.
    void recount() {
        loop.eventLoop().execute(this::recountHere);
    }

    @Override
    public ListenerCounts counts() {
        return counts.get().on(loop.index());
    }

    @Override
    public void replace(ServerConnection before, ServerConnection after) {
        connections.remove(before);
        connections.add(after);
        if (before.leaving()) {
            drainSoon(after);
        }
    }

    /// The connection has still to begin.
    private void drainSoon(ServerConnection connection) {
        loop.eventLoop()
                .execute(() -> {
                    if (connections.contains(connection)) {
                        connection.drain();
                    }
                });
    }

    /// How many there are; may be asked from any thread.
    int open() {
        return open;
    }

    /// The listener takes no more connections: those that were on their way in drain as soon as
    /// they are there.
    void close() {
        closed = true;
    }

    void drain() {
        forEach(ServerConnection::drain);
    }

    /// Drains those of which that is true. What goes through a handshake then is not to come
    /// through it.
    void drainIf(Predicate<ServerConnection> condition) {
        forEach(connection -> {
            if (!condition.test(connection)) {
                return;
            }
            if (connection instanceof TlsHandshake) {
                connection.abort();
            } else {
                connection.drain();
            }
        });
    }

    void abort() {
        forEach(ServerConnection::abort);
    }

    /// To be called on the loop.
    void forEachHere(Consumer<ServerConnection> action) {
        connections.forEach(action);
    }

    void forEach(Consumer<ServerConnection> action) {
        loop.eventLoop().execute(() -> List.copyOf(connections).forEach(action));
    }
}
