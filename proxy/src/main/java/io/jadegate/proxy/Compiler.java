package io.jadegate.proxy;

import io.jadegate.api.config.ActionConfig;
import io.jadegate.api.config.Address;
import io.jadegate.api.config.Config;
import io.jadegate.api.config.DefaultsConfig;
import io.jadegate.api.config.ForwardConfig;
import io.jadegate.api.config.HstsConfig;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.ListenerTlsConfig.HostConfig;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.RedirectConfig;
import io.jadegate.api.config.RespondConfig;
import io.jadegate.api.config.RetryConfig;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.api.config.Share;
import io.jadegate.api.config.SplitConfig;
import io.jadegate.api.config.TimeoutsConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Template;
import io.jadegate.api.filter.TemplateException;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.api.identity.AuthenticatorProvider;
import io.jadegate.api.net.IpSet;
import io.jadegate.proxy.exchange.ClientAddresses;
import io.jadegate.proxy.exchange.Dispatch;
import io.jadegate.proxy.exchange.ErrorPages;
import io.jadegate.proxy.exchange.HttpsRedirect;
import io.jadegate.proxy.exchange.Route;
import io.jadegate.proxy.exchange.Serving;
import io.jadegate.proxy.exchange.Timeouts;
import io.jadegate.proxy.exchange.Via;
import io.jadegate.proxy.forward.ForwardRules;
import io.jadegate.proxy.forward.ForwardService;
import io.jadegate.proxy.forward.NameLookups;
import io.jadegate.proxy.forward.OwnAddresses;
import io.jadegate.proxy.forward.ProxyScript;
import io.jadegate.proxy.forward.TunnelRules;
import io.jadegate.proxy.l4.TcpRules;
import io.jadegate.proxy.l4.TcpService;
import io.jadegate.proxy.l4.TcpServing;
import io.jadegate.proxy.l4.UdpRules;
import io.jadegate.proxy.l4.UdpServing;
import io.jadegate.proxy.listener.ConnectionHandler;
import io.jadegate.proxy.listener.Introducers;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.listener.Passthrough;
import io.jadegate.proxy.listener.TlsHosts;
import io.jadegate.proxy.observe.LoopLog;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.route.RouteEntry;
import io.jadegate.proxy.route.RouteTables;
import io.jadegate.proxy.socks.SocksService;
import io.jadegate.proxy.stream.DownstreamSettings;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.upstream.AddressesInTurn;
import io.jadegate.proxy.upstream.Connector;
import io.jadegate.proxy.upstream.EndpointTls;
import io.jadegate.proxy.upstream.Upstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns configurations into what serves: upstreams with the targets they had before, filters with
/// the state they had before, routes, and route tables. Touches no socket.
final class Compiler {
    /// The rules by which a connection without exchanges is tried again: those that a route has
    /// unasked.
    private static final int CONNECT_TRIES = 2;

    private static final double RETRY_SHARE = 0.2;

    /// Names often have more addresses than two, of which the first may lead nowhere.
    private static final RetryConfig FORWARD_RETRY =
            new RetryConfig(
                    AddressesInTurn.MOST,
                    List.of(
                            RetryConfig.Condition.CONNECT_FAILURE,
                            RetryConfig.Condition.RESET_REUSED),
                    new Share(20),
                    Duration.ZERO);

    private final NodeConfig node;
    private final Map<String, HttpFilterProvider<?>> providers;

    /// Of the compilation under way, so that routes share them.
    private final Map<TimeoutsConfig, Timeouts> timeouts = new HashMap<>();

    private final List<ConnectionFilterProvider<?>> connectionProviders;
    private final Loops loops;
    private final Meters meters;
    private final List<LoopLog> logs;
    private final NameLookups names;
    private final TlsCompiler tlsCompiler = new TlsCompiler();

