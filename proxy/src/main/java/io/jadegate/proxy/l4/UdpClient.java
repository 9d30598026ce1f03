package io.jadegate.proxy.l4;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// A client's address and port as the key of its session. Ordered, so that addresses forged to have
/// one hash still are found in logarithmic time.
///
/// @param high the upper half of the address in 128 bits, IPv4 as it is mapped (RFC 4291 §2.5.5.2)
/// @param scope the link of an address that means something on one link only, else 0
record UdpClient(long high, long low, int scope, int port) implements Comparable<UdpClient> {
    private static final long MAPPED = 0xffff_0000_0000L;

    static UdpClient of(InetSocketAddress client) {
        InetAddress address = client.getAddress();
        ByteBuffer bits = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address inet6
                ? new UdpClient(
                        bits.getLong(), bits.getLong(), inet6.getScopeId(), client.getPort())
                : new UdpClient(
                        0, MAPPED | Integer.toUnsignedLong(bits.getInt()), 0, client.getPort());
    }

    @Override
    public int compareTo(UdpClient other) {
        int byHigh = Long.compare(high, other.high);
        if (byHigh != 0) {
            return byHigh;
        }
        int byLow = Long.compare(low, other.low);
        if (byLow != 0) {
            return byLow;
        }
        int byPort = Integer.compare(port, other.port);
        return byPort != 0 ? byPort : Integer.compare(scope, other.scope);
    }
}
