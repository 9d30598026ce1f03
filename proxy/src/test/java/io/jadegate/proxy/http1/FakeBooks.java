package io.jadegate.proxy.http1;

import io.jadegate.proxy.observe.ListenerCounts;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.stream.ServerConnection;

/// The books in which one connection of a listener stands while it is open.
public final class FakeBooks implements ServerConnection.Owner {
    private final ListenerCounts counts = new Meters(1).listener("web").on(0);
    private int open;

    /// How many connections stand in them.
    public int open() {
        return open;
    }

    @Override
    public void opened(ServerConnection connection) {
        open++;
    }

    @Override
    public void closed(ServerConnection connection) {
        open--;
    }

    @Override
    public void replace(ServerConnection before, ServerConnection after) {
        throw new AssertionError(before + " is no connection that goes on as another");
    }

    @Override
    public ListenerCounts counts() {
        return counts;
    }
}