    /// @param logs where connections without exchanges are written down, by loop
    /// @param names where those are looked up that clients of forward proxies name
    Compiler(
            NodeConfig node,
            List<FilterProvider<?>> providers,
            Loops loops,
            Meters meters,
            List<LoopLog> logs,
            NameLookups names) {
        this.logs = logs;
        this.names = names;
        this.node = node;
        this.loops = loops;
        this.meters = meters;
        Map<String, HttpFilterProvider<?>> byKind = new HashMap<>();
        List<ConnectionFilterProvider<?>> ofConnections = new ArrayList<>();
        for (FilterProvider<?> provider : providers) {
            switch (provider) {
                case HttpFilterProvider<?> http -> byKind.put(http.kind(), http);
                case ConnectionFilterProvider<?> connection -> ofConnections.add(connection);
            }
        }
        this.providers = Map.copyOf(byKind);
        this.connectionProviders = List.copyOf(ofConnections);
    }

    /// Compiles a configuration that has been bound and checked.
    ///
    /// @param before what is served now; null for the first
    /// @param problems errors and warnings are added here; with an error the result must not be
    ///   served
    Compilation compile(Config config, @Nullable Compilation before, List<Problem> problems) {
        DefaultsConfig defaults = config.defaults();
        HeadLimits limits =
                new HeadLimits(
                        octets(defaults.limits().head().bytes()),
                        defaults.limits().fields(),
                        octets(defaults.limits().uri().bytes()));
        Map<String, Upstream> upstreams = upstreams(config, limits, before, problems);
        timeouts.clear();
        FilterInstances filters = filters(config, before);
        List<CompiledRoute> routes = routes(config, before, upstreams, filters);
        Set<Problem> found = new LinkedHashSet<>();
        routes.forEach(route -> found.addAll(route.problems()));
        problems.addAll(found);
        List<String> listeners =
                config.listeners().entrySet().stream()
                        .filter(entry ->
                                entry.getValue().protocol() == ListenerConfig.Protocol.HTTP)
                        .map(Map.Entry::getKey)
                        .toList();
        RouteTables<Route> tables = tables(before, routes, listeners, problems);
        ConnectionFilters connectionFilters =
                new ConnectionFilters(
                        connectionProviders,
                        config,
                        before == null ? null : before.connectionFilters(),
                        problems);
        Map<String, TlsHosts> hosts = tlsHosts(config, upstreams, before, problems);
        Map<String, Dispatch> dispatches = new LinkedHashMap<>();
        listeners.forEach(name -> dispatches.put(name, new Dispatch.ByRoutes(tables.of(name))));
        List<CompiledForward> forwards = forwards(config, limits, filters, before, problems);
        forwards.forEach(forward ->
                dispatches.put(
                        forward.listener(),
                        new Dispatch.ToTargets(forward.route(), forward.script())));
        Map<String, Serving> servings =
                servings(config, dispatches, routes, limits, connectionFilters, hosts, problems);
        Map<String, Listener.Terms> terms = new HashMap<>(servings);
        terms.putAll(tcpServings(config, upstreams, connectionFilters, hosts));
        terms.putAll(udpServings(config, upstreams, connectionFilters));
        return new Compilation(
                before == null ? 1 : before.revision() + 1,
                config,
                upstreams,
                filters,
                connectionFilters,
                routes,
                listeners,
                tables,
                forwards,
                servings,
                Map.copyOf(terms),
                byPlace(config, terms));
    }

    private static Map<Compilation.Place, Listener.Terms> byPlace(
            Config config, Map<String, Listener.Terms> all) {
        Map<Compilation.Place, Listener.Terms> byPlace = new HashMap<>();
        all.forEach((name, terms) ->
                byPlace.put(
                        Compilation.Place.of(Objects.requireNonNull(config.listeners().get(name))),
                        terms));
        return Map.copyOf(byPlace);
    }

    private static int octets(long bytes) {
        return (int) Math.min(bytes, 1 << 24);
    }

    private Map<String, Upstream> upstreams(
            Config config,
            HeadLimits limits,
            @Nullable Compilation before,
            List<Problem> problems) {
        Connector connector = new Connector(loops.transport(), limits);
        Map<String, EndpointTls> secured = secured(config, before, problems);
        if (before != null && isSame(before.upstreams(), config, connector, secured)) {
            return before.upstreams();
        }
        Map<String, Upstream> upstreams = new HashMap<>();
        for (Map.Entry<String, UpstreamConfig> entry : config.upstreams().entrySet()) {
            Upstream old = before == null ? null : before.upstreams().get(entry.getKey());
            EndpointTls tls = secured.get(entry.getKey());
            boolean same = old != null && isSame(old, entry.getValue(), connector, tls);
            upstreams.put(
                    entry.getKey(),
                    same && old != null
                            ? old
                            : Upstream.of(
                                    entry.getKey(),
                                    entry.getValue(),
                                    loops,
                                    connector,
                                    tls,
                                    meters,
                                    old));
        }
        return Map.copyOf(upstreams);
    }

