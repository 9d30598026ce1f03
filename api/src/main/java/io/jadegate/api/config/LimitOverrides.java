package io.jadegate.api.config;

import org.jspecify.annotations.Nullable;

/// The limits of one route; `null` is what `defaults.limits` says. The head is read before a route
/// is known.
public record LimitOverrides(@Doc("the body; more is 413") @Off @Nullable ByteSize body) {

    /// Nothing overridden.
    public static final LimitOverrides NONE = new LimitOverrides(null);

    /// The limits that hold: these, and the base's where nothing is said here.
    public LimitsConfig over(LimitsConfig base) {
        return new LimitsConfig(
                base.head(), base.fields(), base.uri(), body != null ? body : base.body());
    }
}
