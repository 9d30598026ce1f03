package io.jadegate.api.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The timeouts of one route; `null` is what `defaults.timeouts` says, zero is `off`. What ends
/// before a route is known is missing here.
public record TimeoutOverrides(
        @Doc("a TCP connection to an endpoint is made") @Off @Nullable Duration connect,
        @Doc("a TLS handshake with an endpoint is done") @Off @Nullable Duration tls,
        @Doc("gap in the client's body") @Off @Nullable Duration bodyIdle,
        @Doc("gap while a peer takes no bytes") @Off @Nullable Duration write,
        @Doc("after the client closed its sending side, an answer begins") @Off
                @Nullable Duration halfClose,
        @Doc("the upstream starts to answer") @Off @Nullable Duration firstByte,
        @Doc("gap in the upstream's answer") @Off @Nullable Duration idle,
        @Doc("the whole exchange; never applies to event streams and tunnels") @Off
                @Nullable Duration total,
        @Doc("a tunnel without a byte in either direction is closed") @Off
                @Nullable Duration tunnelIdle) {

    /// Nothing overridden.
    public static final TimeoutOverrides NONE =
            new TimeoutOverrides(null, null, null, null, null, null, null, null, null);

    /// The timeouts that hold: these, and the base's where nothing is said here.
    public TimeoutsConfig over(TimeoutsConfig base) {
        return new TimeoutsConfig(
                first(connect, base.connect()),
                first(tls, base.tls()),
                base.header(),
                first(bodyIdle, base.bodyIdle()),
                first(write, base.write()),
                first(halfClose, base.halfClose()),
                base.keepAlive(),
                base.keepAliveRequests(),
                base.keepAliveAge(),
                first(firstByte, base.firstByte()),
                first(idle, base.idle()),
                first(total, base.total()),
                first(tunnelIdle, base.tunnelIdle()));
    }

    private static Duration first(@Nullable Duration own, Duration base) {
        return own != null ? own : base;
    }
}
