package io.jadegate.proxy.exchange;

import io.jadegate.proxy.stream.Failure;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How long an exchange may take in all: as long as its route lets it or, when it is a gRPC call,
/// as long as its caller waits, whichever is shorter.
///
/// @param nanos from its start
/// @param kind what it is called when the time is up
record CallDeadline(long nanos, Failure.Kind kind) {
    /// What callers may say is more than a clock can be moved by.
    private static final long LONGEST = TimeUnit.DAYS.toNanos(365);

    /// Null where there is no limit.
    static @Nullable CallDeadline of(RequestContext context) {
        long route = Objects.requireNonNull(context.routeOrNull()).timeouts().total();
        long caller = Math.min(context.timeoutNanos(), LONGEST);
        if (caller >= 0 && (route == 0 || caller < route)) {
            return new CallDeadline(caller, Failure.Kind.CLIENT_DEADLINE);
        }
        return route == 0 ? null : new CallDeadline(route, Failure.Kind.TOTAL_TIMEOUT);
    }
}
