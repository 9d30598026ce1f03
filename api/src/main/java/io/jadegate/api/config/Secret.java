package io.jadegate.api.config;

import org.jspecify.annotations.Nullable;

/// A value that nobody may see. Written `{ env: NAME }` or `{ file: PATH }`, so that it stands in
/// no configuration file; only the hash of a password (`$argon2id$…`, `$2b$…`) may be written
/// itself. Read when the configuration is loaded; a file without its last line break.
///
/// Two secrets are equal when source and value are, so a changed value is a changed configuration.
///
/// @param source where it came from, for people: `env METRICS_TOKEN`
/// @param value the secret; `null` when the configuration was read without looking secrets up
public record Secret(String source, @Nullable String value) {

    /// The secret itself.
    ///
    /// @throws IllegalStateException when the configuration was read without looking secrets up
    public String reveal() {
        if (value == null) {
            throw new IllegalStateException("secret from " + source + " was not looked up");
        }
        return value;
    }

    /// The source, never the value.
    @Override
    public String toString() {
        return "Secret[" + source + "]";
    }
}
