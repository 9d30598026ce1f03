package io.jadegate.api.filter;

import org.jspecify.annotations.Nullable;

/// Makes filters of connections of one kind.
///
/// @param <S> the record that the filter's settings are bound to
public non-sealed interface ConnectionFilterProvider<S extends Record> extends FilterProvider<S> {
    /// The settings by which a listener is filtered that has no filter of this kind of its own;
    /// null when the kind runs only where it is named.
    default @Nullable S unasked() {
        return null;
    }

    /// All that a filter is made from: the settings, and what they name elsewhere in the
    /// configuration. Equal ingredients make filters that decide alike.
    default Object ingredients(S settings, FilterContext context) {
        return settings;
    }

    /// Makes a filter. Called on the thread that applies a configuration, unless listener, name and
    /// ingredients are what they were.
    ///
    /// @param before the filter of this kind and name that the listener had so far, whose
    ///   ingredients were others: what it has counted goes on counting. Connections that it let in
    ///   are still told to it when they close
    /// @throws SettingsException when the settings are legal one by one but no filter can be made
    ConnectionFilter create(S settings, @Nullable ConnectionFilter before, FilterContext context)
            throws SettingsException;
}
