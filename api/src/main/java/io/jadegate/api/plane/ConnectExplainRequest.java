package io.jadegate.api.plane;

import org.jspecify.annotations.Nullable;

/// A target that a client of a forward proxy may want to go to.
///
/// @param target host and port
/// @param listener the forward proxy's name; null for the first one
public record ConnectExplainRequest(String target, @Nullable String listener) {}
