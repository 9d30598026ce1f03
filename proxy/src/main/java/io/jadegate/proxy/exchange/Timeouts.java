package io.jadegate.proxy.exchange;

import io.jadegate.api.config.TimeoutsConfig;
import io.jadegate.proxy.upstream.Connector;

/// The timeouts of a route in nanoseconds; 0 means no limit. Routes that have the same share one.
///
/// @param opening of connections to endpoints
public record Timeouts(
        Connector.Patience opening,
        long bodyIdle,
        long write,
        long halfClose,
        long firstByte,
        long idle,
        long total,
        long tunnelIdle) {

    public static Timeouts of(TimeoutsConfig config) {
        return new Timeouts(
                new Connector.Patience(config.connect().toNanos(), config.tls().toNanos()),
                config.bodyIdle().toNanos(),
                config.write().toNanos(),
                config.halfClose().toNanos(),
                config.firstByte().toNanos(),
                config.idle().toNanos(),
                config.total().toNanos(),
                config.tunnelIdle().toNanos());
    }
}
