package io.jadegate.proxy.exchange;

import io.jadegate.api.config.TimeoutsConfig;

/// The timeouts of a route in nanoseconds; 0 means no limit. Routes that have the same share one.
public record Timeouts(
        long connect,
        long bodyIdle,
        long write,
        long halfClose,
        long firstByte,
        long idle,
        long total,
        long tunnelIdle) {

    public static Timeouts of(TimeoutsConfig config) {
        return new Timeouts(
                config.connect().toNanos(),
                config.bodyIdle().toNanos(),
                config.write().toNanos(),
                config.halfClose().toNanos(),
                config.firstByte().toNanos(),
                config.idle().toNanos(),
                config.total().toNanos(),
                config.tunnelIdle().toNanos());
    }
}
