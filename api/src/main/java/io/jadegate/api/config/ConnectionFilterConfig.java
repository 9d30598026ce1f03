package io.jadegate.api.config;

/// One filter of a listener's connections and its settings.
///
/// @param kind the word that names the filter, such as `connection-limit`
/// @param name what metrics and shared state call it; the kind when left out
/// @param settings the filter's own record, equal for equal settings
public record ConnectionFilterConfig(
        String kind, String name, FilterConfig.Mode mode, Record settings) {}
