package io.jadegate.api.config;

import org.jspecify.annotations.Nullable;

/// Counters shared by several nodes.
public sealed interface SharedConfig {

    /// Every node counts for itself.
    record None() implements SharedConfig {}

    /// Counters live in Redis.
    @Planned
    record Redis(
            @Doc("where Redis listens") @Required Address address,
            @Doc("its password") @Nullable Secret password)
            implements SharedConfig {}
}
