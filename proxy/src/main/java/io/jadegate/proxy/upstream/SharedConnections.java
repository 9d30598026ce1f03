package io.jadegate.proxy.upstream;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The connections to one target on one loop that serve many requests at once, and those on their
/// way that may become such. Only for the loop's own thread.
final class SharedConnections {
    private final List<SharedConnection> open = new ArrayList<>(2);
    private final List<Opening> openings = new ArrayList<>(2);

    /// The connection that the next request goes by: the oldest that has room, so that the fewest
    /// carry the load and the rest fall idle; or null.
    @Nullable SharedConnection withRoom() {
        for (int i = 0; i < open.size(); i++) {
            SharedConnection connection = open.get(i);
            if (connection.hasRoom()) {
                return connection;
            }
        }
        return null;
    }

    /// A connection on its way that one more request may wait for, or null.
    @Nullable Opening onItsWay() {
        for (int i = 0; i < openings.size(); i++) {
            Opening opening = openings.get(i);
            if (opening.takesMore()) {
                return opening;
            }
        }
        return null;
    }

    boolean isEmpty() {
        return open.isEmpty() && openings.isEmpty();
    }

    void add(Opening opening) {
        openings.add(opening);
    }

    void remove(Opening opening) {
        openings.remove(opening);
    }

    void add(SharedConnection connection) {
        open.add(connection);
    }

    void remove(SharedConnection connection) {
        open.remove(connection);
    }

    /// Closes a connection that serves nobody and says whether there was one.
    boolean closeIdle() {
        for (int i = open.size() - 1; i >= 0; i--) {
            if (open.get(i).isIdle()) {
                open.get(i).drain();
                return true;
            }
        }
        return false;
    }

    /// Has every connection finish what it has, and end.
    void drainAll() {
        List.copyOf(open).forEach(SharedConnection::drain);
    }
}
