package io.jadegate.api.config;

import java.time.Duration;
import java.util.List;

/// OAuth 2 client credentials for tenants, served by the data plane.
public record TokensConfig(
        @Doc("listeners that serve it") @NameOf("listeners") List<String> listeners,
        @Doc("path of the token endpoint") @Default("/oauth/token") @Form(TextForm.PATH)
                String path,
        @Doc("iss of the tokens") @Required String issuer,
        @Doc("aud of the tokens") List<String> audience,
        @Doc("how long a token holds") @Default("1h") Duration ttl,
        @Doc("signature") @Default("ES256") Algorithm algorithm) {

    public TokensConfig {
        listeners = List.copyOf(listeners);
        audience = List.copyOf(audience);
    }

    /// A signature algorithm; its keys are made and rotated by the gateway.
    public enum Algorithm {
        @Key("ES256")
        ES256,
        @Key("EdDSA")
        EDDSA
    }
}