    private static boolean isSame(
            Map<String, Upstream> before,
            Config config,
            Connector connector,
            Map<String, EndpointTls> secured) {
        return before.size() == config.upstreams().size()
                && config.upstreams().entrySet().stream()
                        .allMatch(entry -> {
                            Upstream old = before.get(entry.getKey());
                            EndpointTls tls = secured.get(entry.getKey());
                            return old != null && isSame(old, entry.getValue(), connector, tls);
                        });
    }

    @SuppressWarnings("ReferenceEquality") // what was carried over is the same object
    private static boolean isSame(
            Upstream old, UpstreamConfig config, Connector connector, @Nullable EndpointTls tls) {
        return old.config().equals(config) && old.connector().equals(connector) && old.tls() == tls;
    }

    /// TLS of those upstreams that have it. Reads its files even where the configuration has not
    /// changed: they may have.
    private static Map<String, EndpointTls> secured(
            Config config, @Nullable Compilation before, List<Problem> problems) {
        Set<String> forOctets = octetUpstreams(config);
        Map<String, EndpointTls> secured = new HashMap<>();
        config.upstreams()
                .forEach((name, upstream) -> {
                    if (upstream.tls() == null) {
                        return;
                    }
                    Upstream old = before == null ? null : before.upstreams().get(name);
                    EndpointTls tls =
                            EndpointTls.of(
                                    upstream.tls(),
                                    upstream.protocol(),
                                    forOctets.contains(name),
                                    "upstreams." + name + ".tls",
                                    old == null ? null : old.tls(),
                                    problems);
                    if (tls != null) {
                        secured.put(name, tls);
                    }
                });
        return secured;
    }

    /// The upstreams that get connections on which nobody speaks HTTP, under TLS of the gateway's
    /// own if they have it.
    private static Set<String> octetUpstreams(Config config) {
        Set<String> names = new HashSet<>();
        for (ListenerConfig listener : config.listeners().values()) {
            if (listener.upstream() != null) {
                names.add(listener.upstream());
            }
            if (listener.tls() != null) {
                listener.tls().hosts().values().stream()
                        .map(HostConfig::upstream)
                        .filter(Objects::nonNull)
                        .forEach(names::add);
            }
        }
        return names;
    }

    // ---- routes

    private FilterInstances filters(Config config, @Nullable Compilation before) {
        if (before == null) {
            return new FilterInstances(providers, config, null);
        }
        return aside(config).equals(aside(before.config()))
                ? before.filters().carriedOver(config)
                : new FilterInstances(providers, config, before.filters());
    }

    /// All of a configuration but what a route can name by itself.
    private static Config aside(Config config) {
        return new Config(
                config.defaults(),
                config.chains(),
                config.ipLists(),
                config.rateLimits(),
                Map.of(),
                Map.of(),
                Map.of(),
                config.registries(),
                config.users(),
                config.plans(),
                config.tenants(),
                config.tokens());
    }

    private List<CompiledRoute> routes(
            Config config,
            @Nullable Compilation before,
            Map<String, Upstream> upstreams,
            FilterInstances filters) {
        RouteCursor cursor = new RouteCursor(before == null ? List.of() : before.routes());
        boolean carry = before != null && aside(config).equals(aside(before.config()));
        List<CompiledRoute> routes = new ArrayList<>(config.routes().size());
        config.routes()
                .forEach((name, route) -> {
                    CompiledRoute old = cursor.find(name);
                    boolean same = carry && old != null && isSame(old, route, upstreams);
                    routes.add(
                            same && old != null
                                    ? old
                                    : route(name, route, config, upstreams, filters, old));
                });
        return routes;
    }

    private static boolean isSame(
            CompiledRoute old, RouteConfig route, Map<String, Upstream> upstreams) {
        return old.config().equals(route)
                && (!(old.route().action() instanceof Route.Action.Pass(Upstream upstream))
                        || upstreams.get(upstream.name()) == upstream);
    }

