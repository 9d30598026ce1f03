package io.jadegate.proxy.forward;

import io.jadegate.api.config.ForwardConfig;
import io.jadegate.api.config.ForwardConfig.TargetConfig;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.net.SpecialNetworks;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Where a forward proxy may go. Immutable and safe on all threads.
///
/// It is asked twice. First about the destination, before anything is looked up: what no rule can
/// allow is not even a question to a name server. Then about each address that was found, which is
/// the one that gets dialled, so that a name cannot mean one thing to the rules and another to the
/// connection.
///
/// 1. `deny` beats `allow`, and without `allow` nothing is allowed.
/// 2. An address that is no part of the Internet ([SpecialNetworks]) is allowed by a network in
///    `allow` that names it and by nothing else: a host does not do it, nor does a network so wide
///    that it only happens to hold it, such as `0.0.0.0/0`.
/// 3. What is said of an IPv4 address holds for the IPv6 addresses that stand for it ([Faces]).
/// 4. A forward proxy never leads to a forward proxy of the same gateway; to where the node is
///    managed only by a network that names it with the port.
public final class ForwardRules {
    private final HostRules allowedHosts;
    private final NetworkRules allowedNetworks;
    private final HostRules deniedHosts;
    private final NetworkRules deniedNetworks;
    private final OwnAddresses own;

    public ForwardRules(ForwardConfig config, OwnAddresses own) {
        this(config.allow(), config.deny(), own);
    }

    ForwardRules(List<TargetConfig> allow, List<TargetConfig> deny, OwnAddresses own) {
        this.allowedHosts = new HostRules(allow);
        this.allowedNetworks = new NetworkRules(allow);
        this.deniedHosts = new HostRules(deny);
        this.deniedNetworks = new NetworkRules(deny);
        this.own = own;
    }

    /// Asks about a destination before its name is looked up.
    ///
    /// @return null when its addresses, once they are known, may be asked about
    public @Nullable Reason refusal(Destination destination) {
        if (deniedHosts.holds(destination)) {
            return Reason.FORWARD_DENIED;
        }
        InetAddress literal = destination.literal();
        if (literal != null) {
            return refusal(destination, literal);
        }
        if (allowedHosts.holds(destination) || allowedNetworks.holds(destination.port())) {
            return null;
        }
        return allowedHosts.names(destination)
                ? Reason.FORWARD_PORT_NOT_ALLOWED
                : Reason.FORWARD_NOT_ALLOWED;
    }

    /// Whether nothing that a client could name leads to an address any more.
    public boolean forbids(InetAddress address, int port) {
        return refusal(address, port) != null
                || !(allowedNetworks.holds(address.getAddress(), port)
                        || (allowedHosts.hold(port) && !isGuarded(address, port)));
    }

    /// Asks about one address of a destination about which has been asked before.
    ///
    /// @return null when it may be dialled
    public @Nullable Reason refusal(Destination destination, InetAddress address) {
        int port = destination.port();
        Reason refusal = refusal(address, port);
        if (refusal != null) {
            return refusal;
        }
        byte[] octets = address.getAddress();
        if (allowedNetworks.holds(octets, port)) {
            return null;
        }
        if (isGuarded(address, port)) {
            return Reason.FORWARD_ADDRESS_SPECIAL;
        }
        if (allowedHosts.holds(destination)) {
            return null;
        }
        return allowedNetworks.names(octets) || allowedHosts.names(destination)
                ? Reason.FORWARD_PORT_NOT_ALLOWED
                : Reason.FORWARD_ADDRESS_NOT_ALLOWED;
    }

    /// What is said of an address whatever leads to it.
    private @Nullable Reason refusal(InetAddress address, int port) {
        List<byte[]> faces = Faces.of(address);
        if (isAny(faces, face -> own.isProxy(face, port))) {
            return Reason.FORWARD_LOOP;
        }
        for (byte[] face : faces) {
            if (deniedNetworks.holds(face, port)) {
                return Reason.FORWARD_ADDRESS_DENIED;
            }
        }
        for (byte[] face : faces) {
            SpecialNetworks.Block block = SpecialNetworks.of(face);
            if (block.special() && !allowedNetworks.hold(block, face, port)) {
                return Reason.FORWARD_ADDRESS_SPECIAL;
            }
        }
        return null;
    }

    private boolean isGuarded(InetAddress address, int port) {
        return isAny(Faces.of(address), face -> own.isGuarded(face, port));
    }

    private static boolean isAny(List<byte[]> faces, Predicate<InetAddress> test) {
        for (byte[] face : faces) {
            try {
                if (test.test(InetAddress.getByAddress(face))) {
                    return true;
                }
            } catch (UnknownHostException e) {
                throw new IllegalStateException("an address has 4 or 16 octets", e);
            }
        }
        return false;
    }

    /// What becomes of a destination about which has been asked before, now that it is known where
    /// it is.
    ///
    /// @param found at least one
    public Verdict choose(Destination destination, List<InetAddress> found) {
        List<InetSocketAddress> allowed = new ArrayList<>(found.size());
        Reason first = null;
        List<String> refused = new ArrayList<>(0);
        for (InetAddress address : found) {
            Reason reason = refusal(destination, address);
            if (reason == null) {
                allowed.add(new InetSocketAddress(address, destination.port()));
            } else {
                first = first == null ? reason : first;
                refused.add(Destination.text(address));
            }
        }
        return first == null || !allowed.isEmpty()
                ? new Verdict.Allowed(allowed)
                : new Verdict.Refused(first, destination + " is at " + String.join(", ", refused));
    }
}
