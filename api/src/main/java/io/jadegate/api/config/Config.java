package io.jadegate.api.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The desired state of a node: everything in the file but `node` and `include`. Maps keep the
/// order of the file, which means nothing.
public record Config(
        @Doc("what holds for every route unless it says otherwise") @Default("{}")
                DefaultsConfig defaults,
        @Doc("named lists of filters") Map<String, List<FilterEntry>> chains,
        @Doc("named lists of networks, used by ip-filter") Map<String, IpListConfig> ipLists,
        @Doc("limiters shared by name") @Planned Map<String, RateLimitConfig> rateLimits,
        @Doc("bound addresses and the protocol spoken on them")
                Map<String, ListenerConfig> listeners,
        @Doc("which request goes where, and under which policies") Map<String, RouteConfig> routes,
        @Doc("named sets of endpoints") Map<String, UpstreamConfig> upstreams,
        @Doc("service registries") @Planned Map<String, RegistryConfig> registries,
        @Doc("people, for Basic authentication on routes and the forward proxy")
                @Keys(TextForm.USER)
                Map<String, UserConfig> users,
        @Doc("limits that tenants share by name") @Planned Map<String, PlanConfig> plans,
        @Doc("calling applications") @Planned Map<String, TenantConfig> tenants,
        @Doc("OAuth 2 client credentials for tenants, served by the data plane") @Planned
                @Nullable TokensConfig tokens) {

    public Config {
        chains = Ordered.copyOfLists(chains);
        ipLists = Ordered.copyOf(ipLists);
        rateLimits = Ordered.copyOf(rateLimits);
        listeners = Ordered.copyOf(listeners);
        routes = Ordered.copyOf(routes);
        upstreams = Ordered.copyOf(upstreams);
        registries = Ordered.copyOf(registries);
        users = Ordered.copyOf(users);
        plans = Ordered.copyOf(plans);
        tenants = Ordered.copyOf(tenants);
    }
}
