package io.jadegate.control.admin;

import io.jadegate.api.plane.ConnectExplainRequest;
import org.jspecify.annotations.Nullable;

/// What a person asks about a target of a forward proxy.
///
/// @param target host and port
/// @param listener the forward proxy; the first one when null
public record ConnectQuestion(@Nullable String target, @Nullable String listener) {

    /// The target asked about.
    ///
    /// @throws IllegalArgumentException with a sentence for the person when the question makes none
    public ConnectExplainRequest request() {
        if (target == null) {
            throw new IllegalArgumentException("target: is missing");
        }
        return new ConnectExplainRequest(target, listener);
    }
}
