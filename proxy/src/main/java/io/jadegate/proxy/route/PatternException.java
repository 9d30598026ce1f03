package io.jadegate.proxy.route;

import io.jadegate.api.config.Problem;
import org.jspecify.annotations.Nullable;

/// Why a pattern of the configuration cannot be compiled, as a sentence for its author.
final class PatternException extends Exception {
    private final String reason;
    private final @Nullable String suggestion;

    PatternException(String reason) {
        this(reason, null);
    }

    /// @param suggestion what was probably meant
    PatternException(String reason, @Nullable String suggestion) {
        super(reason, null, false, false);
        this.reason = reason;
        this.suggestion = suggestion;
    }

    Problem at(String path) {
        return new Problem(Problem.Severity.ERROR, path, null, reason, suggestion);
    }
}
