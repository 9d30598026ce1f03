package io.jadegate.api.filter;

/// Makes filters of one kind. Found by `ServiceLoader`.
///
/// @param <S> the record that the filter's settings are bound to, by the same rules as the rest of
///   the configuration
public interface HttpFilterProvider<S extends Record> {
    /// The key that names the filter in a configuration.
    String kind();

    Class<S> settings();

    /// Where in a chain filters of this kind belong; a chain out of order earns a warning.
    Stage stage();

    /// All that a filter is made of. While this is equal to what it was, the filter of the
    /// configuration before is carried over; a filter that reads more of the configuration than its
    /// own settings must name that here.
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

    /// Settings that make no filter.
    final class SettingsException extends Exception {
        private final String key;

        /// @param key the offending key below the filter's own, or empty for the whole
        /// @param message what is wrong, lower case, with the value quoted
        public SettingsException(String key, String message) {
            super(message);
            this.key = key;
        }

        public String key() {
            return key;
        }
    }
}
