package io.jadegate.api.net;

import java.net.InetAddress;

/// A client as counts and limits see it: an IPv4 address, or a /64 network of IPv6, since whoever
/// has one address of it has them all.
public final class ClientNetwork {
    /// An IPv4 address stands under a prefix of `::/8`, from where nobody calls.
    private static final long IPV4 = 0x0000_00FF_0000_0000L;

    private ClientNetwork() {}

    /// The network as one number: equal for addresses of one client only.
    public static long of(InetAddress address) {
        byte[] octets = address.getAddress();
        if (octets.length == 4) {
            return IPV4 | word(octets, 0);
        }
        long network = word(octets, 0) << 32 | word(octets, 4);
        boolean mapped = network == 0 && word(octets, 8) == 0xffff;
        return mapped ? IPV4 | word(octets, 12) : network;
    }

    private static long word(byte[] octets, int at) {
        return (octets[at] & 0xffL) << 24
                | (octets[at + 1] & 0xff) << 16
                | (octets[at + 2] & 0xff) << 8
                | (octets[at + 3] & 0xff);
    }
}
