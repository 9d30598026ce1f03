package io.jadegate.control.config;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.ForwardConfig.TargetConfig;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.net.SpecialNetworks;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How the values of a forward proxy go together.
final class ForwardChecks {
    private static final List<Integer> HTTPS = List.of(443);

    private final String path;
    private final ListenerConfig listener;
    private final Consumer<Problem> problems;

    private ForwardChecks(String path, ListenerConfig listener, Consumer<Problem> problems) {
        this.path = path;
        this.listener = listener;
        this.problems = problems;
    }

    static void run(String path, ListenerConfig listener, Consumer<Problem> problems) {
        new ForwardChecks(path, listener, problems).run();
    }

    private void run() {
        foreign();
        var forward = listener.forward();
        if (forward == null) {
            error("", "has no forward; write forward: { allow: [ { host: www.example.com } ] }");
            return;
        }
        if (forward.allow().isEmpty()) {
            warning(".forward.allow", "is empty, so that every target is refused");
        }
        targets(".forward.allow", forward.allow());
        targets(".forward.deny", forward.deny());
        wideNetworks(forward.allow());
        unreachable(forward.allow(), forward.deny());
        spelledAddresses(forward.deny());
        specialAddresses(forward.allow());
        portsLeftOpen(forward.allow(), forward.deny());
    }

    private void foreign() {
        if (listener.upstream() != null) {
            error(".upstream", "is for protocol: tcp; clients of a forward proxy say where to go");
        }
        if (listener.redirectToHttps()) {
            error(".redirect-to-https", "does not go with protocol: forward; remove it");
        }
        var tls = listener.tls();
        if (tls == null) {
            return;
        }
        if (tls.hsts() != null) {
            error(".tls.hsts", "does not go with protocol: forward; remove it");
        }
        tls.hosts()
                .forEach((host, entry) -> {
                    if (entry.upstream() != null) {
                        error(
                                ".tls.hosts." + host + ".upstream",
                                "is for protocol: tcp; clients of a forward proxy say where to go");
                    }
                });
    }

    private void targets(String list, List<TargetConfig> targets) {
        Map<String, Set<Integer>> seen = new HashMap<>();
        for (var i = 0; i < targets.size(); i++) {
            var at = list + "[" + i + "]";
            var target = targets.get(i);
            if ((target.host() == null) == (target.network() == null)) {
                error(at, "must have exactly one of host or network");
                continue;
            }
            if (isFaultyAddress(target.host())) {
                error(at + ".host", "\"" + target.host() + "\" is no address");
                continue;
            }
            if (target.ports().isEmpty()) {
                error(at + ".ports", "is empty; leave it out for 443");
            }
            var known = seen.computeIfAbsent(name(target), _ -> new HashSet<>());
            for (var port : target.ports()) {
                if (!known.add(port)) {
                    error(at, "names " + name(target) + " with port " + port + " again");
                    break;
                }
            }
        }
    }

    private static boolean isFaultyAddress(@Nullable String host) {
        if (host == null || !host.startsWith("[")) {
            return false;
        }
        try {
            return !Cidr.parse(host.substring(1, host.length() - 1)).v6();
        } catch (IllegalArgumentException _) {
            return true;
        }
    }

    /// What is no part of the Internet is not opened by a network that merely holds it.
    private void wideNetworks(List<TargetConfig> allow) {
        for (var i = 0; i < allow.size(); i++) {
            var network = allow.get(i).network();
            if (network != null && network.length() == 0) {
                warning(
                        ".forward.allow[" + i + "].network",
                        "opens no private, loopback or other special address; name those networks"
                                + " by themselves");
            }
        }
    }

    private void unreachable(List<TargetConfig> allow, List<TargetConfig> deny) {
        Map<String, Set<Integer>> denied = new HashMap<>();
        deny.forEach(target ->
                denied.computeIfAbsent(name(target), _ -> new HashSet<>()).addAll(target.ports()));
        for (var i = 0; i < allow.size(); i++) {
            var target = allow.get(i);
            var ports = denied.get(name(target));
            if (ports != null && !target.ports().isEmpty() && ports.containsAll(target.ports())) {
                warning(".forward.allow[" + i + "]", "is denied altogether by forward.deny");
            }
        }
    }

