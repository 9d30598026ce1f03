package io.jadegate.api.net;

import io.jadegate.api.config.Cidr;
import java.net.InetAddress;
import java.util.Collection;

/// Who may come in, by address. Immutable and safe on all threads.
///
/// The longest network that holds an address decides; where the same network is both allowed and
/// denied, it is denied. An address that no network holds may come in unless something is allowed
/// by name: with an allow list, everybody else is denied. Mapped addresses are IPv4 as in [IpSet].
public final class IpRules {
    private static final int ALLOW = 0;
    private static final int DENY = 1;

    private final AddressRanges ranges;

    private IpRules(AddressRanges ranges) {
        this.ranges = ranges;
    }

    public static IpRules of(Collection<Cidr> allow, Collection<Cidr> deny) {
        var builder = new AddressRanges.Builder(allow.isEmpty() ? ALLOW : DENY);
        for (Cidr network : allow) {
            builder.add(network, ALLOW);
        }
        for (Cidr network : deny) {
            builder.add(network, DENY);
        }
        return new IpRules(builder.build());
    }

    public boolean allows(InetAddress address) {
        return ranges.labelOf(address.getAddress()) == ALLOW;
    }

    /// @param address 4 or 16 octets
    public boolean allows(byte[] address) {
        return ranges.labelOf(address) == ALLOW;
    }
}
