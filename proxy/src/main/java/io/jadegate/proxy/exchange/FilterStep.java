package io.jadegate.proxy.exchange;

import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.proxy.route.MatchBlock;
import org.jspecify.annotations.Nullable;

/// A filter in a route's chain.
///
/// @param when the requests it is for; null for all
public record FilterStep(
        String name,
        String kind,
        FilterConfig.Mode mode,
        @Nullable MatchBlock when,
        HttpFilter filter) {}