    /// An address as a host is what clients write, and no name that leads there.
    private void spelledAddresses(List<TargetConfig> deny) {
        for (var i = 0; i < deny.size(); i++) {
            var host = deny.get(i).host();
            var address = host == null ? null : address(host);
            if (address != null) {
                warning(
                        ".forward.deny[" + i + "].host",
                        "does not deny names that lead to that address; write network: " + address);
            }
        }
    }

    /// A host is a way to an address of the Internet, whichever way it is written.
    private void specialAddresses(List<TargetConfig> allow) {
        for (var i = 0; i < allow.size(); i++) {
            var host = allow.get(i).host();
            var text = host == null ? null : address(host);
            if (text != null && !opens(allow.get(i), Cidr.parse(text).address(), allow)) {
                warning(
                        ".forward.allow[" + i + "].host",
                        "opens no private, loopback or other special address; write network: "
                                + text);
            }
        }
    }

    private static boolean opens(TargetConfig host, byte[] address, List<TargetConfig> allow) {
        var block = SpecialNetworks.of(address);
        return !block.special()
                || host.ports().stream()
                        .allMatch(port ->
                                allow.stream()
                                        .filter(other -> other.ports().contains(port))
                                        .map(TargetConfig::network)
                                        .anyMatch(network ->
                                                network != null
                                                        && block.isNamedBy(network, address)));
    }

    /// `deny` without ports is about 443 alone, like `allow`. Whoever denies a host means the ports
    /// that are open besides.
    private void portsLeftOpen(List<TargetConfig> allow, List<TargetConfig> deny) {
        for (var i = 0; i < deny.size(); i++) {
            var denied = deny.get(i);
            var host = denied.host();
            if (host == null || !denied.ports().equals(HTTPS)) {
                continue;
            }
            var open =
                    allow.stream()
                            .filter(allowed -> allowed.host() != null)
                            .flatMap(allowed -> leftOpen(allowed, denied, deny))
                            .findFirst();
            if (open.isPresent()) {
                warning(
                        ".forward.deny[" + i + "]",
                        "is about port 443 alone, and forward.allow opens port "
                                + open.get()
                                + " as well; name all ports that are meant");
            }
        }
    }

    /// The ports that nobody denies of the names that both rules take.
    private static Stream<Integer> leftOpen(
            TargetConfig allowed, TargetConfig denied, List<TargetConfig> deny) {
        var both = narrower(name(allowed), name(denied));
        return both == null
                ? Stream.of()
                : allowed.ports().stream()
                        .filter(port ->
                                deny.stream()
                                        .noneMatch(other ->
                                                other.ports().contains(port)
                                                        && holds(name(other), both)));
    }

    /// Of two patterns that take a name in common one takes all that the other takes.
    private static @Nullable String narrower(String pattern, String other) {
        if (holds(pattern, other)) {
            return other;
        }
        return holds(other, pattern) ? pattern : null;
    }

    /// Whether a pattern takes each name that another one takes.
    private static boolean holds(String pattern, String other) {
        return pattern.equals("*")
                || pattern.equals(other)
                || (pattern.startsWith("*.") && other.endsWith(pattern.substring(1)));
    }

    /// The address as a network is written, or null for a name.
    private static @Nullable String address(String host) {
        var bare =
                host.startsWith("[") && host.endsWith("]")
                        ? host.substring(1, host.length() - 1)
                        : host;
        try {
            var _ = Cidr.parse(bare);
            return bare;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static String name(TargetConfig target) {
        var host = target.host();
        if (host == null) {
            return String.valueOf(target.network());
        }
        var lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private void error(String at, String message) {
        problems.accept(Problem.error(path + at, message));
    }

    private void warning(String at, String message) {
        problems.accept(Problem.warning(path + at, message));
    }
}
