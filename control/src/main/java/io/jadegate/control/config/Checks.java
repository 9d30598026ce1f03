package io.jadegate.control.config;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.Config;
import io.jadegate.api.config.CorsConfig;
import io.jadegate.api.config.EndpointConfig;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.FilterEntry;
import io.jadegate.api.config.HealthConfig;
import io.jadegate.api.config.IpListConfig;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.ListenerTlsConfig;
import io.jadegate.api.config.ListenerTlsConfig.ClientCertificateConfig.Forward;
import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.PasswordHash;
import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.api.config.TimeoutOverrides;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.config.UpstreamTlsConfig;
import io.jadegate.api.config.UserConfig;
import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.control.binding.Model.Bound;
import io.jadegate.control.binding.Suggestion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the shape of single values cannot say: how values of a configuration go together. Sees only
/// records, answers paths.
final class Checks {

    private static final long LEAST_BUFFERS = 1 << 20;

    /// What is offered where nothing is said.
    private static final List<ListenerTlsConfig.Protocol> ALPN =
            List.of(ListenerTlsConfig.Protocol.H2, ListenerTlsConfig.Protocol.HTTP1);

    /// Between two health checks of an endpoint.
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);

    /// What https://hstspreload.org asks for.
    private static final Duration PRELOAD_AGE = Duration.ofDays(365);

    private final NodeConfig node;
    private final Config config;
    private final Consumer<Problem> problems;

    Checks(Bound bound, Consumer<Problem> problems) {
        this.node = bound.node();
        this.config = bound.config();
        this.problems = problems;
    }

    void run() {
        buffers();
        defaults();
        addresses();
        config.ipLists().forEach(this::ipList);
        config.listeners().forEach(this::listener);
        filters();
        config.routes().forEach(this::route);
        config.upstreams().forEach(this::upstream);
        config.users().forEach(this::user);
    }

    /// A budget that a handful of streams fill would shed all the time.
    private void buffers() {
        var buffers = node.memory().buffers();
        if (buffers.of(LEAST_BUFFERS * 100) < LEAST_BUFFERS) {
            error("node.memory.buffers", "must be at least 1% or 1MiB, not \"" + buffers + "\"");
        }
    }

    private void defaults() {
        var client = config.defaults().clientAddress();
        if (!client.trusted().isEmpty() && client.hops() > 0) {
            error("defaults.client-address.hops", "does not go with trusted; write one of them");
        }
        if (config.defaults().timeouts().header().isZero()) {
            warning("defaults.timeouts.header", "\"off\" lets a client hold a connection for ever");
        }
        for (var limit : List.of("head", "uri")) {
            var size =
                    limit.equals("head")
                            ? config.defaults().limits().head()
                            : config.defaults().limits().uri();
            if (size.bytes() < 256 || size.bytes() > 16 << 20) {
                error(
                        "defaults.limits." + limit,
                        "must be from 256B to 16MiB, not \"" + size + "\"");
            }
        }
    }

    /// Left over from a file that was to fill it, most likely: nobody means to write that everybody
    /// may come in.
    private void ipList(String name, IpListConfig list) {
        if (list.allow().isEmpty() && list.deny().isEmpty()) {
            warning(
                    "ip-lists." + name,
                    "names no network; an ip-filter that has no others lets everybody in");
        }
    }

    // Addresses

    /// Everything this node binds: no two may want the same address.
    private void addresses() {
        var taken = new HashMap<Object, List<Bind>>();
        config.listeners()
                .forEach((name, listener) ->
                        bind(
                                taken,
                                listener.address(),
                                "listeners." + name + ".address",
                                listener.protocol() == ListenerConfig.Protocol.UDP));
        if (node.admin() != null) {
            bind(taken, node.admin().address(), "node.admin.address", /* datagrams= */ false);
        }
        if (node.metrics() != null) {
            bind(taken, node.metrics().address(), "node.metrics.address", /* datagrams= */ false);
        }
    }

    // Listeners

    private void listener(String name, ListenerConfig listener) {
        var path = "listeners." + name;
        if (listener.redirectToHttps() && listener.tls() != null) {
            error(path + ".redirect-to-https", "does not go with tls; remove one of them");
        } else if (listener.redirectToHttps()
                && config.listeners().values().stream().noneMatch(Checks::isHttpsPort)) {
            error(path + ".redirect-to-https", "leads nowhere; no listener has tls on a port");
        }
        protocol(path, listener);
        if (listener.proxyProtocol() != null && listener.proxyProtocol().trusted().isEmpty()) {
            warning(path + ".proxy-protocol.trusted", "is empty, so that no header is believed");
        }
        if (listener.tls() != null) {
            passthrough(path, listener.tls());
        }
        var hsts = listener.tls() == null ? null : listener.tls().hsts();
        if (hsts != null
                && hsts.preload()
                && !(hsts.includeSubdomains() && hsts.maxAge().compareTo(PRELOAD_AGE) >= 0)) {
            error(
                    path + ".tls.hsts.preload",
                    "needs include-subdomains: true and max-age: 365d or more, or no list takes"
                            + " it");
        }
    }

    private void protocol(String path, ListenerConfig listener) {
        if (listener.session() != null && listener.protocol() != ListenerConfig.Protocol.UDP) {
            error(path + ".session", "is for protocol: udp; remove it");
        }
        switch (listener.protocol()) {
            case HTTP -> {
                if (listener.upstream() != null) {
                    error(
                            path + ".upstream",
                            "is for protocol: tcp and udp; routes say where requests go");
                }
                if (!listener.timeouts().equals(TimeoutOverrides.NONE)) {
                    error(
                            path + ".timeouts",
                            "are for protocol: tcp; write them under routes or defaults");
                }
                if (!listener.maxAge().isZero()) {
                    error(
                            path + ".max-age",
                            "is for protocol: tcp; write defaults.timeouts.keep-alive-age");
                }
                hostUpstreams(path, listener, "is for protocol: tcp; routes say where it goes");
            }
            case TCP -> tcp(path, listener);
            case UDP -> udp(path, listener);
            case FORWARD -> ForwardChecks.run(path, listener, problems);
        }
        if (listener.forward() != null && listener.protocol() != ListenerConfig.Protocol.FORWARD) {
            error(path + ".forward", "is for protocol: forward");
        }
    }

    private void tcp(String path, ListenerConfig listener) {
        var tls = listener.tls();
        var everyHost =
                tls != null
                        && !(tls.hosts().isEmpty() && tls.passthrough().isEmpty())
                        && tls.hosts().values().stream().allMatch(host -> host.upstream() != null);
        if (listener.upstream() == null && !everyHost) {
            error(
                    path,
                    tls == null
                            ? "has no upstream"
                            : "has no upstream; write upstream, or one for each of tls.hosts");
        }
        if (listener.redirectToHttps()) {
            error(path + ".redirect-to-https", "does not go with protocol: tcp; remove it");
        }
        if (tls != null && tls.hsts() != null) {
            error(path + ".tls.hsts", "does not go with protocol: tcp; remove it");
        }
        if (tls != null && !tls.alpn().equals(ALPN)) {
            error(path + ".tls.alpn", "does not go with protocol: tcp, which agrees on none");
        }
        if (tls != null) {
            tls.hosts()
                    .forEach((host, entry) -> {
                        var clients = entry.clientCertificate();
                        if (clients != null && clients.forward() != Forward.OFF) {
                            error(
                                    path + ".tls.hosts." + host + ".client-certificate.forward",
                                    "does not go with protocol: tcp, which has no header fields");
                        }
                    });
        }
        var timeouts = listener.timeouts();
        var foreign =
                new TimeoutOverrides(
                        null,
                        null,
                        timeouts.bodyIdle(),
                        null,
                        timeouts.halfClose(),
                        timeouts.firstByte(),
                        timeouts.idle(),
                        timeouts.total(),
                        null);
        if (!foreign.equals(TimeoutOverrides.NONE)) {
            error(
                    path + ".timeouts",
                    "of a tcp listener are connect, tls, write and tunnel-idle; remove others");
        }
    }

    private void udp(String path, ListenerConfig listener) {
        if (node.transport() == NodeConfig.Transport.IO_URING) {
            error(
                    path + ".protocol",
                    "does not go with node.transport: io_uring; take epoll there, or auto");
        }
        if (listener.address() instanceof Address.Unix) {
            error(path + ".address", "is no port; datagrams come to host:port");
        }
        foreignToUdp(path + ".redirect-to-https", listener.redirectToHttps());
        foreignToUdp(path + ".proxy-protocol", listener.proxyProtocol() != null);
        foreignToUdp(path + ".accept", listener.accept() != ListenerConfig.Accept.BALANCED);
        foreignToUdp(path + ".tls", listener.tls() != null);
        foreignToUdp(path + ".timeouts", !listener.timeouts().equals(TimeoutOverrides.NONE));
        foreignToUdp(path + ".max-age", !listener.maxAge().isZero());
        var session = listener.session();
        if (session != null && session.idle().isZero()) {
            error(path + ".session.idle", "is 0; a session ends by nothing else");
        }
        if (listener.upstream() == null) {
            error(path, "has no upstream");
            return;
        }
        var upstream = config.upstreams().get(listener.upstream());
        if (upstream != null) {
            takesDatagrams(path + ".upstream", listener.upstream(), upstream);
        }
    }

    private void foreignToUdp(String path, boolean present) {
        if (present) {
            error(path, "does not go with protocol: udp; remove it");
        }
    }

    private void takesDatagrams(String path, String name, UpstreamConfig upstream) {
        if (upstream.tls() != null) {
            error(path, "\"" + name + "\" has tls, and datagrams go in the clear; name another");
        }
        if (upstream.proxyProtocol() != UpstreamConfig.ProxyProtocol.OFF) {
            error(
                    path,
                    "\""
                            + name
                            + "\" has proxy-protocol, which is not for datagrams; name another");
        }
        if (upstream.endpoints().stream()
                .anyMatch(endpoint -> endpoint.address() instanceof Address.Unix)) {
            error(path, "\"" + name + "\" has endpoints that are no ports; name another");
        }
    }

    private void passthrough(String path, ListenerTlsConfig tls) {
        tls.passthrough()
                .forEach((host, entry) -> {
                    var at = path + ".tls.passthrough." + host;
                    if (entry.upstream() == null && entry.alpn().isEmpty()) {
                        error(at, "has no upstream");
                    } else if (entry.upstream() != null && tls.hosts().containsKey(host)) {
                        error(at, "takes all from tls.hosts." + host + "; remove one of them");
                    }
                });
    }

    private void hostUpstreams(String path, ListenerConfig listener, String message) {
        if (listener.tls() != null) {
            listener.tls()
                    .hosts()
                    .forEach((host, entry) -> {
                        if (entry.upstream() != null) {
                            error(path + ".tls.hosts." + host + ".upstream", message);
                        }
                    });
        }
    }

    private static boolean isHttpsPort(ListenerConfig listener) {
        return listener.tls() != null
                && listener.protocol() == ListenerConfig.Protocol.HTTP
                && listener.address() instanceof Address.Inet;
    }

    private record Bind(Address address, String path) {}

    private void bind(
            Map<Object, List<Bind>> taken, Address address, String path, boolean datagrams) {
        Object place =
                address instanceof Address.Inet inet
                        ? (datagrams ? "udp " : "tcp ") + inet.port()
                        : address;
        if (place instanceof String text && text.endsWith(" 0")) {
            return;
        }
        var others = taken.computeIfAbsent(place, _ -> new ArrayList<>());
        for (var other : others) {
            if (overlap(address, other.address)) {
                error(path, "\"" + address + "\" is taken by " + other.path);
                return;
            }
        }
        others.add(new Bind(address, path));
    }

    private static boolean overlap(Address a, Address b) {
        return a.equals(b)
                || (a instanceof Address.Inet first
                        && b instanceof Address.Inet second
                        && (everywhere(first) || everywhere(second)));
    }

    private static boolean everywhere(Address.Inet address) {
        return address.any() || address.host().equals("::") || address.host().equals("0.0.0.0");
    }

    // Filters

    private void filters() {
        config.chains()
                .forEach((name, chain) -> {
                    filterList("chains." + name, chain, null);
                    if (reaches(name, name, new HashSet<>())) {
                        error("chains." + name, "uses itself");
                    }
                });
        filterList("defaults.filters", config.defaults().filters(), null);
        var defaultNames = new LinkedHashSet<String>();
        collectNames(config.defaults().filters(), defaultNames, new HashSet<>());
        config.routes()
                .forEach((name, route) ->
                        filterList("routes." + name + ".filters", route.filters(), defaultNames));
    }

    /// @param skippable the names that may be skipped here; `null` where nothing can be
    private void filterList(
            String path, List<FilterEntry> entries, @Nullable Set<String> skippable) {
        for (var i = 0; i < entries.size(); i++) {
            var at = path + "[" + i + "]";
            var entry = entries.get(i);
            if (entry instanceof FilterEntry.Skip(var name)) {
                skip(at + ".skip", name, skippable);
            } else if (entry instanceof FilterConfig filter && filter.when() != null) {
                match(at + ".when", filter.when());
            }
        }
    }

    private void skip(String path, String name, @Nullable Set<String> skippable) {
        if (skippable == null) {
            error(path, "only a route can skip a filter");
        } else if (!skippable.contains(name)) {
            problems.accept(
                    new Problem(
                            Severity.ERROR,
                            path,
                            null,
                            "no filter of defaults.filters has the name \"" + name + "\"",
                            Suggestion.nearest(name, skippable)));
        }
    }

    private void match(String path, MatchConfig match) {
        values(path + ".headers", match.headers());
        values(path + ".query", match.query());
        values(path + ".cookies", match.cookies());
        captures(path, match.path());
    }

    private boolean reaches(String from, String target, Set<String> visited) {
        for (var entry : config.chains().getOrDefault(from, List.of())) {
            if (entry instanceof FilterEntry.Use(var chain)
                    && (chain.equals(target)
                            || (visited.add(chain) && reaches(chain, target, visited)))) {
                return true;
            }
        }
        return false;
    }

    private void collectNames(List<FilterEntry> entries, Set<String> names, Set<String> visited) {
        for (var entry : entries) {
            if (entry instanceof FilterConfig filter) {
                names.add(filter.name());
            } else if (entry instanceof FilterEntry.Use(var chain) && visited.add(chain)) {
                collectNames(config.chains().getOrDefault(chain, List.of()), names, visited);
            }
        }
    }

    // Routes

    private void route(String name, RouteConfig route) {
        var path = "routes." + name;
        var actions =
                Stream.of(
                                route.upstream() == null ? null : "upstream",
                                route.split() == null ? null : "split",
                                route.redirect() == null ? null : "redirect",
                                route.respond() == null ? null : "respond")
                        .filter(Objects::nonNull)
                        .toList();
        if (actions.isEmpty()) {
            error(path, "has no action; write one of upstream, redirect or respond");
        } else if (actions.size() > 1) {
            error(path, "has more than one action: " + String.join(", ", actions));
        }
        var redirect = route.redirect();
        if (redirect != null && redirect.status() >= 304 && redirect.status() <= 306) {
            error(
                    path + ".redirect.status",
                    "must be 301, 302, 303, 307 or 308, not \"" + redirect.status() + "\"");
        }
        for (var i = 0; i < route.match().listeners().size(); i++) {
            var listener = config.listeners().get(route.match().listeners().get(i));
            if (listener != null && listener.protocol() != ListenerConfig.Protocol.HTTP) {
                error(
                        path + ".match.listeners[" + i + "]",
                        "\""
                                + route.match().listeners().get(i)
                                + "\" takes no requests;"
                                + " only listeners with protocol: http do");
            }
        }
        if (route.cors() != null) {
            cors(path + ".cors", route.cors());
        }
        match(path + ".match", route.match());
        timeouts(path, route);
    }

    private void cors(String path, CorsConfig cors) {
        if (cors.credentials() && cors.origins().contains("*")) {
            error(path + ".credentials", "does not go with the origin \"*\"; name the origins");
        }
        if (cors.credentials() && (cors.methods().contains("*") || cors.headers().contains("*"))) {
            error(path + ".credentials", "does not go with \"*\"; name the methods and headers");
        }
    }

    private void values(String path, Map<String, ValueMatchConfig> matchers) {
        matchers.forEach((name, matcher) -> value(path + "." + name, matcher));
    }

    private void value(String path, ValueMatchConfig matcher) {
        if (matcher instanceof ValueMatchConfig.Values(var values) && values.isEmpty()) {
            error(path, "has no values; write { present: true } for any");
        } else if (matcher instanceof ValueMatchConfig.Not(var inner)) {
            value(path + ".not", inner);
        }
    }

    private void captures(String path, List<PathMatchConfig> paths) {
        for (var i = 0; i < paths.size(); i++) {
            if (paths.get(i) instanceof PathMatchConfig.Template(var template)) {
                var names = new HashSet<String>();
                for (var segment : template.split("/", -1)) {
                    if (segment.startsWith("{") && !names.add(segment.replace("...", ""))) {
                        error(path + ".path[" + i + "]", "\"" + segment + "\" is captured twice");
                    }
                }
            }
        }
    }

    private void timeouts(String path, RouteConfig route) {
        var timeouts = route.timeouts().over(config.defaults().timeouts());
        var total = timeouts.total();
        if (longer(timeouts.firstByte(), total)
                && (route.timeouts().firstByte() != null || route.timeouts().total() != null)) {
            warning(
                    path + ".timeouts",
                    "first-byte is longer than total and will never be reached");
        }
        if (longer(route.retry().perTry(), total)) {
            warning(path + ".retry.per-try", "is longer than total and will never be reached");
        }
    }

    private static boolean longer(Duration part, Duration total) {
        return !total.isZero() && part.compareTo(total) > 0;
    }

    // Upstreams

    private void upstream(String name, UpstreamConfig upstream) {
        var path = "upstreams." + name;
        if (upstream.endpoints().isEmpty() && upstream.discovery() == null) {
            error(path, "has no endpoints");
        }
        var addresses = new HashSet<Address>();
        for (var i = 0; i < upstream.endpoints().size(); i++) {
            var at = path + ".endpoints[" + i + "]";
            var address = upstream.endpoints().get(i).address();
            if (address instanceof Address.Inet inet && (inet.any() || inet.port() == 0)) {
                error(at, "must name a host and a port from 1 to 65535, not \"" + address + "\"");
            }
            if (!addresses.add(address)) {
                error(at, "\"" + address + "\" is given twice");
            }
        }
        if (upstream.tls() != null) {
            tls(path + ".tls", upstream.tls(), upstream.endpoints());
        }
        if (upstream.health() != null) {
            health(path + ".health", upstream.health(), upstream);
        }
        var dns = upstream.dns();
        if (dns != null && dns.minTtl().compareTo(dns.maxTtl()) > 0) {
            error(path + ".dns.min-ttl", "is longer than max-ttl");
        }
    }

    private void tls(String path, UpstreamTlsConfig tls, List<EndpointConfig> endpoints) {
        if (!tls.verify()) {
            warning(path + ".verify", "anybody on the way can read and change what is sent");
            if (tls.trusted() != null) {
                error(path + ".trusted", "does not go with verify: false; remove one of them");
            }
            if (tls.revoked() != null) {
                error(path + ".revoked", "does not go with verify: false; remove one of them");
            }
        }
        var nameless = endpoints.stream().anyMatch(each -> each.address() instanceof Address.Unix);
        if (tls.verify() && tls.serverName() == null && nameless) {
            error(
                    path + ".server-name",
                    "is missing; an endpoint on a Unix domain socket has no name of its own");
        }
        if (tls.certificate() == null && tls.key() != null) {
            error(path + ".key", "is the key of no certificate; write certificate too");
        }
        if (tls.certificate() == null && tls.passphrase() != null) {
            error(path + ".passphrase", "opens nothing; write certificate too");
        }
    }

    private void health(String path, HealthConfig health, UpstreamConfig upstream) {
        var kinds =
                Stream.of(health.http(), health.tcp(), health.grpc())
                        .filter(Objects::nonNull)
                        .count();
        if (kinds != 1) {
            error(path, "must have exactly one of http, tcp or grpc");
        }
        var http1 =
                upstream.protocol() == UpstreamConfig.Protocol.HTTP1
                        || (upstream.protocol() == UpstreamConfig.Protocol.AUTO
                                && upstream.tls() == null);
        if (health.grpc() != null && http1) {
            error(path + ".grpc", "asks by HTTP/2; write protocol: http2 in the upstream");
        }
        if (health.http() != null) {
            statuses(path + ".http.status", health.http().status());
        }
        if (health.interval().compareTo(SHORTEST_INTERVAL) < 0) {
            error(path + ".interval", "must be at least 100ms; write interval: 1s");
        }
        if (health.timeout().isZero()) {
            error(path + ".timeout", "must be longer than 0; write timeout: 2s");
        }
        if (longer(health.timeout(), health.interval())) {
            warning(path + ".timeout", "is longer than interval; slow checks come without a pause");
        }
    }

    private void statuses(String path, List<String> ranges) {
        if (ranges.isEmpty()) {
            error(path, "is empty, so no answer would be well; write [ 200-399 ]");
        }
        for (var i = 0; i < ranges.size(); i++) {
            var range = ranges.get(i);
            var dash = range.indexOf('-');
            if (dash > 0 && range.substring(0, dash).compareTo(range.substring(dash + 1)) > 0) {
                error(path + "[" + i + "]", "\"" + range + "\" ends before it begins");
            }
        }
    }

    // Users

    /// What is no hash may be a password, so it is not quoted.
    private void user(String name, UserConfig user) {
        var path = "users." + name + ".password";
        if (user.password().value() == null) {
            return;
        }
        try {
            if (PasswordHash.of(user.password().reveal()).weak()) {
                warning(
                        path,
                        "is cheap to guess for whoever gets hold of it; make another by: jadegate"
                                + " hash-password");
            }
        } catch (IllegalArgumentException e) {
            error(path, Objects.requireNonNull(e.getMessage()));
        }
    }

    private void error(String path, String message) {
        problems.accept(Problem.error(path, message));
    }

    private void warning(String path, String message) {
        problems.accept(Problem.warning(path, message));
    }
}
