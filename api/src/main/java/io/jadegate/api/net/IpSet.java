package io.jadegate.api.net;

import io.jadegate.api.config.Cidr;
import java.net.InetAddress;
import java.util.Collection;

/// A set of IP addresses, given as networks. Immutable and safe on all threads.
///
/// IPv6 addresses that map IPv4 (`::ffff:10.0.0.1`) are IPv4: they are in the set when an IPv4
/// network holds them, and no IPv6 network shorter than 96 bits does.
public final class IpSet {
    private static final int OUTSIDE = 0;
    private static final int INSIDE = 1;

    private final AddressRanges ranges;
    private final boolean empty;

    private IpSet(AddressRanges ranges, boolean empty) {
        this.ranges = ranges;
        this.empty = empty;
    }

    /// The union of some networks.
    public static IpSet of(Collection<Cidr> networks) {
        var builder = new AddressRanges.Builder(OUTSIDE);
        for (Cidr network : networks) {
            builder.add(network, INSIDE);
        }
        return new IpSet(builder.build(), networks.isEmpty());
    }

    public boolean isEmpty() {
        return empty;
    }

    public boolean contains(InetAddress address) {
        return !empty && ranges.labelOf(address.getAddress()) == INSIDE;
    }

    /// @param address 4 or 16 octets
    public boolean contains(byte[] address) {
        return !empty && ranges.labelOf(address) == INSIDE;
    }
}
