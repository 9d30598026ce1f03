package io.jadegate.api.config;

import java.time.Duration;

/// Idle connections of an upstream, for the whole process.
public record PoolConfig(
        @Doc("idle connections that are kept") @Default("1024") @Range(min = 0) int maxIdle,
        @Doc("how long one is kept; shorter when the endpoint says so") @Default("30s")
                Duration idle,
        @Doc("requests on one connection, spread a little, then it is closed")
                @Default("1000")
                @Range(min = 1)
                int maxRequests,
        @Doc("age of a connection, then it is closed") @Default("1h") @Off Duration maxAge) {}
