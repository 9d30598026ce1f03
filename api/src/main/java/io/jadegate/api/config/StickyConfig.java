package io.jadegate.api.config;

import java.time.Duration;

/// Keeps a client on its endpoint by cookie.
public record StickyConfig(
        @Doc("name of the cookie") @Required @Form(TextForm.FIELD_NAME) String cookie,
        @Doc("how long it holds") @Default("1h") Duration ttl) {}
