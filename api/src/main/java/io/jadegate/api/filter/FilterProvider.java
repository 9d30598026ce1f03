package io.jadegate.api.filter;

/// Makes filters of one kind, for exchanges or for connections. Found by `ServiceLoader`. A kind
/// that makes sense for both has a provider for each.
///
/// @param <S> the record that the filter's settings are bound to, by the same rules as the rest of
///   the configuration
public sealed interface FilterProvider<S extends Record>
        permits HttpFilterProvider, ConnectionFilterProvider {
    /// The key that names the filter in a configuration.
    String kind();

    Class<S> settings();

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
