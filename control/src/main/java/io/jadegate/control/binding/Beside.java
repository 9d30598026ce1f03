package io.jadegate.control.binding;

import io.jadegate.api.config.Default;
import io.jadegate.api.config.Doc;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.MatchConfig;
import org.jspecify.annotations.Nullable;

/// What may stand beside the kind in an entry of a list of filters.
record Beside(
        @Doc("what metrics, skip and shared state call it; its kind when left out")
                @Nullable String name,
        @Doc("whether its decisions hold") @Default("enforce") FilterConfig.Mode mode,
        @Doc("run it only on requests that match") @Nullable MatchConfig when) {}
