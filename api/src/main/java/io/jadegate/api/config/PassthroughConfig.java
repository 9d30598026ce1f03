package io.jadegate.api.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where connections go undecrypted that ask for a host by SNI.
@Shorthand("upstream")
public record PassthroughConfig(
        @Doc("for whatever protocol; left out: only what alpn names, hosts has the rest")
                @NameOf("upstreams")
                @Nullable String upstream,
        @Doc("upstreams by protocol, for the first that the client offers by ALPN and is named")
                @Keys(TextForm.ANY)
                @NameOf("upstreams")
                Map<String, String> alpn) {

    public PassthroughConfig {
        alpn = Ordered.copyOf(alpn);
    }
}
