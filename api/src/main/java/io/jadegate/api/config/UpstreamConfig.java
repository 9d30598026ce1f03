package io.jadegate.api.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A named set of endpoints with its balancing, health and pools.
public record UpstreamConfig(
        @Doc("addresses of the endpoints") List<EndpointConfig> endpoints,
        @Doc("the protocol endpoints speak") @Default("http1") Protocol protocol,
        @Doc("TLS to the endpoints") @Nullable UpstreamTlsConfig tls,
        @Doc("the Host the endpoints see") @Default("pass") HostHeaderConfig hostHeader,
        @Doc("how an endpoint is chosen") @Default("least-request") LoadBalancerConfig loadBalancer,
        @Doc("what is hashed: client-ip, header:NAME, cookie:NAME, query:NAME or tenant") @Planned
                @Nullable String hashKey,
        @Doc("keep a client on its endpoint by cookie") @Planned @Nullable StickyConfig sticky,
        @Doc("how long a new endpoint's weight grows") @Planned @Default("off") @Off
                Duration slowStart,
        @Doc("active checks") @Nullable HealthConfig health,
        @Doc("endpoints that fail are left out for a while") @Planned
                @Nullable OutliersConfig outliers,
        @Doc("stop asking an upstream that fails") @Planned @Nullable BreakerConfig breaker,
        @Doc("idle connections, for the whole process") @Default("{}") PoolConfig pool,
        @Doc("how much the upstream gets at once") @Default("{}") CapacityConfig capacity,
        @Doc("PROXY protocol header at the beginning of each connection, naming its client")
                @Default("off")
                ProxyProtocol proxyProtocol,
        @Doc("the upstream to use when this one has no usable endpoint")
                @Planned
                @NameOf("upstreams")
                @Nullable String fallback,
        @Doc("how names are resolved again") @Planned @Nullable DnsConfig dns,
        @Doc("endpoints that a registry knows") @Planned @Nullable DiscoveryConfig discovery) {

    public UpstreamConfig {
        endpoints = List.copyOf(endpoints);
    }

    /// An upstream without endpoints of its own, which is asked by HTTP/1.1 wherever it leads.
    public static UpstreamConfig toAnywhere(PoolConfig pool, CapacityConfig capacity) {
        return new UpstreamConfig(
                List.of(),
                Protocol.HTTP1,
                null,
                new HostHeaderConfig.Pass(),
                LoadBalancerConfig.LEAST_REQUEST,
                null,
                null,
                Duration.ZERO,
                null,
                null,
                null,
                pool,
                capacity,
                ProxyProtocol.OFF,
                null,
                null,
                null);
    }

    /// The protocol endpoints speak.
    public enum Protocol {
        @Doc("HTTP/1.1")
        HTTP1,
        @Doc("HTTP/2, in clear by prior knowledge, under TLS as ALPN must agree")
        HTTP2,
        @Doc("what ALPN agrees on under TLS, HTTP/1.1 in clear")
        AUTO
    }

    /// Version of the PROXY protocol.
    public enum ProxyProtocol {
        OFF,
        V1,
        V2
    }

    /// How names are resolved again.
    public record DnsConfig(
            @Doc("shortest time between two look-ups") @Default("1s") Duration minTtl,
            @Doc("longest time between two look-ups") @Default("60s") Duration maxTtl) {}

    /// Endpoints that a registry knows.
    public record DiscoveryConfig(
            @Doc("the registry") @Required @NameOf("registries") String registry,
            @Doc("name of the service there") @Nullable String service,
            @Doc("path of the service there") @Nullable String path,
            @Doc("labels an endpoint must have") @Keys(TextForm.ANY) Map<String, String> labels) {
        public DiscoveryConfig {
            labels = Ordered.copyOf(labels);
        }
    }
}
