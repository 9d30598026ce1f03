package io.jadegate.api.config;

import java.time.Duration;
import java.util.List;

/// When a failed attempt is tried again, on another endpoint where there is one. Nothing is
/// repeated that an upstream may have acted on, unless the method is idempotent.
public record RetryConfig(
        @Doc("tries in all, the first included") @Default("2") @Range(min = 1, max = 10) int tries,
        @Doc("what is tried again") @Default("[ connect-failure, refused-stream, reset-reused ]")
                List<Condition> on,
        @Doc("retries in flight as a share of requests in flight, at least 3, per upstream")
                @Default("20%")
                Share budget,
        @Doc("how long one try may take to begin its answer") @Default("off") @Off
                Duration perTry) {

    public RetryConfig {
        on = List.copyOf(on);
    }

    /// A reason to try again.
    public enum Condition {
        @Doc("no connection, or no TLS handshake")
        CONNECT_FAILURE,
        @Doc("the upstream said that it has not begun")
        REFUSED_STREAM,
        @Doc("a connection used before was reset before any byte of the answer; idempotent methods")
        RESET_REUSED,
        @Doc("any connection was reset before any byte of the answer; idempotent methods")
        RESET_BEFORE_RESPONSE
    }
}
