package io.jadegate.api.config;

import java.time.Duration;

/// Stops asking an upstream that fails.
public record BreakerConfig(
        @Doc("time looked back on") @Default("10s") Duration window,
        @Doc("requests in the window before it may open")
                @Default("20")
                @Range(min = 1, max = 1_000_000)
                int calls,
        @Doc("share of failures that opens it") @Default("50%") Share failures,
        @Doc("how long it is open at first") @Default("5s") Duration open) {}
