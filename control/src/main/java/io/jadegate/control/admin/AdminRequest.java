package io.jadegate.control.admin;

import java.io.InputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A request to the admin address, as far as anybody here asks.
///
/// @param path decoded, without query
/// @param host the Host field
/// @param body its content; read by those who passed the guard
record AdminRequest(
        String method,
        String path,
        @Nullable String host,
        @Nullable String origin,
        @Nullable String authorization,
        @Nullable String accept,
        Supplier<InputStream> body) {}
