package io.jadegate.proxy.listener;

import io.jadegate.proxy.http1.Http1ServerConnection;
import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.stream.Loop;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The connections that one listener accepted on one loop.
final class Accepted implements Http1ServerConnection.Owner {
    private final Loop loop;
    private final Supplier<PerLoop<ListenerCounts>> counts;
    private final Set<Http1ServerConnection> connections = new HashSet<>();
    private volatile int open;

    Accepted(Loop loop, Supplier<PerLoop<ListenerCounts>> counts) {
        this.loop = loop;
        this.counts = counts;
    }

    @Override
    public void opened(Http1ServerConnection connection) {
        connections.add(connection);
        open = connections.size();
        counts.get().on(loop.index()).connectionAccepted();
    }

    @Override
    public void closed(Http1ServerConnection connection) {
        if (connections.remove(connection)) {
            open = connections.size();
            counts.get().on(loop.index()).connectionClosed();
        }
    }

    /// How many there are; may be asked from any thread.
    int open() {
        return open;
    }

    void drain() {
        forEach(Http1ServerConnection::drain);
    }

    void abort() {
        forEach(Http1ServerConnection::abort);
    }

    /// To be called on the loop.
    void forEachHere(Consumer<Http1ServerConnection> action) {
        connections.forEach(action);
    }

    private void forEach(Consumer<Http1ServerConnection> action) {
        loop.eventLoop().execute(() -> List.copyOf(connections).forEach(action));
    }
}
