package io.jadegate.api.config;

import org.jspecify.annotations.Nullable;

/// Limits that tenants share by name.
public record PlanConfig(
        @Doc("requests per time") @Nullable Rate rate,
        @Doc("requests at once") @Range(min = 1) @Nullable Integer burst,
        @Doc("requests per calendar period") @Nullable QuotaConfig quota) {}
