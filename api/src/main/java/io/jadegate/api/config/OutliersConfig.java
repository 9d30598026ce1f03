package io.jadegate.api.config;

import java.time.Duration;

/// Endpoints that fail are left out for a while.
public record OutliersConfig(
        @Doc("gateway errors in a row") @Default("5") @Range(min = 1, max = 1_000_000)
                int consecutive,
        @Doc("how long one is left out, times how often it was") @Default("30s") Duration eject,
        @Doc("share of the endpoints that may be out") @Default("30%") Share maxEjected) {}
