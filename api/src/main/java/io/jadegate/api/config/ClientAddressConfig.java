package io.jadegate.api.config;

import java.util.List;

/// Whom to believe about the client's address: networks of proxies, or a number of them. With
/// neither the peer is the client.
public record ClientAddressConfig(
        @Doc("proxies that are believed; the client is the rightmost address outside")
                List<Cidr> trusted,
        @Doc("number of proxies in front, instead of trusted; 0 is none")
                @Default("0")
                @Range(min = 0, max = 100)
                int hops,
        @Doc("the header they write the address to") @Default("x-forwarded-for") Header header) {

    public ClientAddressConfig {
        trusted = List.copyOf(trusted);
    }

    /// The header that names the client.
    public enum Header {
        @Doc("a list of addresses")
        X_FORWARDED_FOR,
        @Doc("RFC 7239")
        FORWARDED
    }
}
