package io.jadegate.proxy.forward;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.Cidr;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/// The places at which the gateway itself listens and where a proxy of its own must not lead
/// unasked, by whichever address of this host. Immutable.
public final class OwnAddresses {
    /// None at all.
    public static final OwnAddresses NONE = new OwnAddresses(List.of(), List.of(), _ -> false);

    private final List<Address.Inet> proxies;
    private final List<Address.Inet> guarded;
    private final Predicate<InetAddress> ofThisHost;

    private OwnAddresses(
            Collection<Address> proxies,
            Collection<Address> guarded,
            Predicate<InetAddress> ofThisHost) {
        this.proxies = ports(proxies);
        this.guarded = ports(guarded);
        this.ofThisHost = ofThisHost;
    }

    /// @param proxies where forward proxies listen: who goes there goes round in circles
    /// @param guarded where the node is managed and watched
    public static OwnAddresses of(Collection<Address> proxies, Collection<Address> guarded) {
        return new OwnAddresses(proxies, guarded, OwnAddresses::isOfThisHost);
    }

    /// @param ofThisHost whether an address is one of this host's
    static OwnAddresses of(
            Collection<Address> proxies,
            Collection<Address> guarded,
            Predicate<InetAddress> ofThisHost) {
        return new OwnAddresses(proxies, guarded, ofThisHost);
    }

    private static List<Address.Inet> ports(Collection<Address> addresses) {
        return addresses.stream()
                .filter(Address.Inet.class::isInstance)
                .map(Address.Inet.class::cast)
                .toList();
    }

    private static boolean isOfThisHost(InetAddress address) {
        try {
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            // Who cannot tell does not take the risk.
            return true;
        }
    }

    /// Whether a forward proxy of the gateway listens there.
    boolean isProxy(InetAddress address, int port) {
        return isAmong(proxies, address, port);
    }

    /// Whether the node is managed or watched there.
    boolean isGuarded(InetAddress address, int port) {
        return isAmong(guarded, address, port);
    }

    private boolean isAmong(List<Address.Inet> places, InetAddress address, int port) {
        for (Address.Inet place : places) {
            if (place.port() == port && isAt(place, address)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAt(Address.Inet place, InetAddress address) {
        byte[] bound = literal(place.host());
        if (bound.length == 0 || isUnspecified(bound)) {
            return ofThisHost.test(address);
        }
        // 0.0.0.0 and :: lead to this host, too.
        return Arrays.equals(bound, address.getAddress()) || address.isAnyLocalAddress();
    }

    /// No octets for a name.
    private static byte[] literal(String host) {
        try {
            return Cidr.parse(host).address();
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }

    private static boolean isUnspecified(byte[] address) {
        for (byte octet : address) {
            if (octet != 0) {
                return false;
            }
        }
        return true;
    }
}
