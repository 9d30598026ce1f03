package io.jadegate.api.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// TLS to the endpoints.
public record UpstreamTlsConfig(
        @Doc("whether the certificate is checked") @Default("true") boolean verify,
        @Doc("the name in SNI and certificate; the endpoint's host when left out")
                @Nullable String serverName,
        @Doc("PEM file with the authorities that are believed; the system's when left out")
                @Nullable Path trusted,
        @Doc("PEM file with lists of revoked certificates") @Nullable Path revoked,
        @Doc("PEM file with a certificate to show and its chain, or PKCS#12 file with its key too")
                @Nullable Path certificate,
        @Doc("PEM file with its key") @Nullable Path key,
        @Doc("what the key or the PKCS#12 file is encrypted by") @Nullable Secret passphrase) {}
