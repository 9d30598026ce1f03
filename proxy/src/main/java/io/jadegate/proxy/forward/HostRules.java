package io.jadegate.proxy.forward;

import io.jadegate.api.config.ForwardConfig.TargetConfig;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The hosts, each with its ports, that a list of targets names. Immutable.
final class HostRules {
    /// By host, by `*.` and a domain, and by `*`.
    private final Map<String, BitSet> ports = new HashMap<>();

    HostRules(List<TargetConfig> targets) {
        for (TargetConfig target : targets) {
            if (target.host() != null) {
                BitSet own = ports.computeIfAbsent(pattern(target.host()), _ -> new BitSet());
                target.ports().forEach(own::set);
            }
        }
    }

    /// As destinations are written: in lower case, without brackets and trailing dot.
    static String pattern(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.startsWith("[")) {
            return Destination.of(lower, 1).host();
        }
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /// Whether some host may be reached on that port.
    boolean hold(int port) {
        return ports.values().stream().anyMatch(each -> each.get(port));
    }

    boolean holds(Destination destination) {
        int port = destination.port();
        return anyOf(destination, ports -> ports.get(port));
    }

    /// Whether the host is named, with whatever ports.
    boolean names(Destination destination) {
        return anyOf(destination, _ -> true);
    }

    private boolean anyOf(Destination destination, Test test) {
        String host = destination.host();
        if (test.passes(ports.get("*")) || test.passes(ports.get(host))) {
            return true;
        }
        if (destination.literal() != null) {
            return false;
        }
        for (int dot = host.indexOf('.'); dot > 0; dot = host.indexOf('.', dot + 1)) {
            if (test.passes(ports.get("*" + host.substring(dot)))) {
                return true;
            }
        }
        return false;
    }

    @FunctionalInterface
    private interface Test {
        boolean holds(BitSet ports);

        default boolean passes(@Nullable BitSet ports) {
            return ports != null && holds(ports);
        }
    }
}
