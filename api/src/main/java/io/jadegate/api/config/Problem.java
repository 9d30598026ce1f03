package io.jadegate.api.config;

import org.jspecify.annotations.Nullable;

/// One thing that is wrong, or doubtful, in a configuration.
///
/// @param path where it is in the tree, such as `routes.orders.match.path[0]`; empty for the whole
///   document
/// @param position where it is in the text; `null` when the stage that found it knows only the path
/// @param message lower case, the offending value quoted, no full stop
/// @param suggestion what was probably meant, without quotes
public record Problem(
        Severity severity,
        String path,
        @Nullable Position position,
        String message,
        @Nullable String suggestion) {

    /// What a problem does to the configuration it is found in.
    public enum Severity {
        /// The configuration is refused.
        ERROR,
        /// The configuration is served; somebody should look.
        WARNING
    }

    /// An error of which only the path is known.
    public static Problem error(String path, String message) {
        return new Problem(Severity.ERROR, path, null, message, null);
    }

    /// A warning of which only the path is known.
    public static Problem warning(String path, String message) {
        return new Problem(Severity.WARNING, path, null, message, null);
    }

    /// The same problem with the position its path has in the sources, unless it has one already.
    public Problem located(SourceMap sources) {
        return position != null
                ? this
                : new Problem(severity, path, sources.position(path), message, suggestion);
    }

    /// `file:line:column: path: message; did you mean "orders"?`, without the parts that are
    /// absent.
    @Override
    public String toString() {
        var text = new StringBuilder();
        if (position != null) {
            text.append(position).append(": ");
        }
        if (severity == Severity.WARNING) {
            text.append("warning: ");
        }
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        text.append(message);
        if (suggestion != null) {
            text.append("; did you mean \"").append(suggestion).append("\"?");
        }
        return text.toString();
    }
}
