package io.jadegate.api.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Passes requests on to one of several upstreams by weight.
///
/// @param by what sticks to one of them, such as `cookie:sid`; every request is drawn when `null`
public record SplitConfig(
        @Doc("what sticks to one of them, such as cookie:sid") @Nullable String by,
        @Doc("the upstreams and their weights") @Required List<TargetConfig> to)
        implements ActionConfig {

    public SplitConfig {
        to = List.copyOf(to);
    }

    /// One side of the split.
    public record TargetConfig(
            @Doc("the upstream") @Required @NameOf("upstreams") String upstream,
            @Doc("its part of the sum of weights") @Default("1") @Range(min = 0, max = 1_000_000)
                    int weight,
            @Doc("requests that go here whatever the weights say") @Nullable MatchConfig when) {}
}
