package io.jadegate.api.config;

import java.util.List;

/// A named list of networks. Deny wins; with an allow list every other address is denied.
public record IpListConfig(
        @Doc("networks that may come in; every other is denied when there are any")
                List<Cidr> allow,
        @Doc("networks that may not; stronger than allow") List<Cidr> deny) {

    public IpListConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }
}
