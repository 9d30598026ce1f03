package io.jadegate.api.filter;

/// Makes filters of exchanges of one kind.
///
/// @param <S> the record that the filter's settings are bound to
public non-sealed interface HttpFilterProvider<S extends Record> extends FilterProvider<S> {
    /// Where in a chain filters of this kind belong; a chain out of order earns a warning.
    Stage stage();

    /// All that a filter is made of. While this is equal to what it was, the filter of the
    /// configuration before is carried over; a filter that reads more of the configuration than its
    /// own settings must name that here. Routes, listeners and upstreams cannot be among it: while
    /// nothing else has changed the filters of a route are carried over without asking.
    default Object ingredients(S settings, FilterContext context) {
        return settings;
    }

    /// Makes a filter. Called on the thread that applies a configuration, unless its
    /// [ingredients][#ingredients] are what they were.
    ///
    /// @throws SettingsException when the settings are legal one by one but no filter can be made
    HttpFilter create(S settings, FilterContext context) throws SettingsException;

    /// The usual order of policies.
    enum Stage {
        IDENTITY,
        ACCESS,
        LIMITS,
        REWRITE,
        /// Anywhere: what it does does not depend on what the others do.
        ANY
    }
}
