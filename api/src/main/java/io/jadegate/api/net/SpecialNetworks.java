package io.jadegate.api.net;

import io.jadegate.api.config.Cidr;
import java.util.List;

/// The addresses that are not simply part of the Internet: those of the IANA special-purpose
/// registries (RFC 6890) for IPv4 and IPv6, multicast, what is not assigned, and those at which the
/// hosts of clouds hand out credentials.
public final class SpecialNetworks {
    /// Addresses that are of one kind.
    ///
    /// @param special whether it is apart from the Internet; else it is a part of it inside one
    ///   that is
    public record Block(Cidr network, boolean special) {
        /// Whether a network is about an address of this block. One that is wider than the block
        /// merely happens to hold it and says nothing about it.
        public boolean isNamedBy(Cidr network, byte[] address) {
            return network.length() >= this.network.length() && network.contains(address);
        }
    }

    private static final List<Block> BLOCKS =
            List.of(
                    special("0.0.0.0/8"), // this network
                    special("10.0.0.0/8"), // private
                    special("100.64.0.0/10"), // behind the NAT of carriers
                    special("127.0.0.0/8"), // loopback
                    special("169.254.0.0/16"), // link-local
                    special("172.16.0.0/12"), // private
                    special("192.0.0.0/24"), // protocol assignments
                    special("192.0.2.0/24"), // documentation
                    special("192.88.99.0/24"), // relays of 6to4
                    special("192.168.0.0/16"), // private
                    special("198.18.0.0/15"), // benchmarks
                    special("198.51.100.0/24"), // documentation
                    special("203.0.113.0/24"), // documentation
                    special("224.0.0.0/4"), // multicast
                    special("240.0.0.0/4"), // reserved, and broadcast
                    // Metadata of cloud providers
                    special("169.254.169.254/32"),
                    special("169.254.170.2/32"),
                    special("169.254.170.23/32"),
                    special("100.100.100.200/32"),
                    special("168.63.129.16/32"),
                    special("192.0.0.192/32"),
                    special("fd00:ec2::254/128"),
                    special("fd00:ec2::23/128"),
                    special("fd20:ce::254/128"),
                    special("fd00:c1::a9fe:a9fe/128"),
                    // Of IPv6 one part is the Internet, and the rest is not
                    special("::/0"),
                    new Block(Cidr.parse("2000::/3"), /* special= */ false),
                    new Block(
                            Cidr.parse("64:ff9b::/96"), /* special= */ false), // of IPv4, by NAT64
                    special("::/128"), // unspecified
                    special("::1/128"), // loopback
                    special("::/96"), // compatible with IPv4
                    special("64:ff9b:1::/48"), // NAT64 of one's own
                    special("100::/64"), // discarded
                    special("100:0:0:1::/64"), // dummies
                    special("2001::/23"), // protocol assignments, Teredo among them
                    special("2001:db8::/32"), // documentation
                    special("3fff::/20"), // documentation
                    special("5f00::/16"), // segments
                    special("fc00::/7"), // unique local
                    special("fe80::/10"), // link-local
                    special("fec0::/10"), // site-local
                    special("ff00::/8")); // multicast

    /// Of IPv4 all is the Internet, but for what is said above.
    private static final Block INTERNET = new Block(Cidr.parse("0.0.0.0/0"), /* special= */ false);

    private SpecialNetworks() {}

    private static Block special(String network) {
        return new Block(Cidr.parse(network), /* special= */ true);
    }

    /// The narrowest block that holds an address of 4 or 16 octets.
    public static Block of(byte[] address) {
        Block narrowest = INTERNET;
        for (Block block : BLOCKS) {
            if (block.network.contains(address)
                    && block.network.length() >= narrowest.network.length()) {
                narrowest = block;
            }
        }
        return narrowest;
    }
}
