package io.jadegate.filters.connection;

import io.jadegate.api.filter.ClientConnection;
import io.jadegate.api.net.ClientNetwork;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Who has how many connections to a listener. Safe for all threads.
final class Census {
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentHashMap<Long, Integer> byClient = new ConcurrentHashMap<>();

    int total() {
        return total.get();
    }

    /// How many connections a client has.
    int of(InetAddress address) {
        return byClient.getOrDefault(ClientNetwork.of(address), 0);
    }

    /// How many clients have connections.
    int clients() {
        return byClient.size();
    }

    void opened(ClientConnection connection) {
        total.incrementAndGet();
        if (!connection.local()) {
            byClient.merge(ClientNetwork.of(connection.address()), 1, Integer::sum);
        }
    }

    void closed(ClientConnection connection) {
        total.decrementAndGet();
        if (!connection.local()) {
            byClient.computeIfPresent(
                    ClientNetwork.of(connection.address()),
                    (_, count) -> count > 1 ? count - 1 : null);
        }
    }
}
