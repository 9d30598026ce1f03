package io.jadegate.api.filter;

import io.jadegate.api.config.Config;

/// What a filter may use while it is made.
///
/// @param config the configuration being applied; references in it have been checked
public record FilterContext(Config config) {}
