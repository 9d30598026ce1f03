package io.jadegate.api.config;

/// A person who may come in by Basic authentication.
public record UserConfig(
        @Doc("hash of the password, Argon2id or bcrypt") @Required Secret password) {}
