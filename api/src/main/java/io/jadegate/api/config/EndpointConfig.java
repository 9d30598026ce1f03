package io.jadegate.api.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One address of an upstream. A bare text is its address.
@Shorthand("address")
public record EndpointConfig(
        @Doc("host:port, [v6]:port or unix:/path") @Required Address address,
        @Doc("its part of the requests, against the other endpoints")
                @Default("1")
                @Range(min = 1, max = 1_000_000)
                int weight,
        @Doc("the zone it stands in") @Nullable String zone,
        @Doc("whether it gets requests") @Default("ready") State state,
        @Doc("free labels") @Keys(TextForm.ANY) Map<String, String> labels) {

    public EndpointConfig {
        labels = Ordered.copyOf(labels);
    }

    /// Whether an endpoint gets requests.
    public enum State {
        @Doc("it gets requests")
        READY,
        @Doc("it gets no new ones and finishes what it has")
        DRAIN,
        @Doc("it gets none")
        DOWN
    }
}
