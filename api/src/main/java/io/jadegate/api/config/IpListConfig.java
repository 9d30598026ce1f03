package io.jadegate.api.config;

import java.util.List;

/// A named list of networks. The longest network that holds an address decides, deny before allow
/// where they are the same; with an allow list every other address is denied.
public record IpListConfig(
        @Doc("networks that may come in; every other is denied when there are any")
                List<Cidr> allow,
        @Doc("networks that may not; a longer network in allow is let in all the same")
                List<Cidr> deny) {

    public IpListConfig {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }
}
