package io.jadegate.api.config;

import java.time.Duration;

/// Strict-Transport-Security (RFC 6797): browsers that have seen it come back by TLS only.
public record HstsConfig(
        @Doc("how long browsers remember it; 0s makes them forget") @Default("365d")
                Duration maxAge,
        @Doc("whether it is for all subdomains of the host too") @Default("false")
                boolean includeSubdomains,
        @Doc("whether browsers may put the host on the list they come with") @Default("false")
                boolean preload) {}
