package io.jadegate.api.config;

/// Keeps responses as a shared cache (RFC 9111).
public record CacheConfig(
        @Doc("the largest body that is kept") @Default("1MiB") ByteSize maxObject) {}
