package io.jadegate.proxy.forward;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.ForwardConfig.TargetConfig;
import io.jadegate.api.net.IpSet;
import io.jadegate.api.net.SpecialNetworks;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The networks, each with its ports, that a list of targets names. Immutable.
final class NetworkRules {
    private final List<Group> groups = new ArrayList<>();
    private final List<Named> all = new ArrayList<>();

    /// Networks that have the same ports.
    private record Group(BitSet ports, IpSet networks) {}

    private record Named(Cidr network, BitSet ports) {}

    NetworkRules(List<TargetConfig> targets) {
        Map<BitSet, List<Cidr>> byPorts = new HashMap<>();
        for (TargetConfig target : targets) {
            if (target.network() != null) {
                BitSet ports = new BitSet();
                target.ports().forEach(ports::set);
                byPorts.computeIfAbsent(ports, _ -> new ArrayList<>()).add(target.network());
                all.add(new Named(target.network(), ports));
            }
        }
        byPorts.forEach((ports, networks) -> groups.add(new Group(ports, IpSet.of(networks))));
    }

    /// Whether some address may be reached on that port.
    boolean holds(int port) {
        return groups.stream().anyMatch(group -> group.ports.get(port));
    }

    boolean holds(byte[] address, int port) {
        for (Group group : groups) {
            if (group.ports.get(port) && group.networks.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the address is named, with whatever ports.
    boolean names(byte[] address) {
        return groups.stream().anyMatch(group -> group.networks.contains(address));
    }

    /// Whether a network is about an address of that block with that port.
    boolean hold(SpecialNetworks.Block block, byte[] address, int port) {
        return all.stream()
                .anyMatch(
                        named -> named.ports.get(port) && block.isNamedBy(named.network, address));
    }
}