    private CompiledRoute route(
            String name,
            RouteConfig config,
            Config all,
            Map<String, Upstream> upstreams,
            FilterInstances filters,
            @Nullable CompiledRoute old) {
        List<Problem> problems = new ArrayList<>(0);
        Route.Action action = action(name, config, upstreams, problems);
        FilterChain chain = filters.chain(name, config, old == null ? null : old.chain());
        problems.addAll(chain.problems());
        Route route =
                Route.of(
                        name,
                        config,
                        timeouts.computeIfAbsent(
                                config.timeouts().over(all.defaults().timeouts()), Timeouts::of),
                        config.limits().over(all.defaults().limits()),
                        action,
                        chain.steps(),
                        meters.route(name));
        return new CompiledRoute(name, config, chain, route, List.copyOf(problems));
    }

    /// The tables changed by what has changed, or made anew when that is most of it or cannot be
    /// told from the changes alone.
    private static RouteTables<Route> tables(
            @Nullable Compilation before,
            List<CompiledRoute> routes,
            List<String> listeners,
            List<Problem> problems) {
        RouteTables<Route> changed =
                before == null || !before.listeners().equals(listeners)
                        ? null
                        : changed(before, routes, problems);
        return changed != null
                ? changed
                : RouteTables.compile(
                        routes.stream().map(CompiledRoute::entry).toList(), listeners, problems);
    }

    @SuppressWarnings("ReferenceEquality") // what was carried over is the same object
    private static @Nullable RouteTables<Route> changed(
            Compilation before, List<CompiledRoute> routes, List<Problem> problems) {
        RouteCursor cursor = new RouteCursor(before.routes());
        List<RouteEntry<Route>> gone = new ArrayList<>();
        List<RouteEntry<Route>> come = new ArrayList<>();
        int found = 0;
        for (CompiledRoute route : routes) {
            CompiledRoute old = cursor.find(route.name());
            found += old == null ? 0 : 1;
            if (old == route) {
                continue;
            }
            if (old != null) {
                gone.add(old.entry());
            }
            come.add(route.entry());
        }
        if (found < before.routes().size()) {
            Set<String> names = HashSet.newHashSet(routes.size());
            routes.forEach(route -> names.add(route.name()));
            for (CompiledRoute old : before.routes()) {
                if (!names.contains(old.name())) {
                    gone.add(old.entry());
                }
            }
        }
        return gone.size() + come.size() > routes.size() / 4 + 8
                ? null
                : before.tables().with(gone, come, problems);
    }

    private static Route.Action action(
            String name,
            RouteConfig config,
            Map<String, Upstream> upstreams,
            List<Problem> problems) {
        String at = "routes." + name;
        return switch (config.action()) {
            case ActionConfig.Pass(String upstream) ->
                    new Route.Action.Pass(Objects.requireNonNull(upstreams.get(upstream)));
            case RedirectConfig redirect ->
                    new Route.Action.Redirect(
                            redirect.status(),
                            template(redirect.location(), at + ".redirect.location", problems));
            case RespondConfig respond -> respond(at + ".respond", respond, problems);
            case SplitConfig _ -> throw new IllegalStateException("split is not in this version");
        };
    }

    private static Route.Action respond(String at, RespondConfig respond, List<Problem> problems) {
        List<LocalResponse.Field> fields = new ArrayList<>();
        respond.headers()
                .forEach((name, value) ->
                        fields.add(new LocalResponse.Field(FieldName.of(name), value)));
        return new Route.Action.Respond(
                respond.status(),
                template(respond.body(), at + ".body", problems),
                "text/plain; charset=utf-8",
                List.copyOf(fields));
    }

    private static Template<HttpExchange> template(String text, String at, List<Problem> problems) {
        try {
            return Template.parse(text);
        } catch (TemplateException e) {
            problems.add(
                    new Problem(
                            Problem.Severity.ERROR,
                            at,
                            null,
                            Objects.requireNonNull(e.getMessage()),
                            e.suggestion()));
            return literal();
        }
    }

