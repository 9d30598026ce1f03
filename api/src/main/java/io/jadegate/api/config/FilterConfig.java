package io.jadegate.api.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One filter and its settings.
///
/// @param kind the word that names the filter, such as `ip-filter`
/// @param name what metrics, `skip` and shared state call it; the kind when left out
/// @param when the filter runs only on requests that match; always when `null`
/// @param settings the filter's own record, equal for equal settings
public record FilterConfig(
        String kind, String name, Mode mode, @Nullable MatchConfig when, Record settings)
        implements FilterEntry {

    /// The kinds whose names are settled and which this version cannot do.
    public static final List<String> PLANNED_KINDS = List.of("authorize", "compress", "rate-limit");

    /// Whether a filter acts.
    public enum Mode {
        @Doc("its decision holds")
        ENFORCE,
        @Doc("its decision is counted and logged only")
        SHADOW,
        @Doc("it does not run")
        OFF
    }
}
