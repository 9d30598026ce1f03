package io.jadegate.proxy.upstream;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// The idle connections to one target on one loop. The one used last is used first: the fewest stay
/// warm, and the rest grow old and close. Only for the loop's own thread.
final class IdleConnections {
    private final ArrayDeque<PooledConnection> stack = new ArrayDeque<>(4);

    /// Takes the connection used last, or null.
    @Nullable PooledConnection take() {
        for (PooledConnection pooled = stack.pollLast();
                pooled != null;
                pooled = stack.pollLast()) {
            if (pooled.connection().usable()) {
                return pooled;
            }
        }
        return null;
    }

    boolean isEmpty() {
        return stack.isEmpty();
    }

    void put(PooledConnection pooled) {
        stack.addLast(pooled);
    }

    /// Takes out a connection that has closed by itself.
    void remove(PooledConnection pooled) {
        // The one that has been idle longest is the likeliest to be closed from the other side.
        for (Iterator<PooledConnection> all = stack.iterator(); all.hasNext(); ) {
            if (all.next() == pooled) {
                all.remove();
                return;
            }
        }
    }

    /// Closes the connection that has been idle longest and says whether there was one.
    boolean closeOldest() {
        PooledConnection pooled = stack.peekFirst();
        if (pooled == null) {
            return false;
        }
        pooled.connection().close();
        return true;
    }

    void closeAll() {
        while (closeOldest()) {
            // closing takes it off the stack
        }
    }
}
