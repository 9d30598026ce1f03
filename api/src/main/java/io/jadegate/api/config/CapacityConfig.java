package io.jadegate.api.config;

import java.time.Duration;

/// How much an upstream gets at once, for the whole process.
public record CapacityConfig(
        @Doc("connections") @Default("4096") @Range(min = 1) int connections,
        @Doc("requests in flight") @Default("4096") @Range(min = 1) int requests,
        @Doc("requests that wait for a place; more is 503") @Default("1024") @Range(min = 0)
                int pending,
        @Doc("how long one waits, then it is 503") @Default("1s") Duration pendingTimeout) {}
