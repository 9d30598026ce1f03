package io.jadegate.proxy.listener;

import io.jadegate.proxy.observe.HandshakeResult;
import io.jadegate.proxy.stream.Peer;
import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells of handshakes that failed on one listener, but not of each: anybody can make any number of
/// them. For all loops.
final class HandshakeLog {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeLog.class);
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - SILENCE_NANOS);
    private final AtomicLong untold = new AtomicLong();

    void failed(String listener, Channel channel, HandshakeResult result, String why) {
        untold.incrementAndGet();
        long now = System.nanoTime();
        long told = toldNanos.get();
        if (now - told >= SILENCE_NANOS && toldNanos.compareAndSet(told, now)) {
            LOG.warn(
                    "listener {}: TLS handshakes failed, {} since it was last told; this one with"
                            + " {}: {}{}",
                    listener,
                    untold.getAndSet(0),
                    Peer.of(channel, /* tls= */ null).text(),
                    result.code(),
                    why.isEmpty() ? "" : ", " + why);
        }
    }
}
