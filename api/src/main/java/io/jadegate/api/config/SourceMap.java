package io.jadegate.api.config;

import org.jspecify.annotations.Nullable;

/// Finds where the value of a path stands in the text, so that a stage that sees only records can
/// answer positions.
@FunctionalInterface
public interface SourceMap {

    /// The position of a path such as `routes.orders.match.path[0]`, or of its nearest ancestor
    /// that was written; `null` when no part of it was. The index of a value that was written
    /// without brackets is 0.
    @Nullable Position position(String path);

    /// A map that knows no positions.
    static SourceMap none() {
        return _ -> null;
    }
}
