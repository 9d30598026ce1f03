package io.jadegate.api.config;

/// What a route does with a request.
public sealed interface ActionConfig
        permits ActionConfig.Pass, SplitConfig, RedirectConfig, RespondConfig {

    /// Passes it on to the upstream of that name.
    record Pass(String upstream) implements ActionConfig {}
}
