package io.jadegate.api.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A limiter shared by name.
public record RateLimitConfig(
        @Doc("requests per time") @Required Rate rate,
        @Doc("requests at once; the rate's count when left out") @Range(min = 1)
                @Nullable Integer burst,
        @Doc("what is counted apart: route, client-ip, tenant, header:NAME and the like")
                @Default("[ route ]")
                List<String> key) {

    public RateLimitConfig {
        key = List.copyOf(key);
    }
}