    private static Template<HttpExchange> literal() {
        try {
            return Template.parse("");
        } catch (TemplateException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<String, Serving> servings(
            Config config,
            Map<String, Dispatch> dispatches,
            List<CompiledRoute> routes,
            HeadLimits limits,
            ConnectionFilters connectionFilters,
            Map<String, TlsHosts> hosts,
            List<Problem> problems) {
        DefaultsConfig defaults = config.defaults();
        ClientAddresses clients = new ClientAddresses(defaults.clientAddress());
        ErrorPages errors = ErrorPages.of(defaults.errors(), "defaults.errors", problems);
        Map<String, Serving> servings = new HashMap<>();
        Via via = new Via(node.via());
        HttpsRedirect redirect = redirect(config, dispatches, hosts);
        Authenticator users = config.users().isEmpty() ? null : users(config);
        for (Map.Entry<String, Dispatch> entry : dispatches.entrySet()) {
            String listener = entry.getKey();
            ListenerConfig own = Objects.requireNonNull(config.listeners().get(listener));
            HstsConfig hsts = own.tls() == null ? null : own.tls().hsts();
            boolean webSockets =
                    entry.getValue() instanceof Dispatch.ByRoutes
                            && takesWebSockets(routes, listener);
            servings.put(
                    listener,
                    new Serving(
                            listener,
                            entry.getValue(),
                            clients,
                            errors,
                            settings(own.timeouts().over(defaults.timeouts()), webSockets),
                            limits,
                            hosts.get(listener),
                            hsts == null ? null : strictTransportSecurity(hsts),
                            own.redirectToHttps() ? redirect : null,
                            introducers(own, defaults.timeouts()),
                            connectionFilters.admission(listener, own),
                            users,
                            via,
                            meters.listener(listener),
                            meters.unrouted(),
                            meters.calls()));
        }
        return Map.copyOf(servings);
    }

    // ---- forward proxies

    private List<CompiledForward> forwards(
            Config config,
            HeadLimits limits,
            FilterInstances filters,
            @Nullable Compilation before,
            List<Problem> problems) {
        List<CompiledForward> forwards = new ArrayList<>();
        OwnAddresses own = ownAddresses(config);
        config.listeners()
                .forEach((name, listener) -> {
                    if (listener.protocol() == ListenerConfig.Protocol.FORWARD) {
                        forwards.add(forward(name, listener, config, limits, own, filters, before));
                    }
                });
        forwards.forEach(forward -> problems.addAll(forward.chain().problems()));
        return List.copyOf(forwards);
    }

    private CompiledForward forward(
            String name,
            ListenerConfig listener,
            Config config,
            HeadLimits limits,
            OwnAddresses own,
            FilterInstances filters,
            @Nullable Compilation before) {
        ForwardConfig forward = Objects.requireNonNull(listener.forward());
        TimeoutsConfig timeouts = listener.timeouts().over(config.defaults().timeouts());
        CompiledForward old = before == null ? null : before.forward(name);
        TunnelRules tunnels =
                new TunnelRules(
                        new Connector.Patience(
                                timeouts.connect().toNanos(), timeouts.tls().toNanos()),
                        timeouts.write().toNanos(),
                        timeouts.tunnelIdle().toNanos(),
                        listener.maxAge().toNanos(),
                        forward.tunnelBytes().bytes());
        ForwardService service =
                new ForwardService(
                        name,
                        new ForwardRules(forward, own),
                        names,
                        upstream(CompiledForward.routeName(name), forward, limits, old),
                        tunnels);
        FilterChain chain = filters.forwardChain(name, forward, old == null ? null : old.chain());
        Route route =
                Route.forward(
                        CompiledForward.routeName(name),
                        service,
                        Timeouts.of(timeouts),
                        config.defaults().limits(),
                        chain.steps(),
                        FORWARD_RETRY,
                        meters.route(CompiledForward.routeName(name)));
        SocksService socks =
                new SocksService(
                        service,
                        forward.authenticate().isEmpty() ? null : users(config),
                        answer -> authentication().concluded(answer),
                        timeouts.header().toNanos(),
                        node.drain().deadline().toNanos(),
                        logs);
        return new CompiledForward(
                name,
                chain,
                route,
                forward.pac() ? new ProxyScript(forward) : null,
                forward.socks() ? socks : null);
    }

    /// Who knows the users of a configuration: the filters have it from the same.
    private Authenticator users(Config config) {
        return authentication().passwords(config);
    }

    private AuthenticatorProvider authentication() {
        return providers.values().stream()
                .filter(AuthenticatorProvider.class::isInstance)
                .map(AuthenticatorProvider.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody knows passwords"));
    }

    /// The one there was before, so that its connections stay, if it is made of the same.
    private Upstream upstream(
            String name, ForwardConfig forward, HeadLimits limits, @Nullable CompiledForward old) {
        Connector connector = new Connector(loops.transport(), limits);
        Upstream before = old == null ? null : old.upstream();
        UpstreamConfig config = UpstreamConfig.toAnywhere(forward.pool(), forward.capacity());
        return before != null
                        && before.connector().equals(connector)
                        && before.config().equals(config)
                ? before
                : Upstream.toAnywhere(name, config, loops, connector, meters);
    }

    private OwnAddresses ownAddresses(Config config) {
        List<Address> guarded = new ArrayList<>();
        if (node.admin() != null) {
            guarded.add(node.admin().address());
        }
        if (node.metrics() != null) {
            guarded.add(node.metrics().address());
        }
        return OwnAddresses.of(
                config.listeners().values().stream()
                        .filter(listener -> listener.protocol() == ListenerConfig.Protocol.FORWARD)
                        .map(ListenerConfig::address)
                        .toList(),
                guarded);
    }

    private static @Nullable Introducers introducers(
            ListenerConfig listener, TimeoutsConfig timeouts) {
        ListenerConfig.ProxyProtocolConfig config = listener.proxyProtocol();
        return config == null
                ? null
                : new Introducers(
                        IpSet.of(config.trusted()), config.required(), timeouts.header().toNanos());
    }

    private static boolean takesWebSockets(List<CompiledRoute> routes, String listener) {
        return routes.stream()
                .map(CompiledRoute::config)
                .anyMatch(route ->
                        route.websocket().allowed()
                                && route.upstream() != null
                                && (route.match().listeners().isEmpty()
                                        || route.match().listeners().contains(listener)));
    }

    private Map<String, TlsHosts> tlsHosts(
            Config config,
            Map<String, Upstream> upstreams,
            @Nullable Compilation before,
            List<Problem> problems) {
        Map<String, TlsHosts> hosts = new HashMap<>();
        config.listeners()
                .forEach((name, listener) -> {
                    TlsHosts own =
                            tlsCompiler.compile(
                                    name,
                                    listener,
                                    passthrough(name, listener, config, upstreams),
                                    before == null ? null : before.terms().get(name),
                                    problems);
                    if (own != null) {
                        hosts.put(name, own);
                    }
                });
        return hosts;
    }

    // ---- connections without exchanges

    private Map<String, Passthrough> passthrough(
            String name, ListenerConfig listener, Config config, Map<String, Upstream> upstreams) {
        Map<String, Passthrough> passthrough = new HashMap<>();
        if (listener.tls() != null) {
            TcpRules rules =
                    rules(listener.timeouts().over(config.defaults().timeouts()), listener);
            listener.tls()
                    .passthrough()
                    .forEach((pattern, entry) -> {
                        Map<String, ConnectionHandler> byProtocol = new HashMap<>();
                        entry.alpn()
                                .forEach((protocol, upstream) ->
                                        byProtocol.put(
                                                protocol,
                                                passing(name, upstreams.get(upstream), rules)));
                        passthrough.put(
                                pattern,
                                new Passthrough(
                                        entry.upstream() == null
                                                ? null
                                                : passing(
                                                        name,
                                                        upstreams.get(entry.upstream()),
                                                        rules),
                                        byProtocol));
                    });
        }
        return passthrough;
    }

    private ConnectionHandler passing(
            String listener, @Nullable Upstream upstream, TcpRules rules) {
        return new TcpService(
                listener,
                Objects.requireNonNull(upstream),
                Map.of(),
                Connector.Speech.ENCRYPTED,
                rules,
                logs);
    }

    private Map<String, TcpServing> tcpServings(
            Config config,
            Map<String, Upstream> upstreams,
            ConnectionFilters connectionFilters,
            Map<String, TlsHosts> hosts) {
        Map<String, TcpServing> servings = new HashMap<>();
        config.listeners()
                .forEach((name, listener) -> {
                    if (listener.protocol() != ListenerConfig.Protocol.TCP) {
                        return;
                    }
                    TimeoutsConfig timeouts =
                            listener.timeouts().over(config.defaults().timeouts());
                    TcpService service =
                            new TcpService(
                                    name,
                                    listener.upstream() == null
                                            ? null
                                            : upstreams.get(listener.upstream()),
                                    upstreamsByHost(listener, upstreams),
                                    Connector.Speech.OCTETS,
                                    rules(timeouts, listener),
                                    logs);
                    servings.put(
                            name,
                            new TcpServing(
                                    service,
                                    timeouts.tls().toNanos(),
                                    hosts.get(name),
                                    introducers(listener, config.defaults().timeouts()),
                                    connectionFilters.admission(name, listener),
                                    meters.listener(name)));
                });
        return servings;
    }

    private Map<String, UdpServing> udpServings(
            Config config, Map<String, Upstream> upstreams, ConnectionFilters connectionFilters) {
        Map<String, UdpServing> servings = new HashMap<>();
        config.listeners()
                .forEach((name, listener) -> {
                    if (listener.protocol() == ListenerConfig.Protocol.UDP) {
                        Upstream upstream = upstreams.get(listener.upstream());
                        servings.put(
                                name,
                                new UdpServing(
                                        name,
                                        Objects.requireNonNull(upstream),
                                        udpRules(listener.session()),
                                        connectionFilters.admission(name, listener),
                                        meters.listener(name),
                                        logs));
                    }
                });
        return servings;
    }

    private UdpRules udpRules(ListenerConfig.@Nullable SessionConfig session) {
        ListenerConfig.SessionConfig own =
                session == null ? ListenerConfig.SessionConfig.DEFAULT : session;
        return new UdpRules(
                own.idle().toNanos(), own.replies(), own.max(), node.drain().deadline().toNanos());
    }

    private static Map<String, Upstream> upstreamsByHost(
            ListenerConfig listener, Map<String, Upstream> upstreams) {
        Map<String, Upstream> byHost = new HashMap<>();
        if (listener.tls() != null) {
            listener.tls()
                    .hosts()
                    .forEach((host, entry) -> {
                        if (entry.upstream() != null) {
                            byHost.put(
                                    host, Objects.requireNonNull(upstreams.get(entry.upstream())));
                        }
                    });
        }
        return byHost;
    }

    private TcpRules rules(TimeoutsConfig timeouts, ListenerConfig listener) {
        return new TcpRules(
                new Connector.Patience(timeouts.connect().toNanos(), timeouts.tls().toNanos()),
                timeouts.write().toNanos(),
                timeouts.tunnelIdle().toNanos(),
                listener.maxAge().toNanos(),
                CONNECT_TRIES,
                RETRY_SHARE,
                node.drain().deadline().toNanos());
    }

    /// To the listeners that speak TLS on a port, in the order of the configuration; null when
    /// there are none.
    private static @Nullable HttpsRedirect redirect(
            Config config, Map<String, Dispatch> dispatches, Map<String, TlsHosts> hosts) {
        List<HttpsRedirect.Place> places = new ArrayList<>();
        for (String listener : dispatches.keySet()) {
            if (dispatches.get(listener) instanceof Dispatch.ToTargets) {
                continue;
            }
            ListenerConfig own = Objects.requireNonNull(config.listeners().get(listener));
            if (own.tls() != null && own.address() instanceof Address.Inet inet) {
                places.add(new HttpsRedirect.Place(hosts.get(listener), inet.port()));
            }
        }
        return places.isEmpty() ? null : new HttpsRedirect(places);
    }

    /// RFC 6797 §6.1.
    private static String strictTransportSecurity(HstsConfig hsts) {
        return "max-age="
                + hsts.maxAge().toSeconds()
                + (hsts.includeSubdomains() ? "; includeSubDomains" : "")
                + (hsts.preload() ? "; preload" : "");
    }

    private static DownstreamSettings settings(TimeoutsConfig timeouts, boolean webSockets) {
        return new DownstreamSettings(
                timeouts.tls().toNanos(),
                timeouts.header().toNanos(),
                timeouts.keepAlive().toNanos(),
                timeouts.keepAliveRequests(),
                timeouts.keepAliveAge().toNanos(),
                timeouts.write().toNanos(),
                webSockets);
    }
}
