package io.jadegate.filters.connection;

import io.jadegate.api.config.Rate;
import io.jadegate.api.filter.ClientConnection;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Who has how many connections to a listener. Safe for all threads.
///
/// A client is a number of 64 bits: the upper half of an IPv6 address, since whoever has one
/// address of a /64 has them all, or an IPv4 address under a prefix of `::/8`, from where nobody
/// calls.
final class Census {
    private static final long IPV4 = 0x0000_00FF_0000_0000L;

    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentHashMap<Long, Integer> byClient = new ConcurrentHashMap<>();

    /// When the next connection would be due if all came evenly, the one number that a generic cell
    /// rate needs.
    private final AtomicLong dueNanos;

    Census(long now) {
        dueNanos = new AtomicLong(now);
    }

    int total() {
        return total.get();
    }

    /// How many connections a client has.
    int of(InetAddress address) {
        return byClient.getOrDefault(client(address), 0);
    }

    /// How many clients have connections.
    int clients() {
        return byClient.size();
    }

    void opened(ClientConnection connection) {
        total.incrementAndGet();
        if (!connection.local()) {
            byClient.merge(client(connection.address()), 1, Integer::sum);
        }
    }

    void closed(ClientConnection connection) {
        total.decrementAndGet();
        if (!connection.local()) {
            byClient.computeIfPresent(
                    client(connection.address()), (_, count) -> count > 1 ? count - 1 : null);
        }
    }

    /// Whether a connection may come now.
    boolean due(Rate rate, long now) {
        long nanos = rate.per().toNanos();
        return dueNanos.get() - now <= nanos - nanos / rate.count();
    }

    /// Counts one that came.
    void arrived(Rate rate, long now) {
        long interval = rate.per().toNanos() / rate.count();
        long due = dueNanos.get();
        while (!dueNanos.compareAndSet(due, (due - now > 0 ? due : now) + interval)) {
            due = dueNanos.get();
        }
    }

    private static Long client(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length == 4) {
            return IPV4 | word(octets, 0);
        }
        long network = word(octets, 0) << 32 | word(octets, 4);
        boolean mapped = network == 0 && word(octets, 8) == 0xffff;
        return mapped ? IPV4 | word(octets, 12) : network;
    }

    private static long word(byte[] octets, int at) {
        return (octets[at] & 0xffL) << 24
                | (octets[at + 1] & 0xff) << 16
                | (octets[at + 2] & 0xff) << 8
                | (octets[at + 3] & 0xff);
    }
}
