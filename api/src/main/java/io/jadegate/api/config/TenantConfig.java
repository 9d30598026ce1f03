package io.jadegate.api.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A calling application.
public record TenantConfig(
        @Doc("name for people") @Nullable String title,
        @Doc("limits by name") @NameOf("plans") @Nullable String plan,
        @Doc("its secrets; two may be live") @Required List<Secret> secrets,
        @Doc("networks it may call from; anywhere when left out") List<Cidr> sources,
        @Doc("what it may do") List<String> scopes,
        @Doc("requests per time, instead of the plan's") @Nullable Rate rate,
        @Doc("requests at once, instead of the plan's") @Range(min = 1) @Nullable Integer burst,
        @Doc("requests per calendar period, instead of the plan's") @Nullable QuotaConfig quota) {

    public TenantConfig {
        secrets = List.copyOf(secrets);
        sources = List.copyOf(sources);
        scopes = List.copyOf(scopes);
    }
}
