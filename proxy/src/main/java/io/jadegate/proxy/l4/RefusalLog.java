package io.jadegate.proxy.l4;

import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.stream.Peer;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells now and then that a listener drops datagrams of clients whom it does not take in. Safe for
/// all loops.
final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - SILENCE_NANOS);
    private final AtomicLong untold = new AtomicLong();

    /// @param now in the time of [System#nanoTime()]
    void refused(String listener, Reason reason, InetSocketAddress client, long now) {
        untold.incrementAndGet();
        long told = toldNanos.get();
        if (now - told >= SILENCE_NANOS && toldNanos.compareAndSet(told, now)) {
            LOG.warn(
                    "listener {}: drops datagrams, {}; {} since it was last told, this one from {}",
                    listener,
                    reason.code(),
                    untold.getAndSet(0),
                    Peer.text(client.getAddress()));
        }
    }
}
