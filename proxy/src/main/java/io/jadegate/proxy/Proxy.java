package io.jadegate.proxy;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.Config;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.ConnectExplainRequest;
import io.jadegate.api.plane.ConnectExplanation;
import io.jadegate.api.plane.DataPlane;
import io.jadegate.api.plane.ExplainRequest;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.Holders;
import io.jadegate.api.plane.RouteSummary;
import io.jadegate.api.plane.Stats;
import io.jadegate.api.plane.Status;
import io.jadegate.api.plane.TcpExplainRequest;
import io.jadegate.api.plane.TcpExplanation;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.proxy.exchange.Explainer;
import io.jadegate.proxy.exchange.HttpService;
import io.jadegate.proxy.exchange.LoopState;
import io.jadegate.proxy.exchange.Serving;
import io.jadegate.proxy.exchange.Tunnels;
import io.jadegate.proxy.forward.ForwardRules;
import io.jadegate.proxy.forward.NameLookups;
import io.jadegate.proxy.l4.TcpServing;
import io.jadegate.proxy.l4.UdpServing;
import io.jadegate.proxy.l4.UdpSessions;
import io.jadegate.proxy.listener.Arrival;
import io.jadegate.proxy.listener.ConnectionHandler;
import io.jadegate.proxy.listener.HttpConnections;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.listener.TlsHosts;
import io.jadegate.proxy.observe.AccessLog;
import io.jadegate.proxy.observe.LoopCounts;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.observe.ProcessTelemetry;
import io.jadegate.proxy.socks.SocksConnection;
import io.jadegate.proxy.socks.SocksConnections;
import io.jadegate.proxy.socks.SocksService;
import io.jadegate.proxy.stream.Budget;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.Transport;
import io.jadegate.proxy.upstream.Health;
import io.jadegate.proxy.upstream.Target;
import io.jadegate.proxy.upstream.Upstream;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.Channel;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The data plane of a node.
///
/// A configuration becomes traffic in this order: compile it beside what serves; bind what is new;
/// then one volatile write, after which every new exchange is decided by it; then let go of what it
/// no longer names. Any failure before the write leaves nothing behind.
public final class Proxy implements DataPlane {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

    /// How long a configuration waits for the names of its new endpoints.
    private static final Duration NAMES = Duration.ofSeconds(2);

    private final NodeConfig node;
    private final Loops loops;
    private final Compiler compiler;
    private final Meters meters;
    private final AccessLog log;
    private final NameLookups names;
    private final List<LoopState> states;
    private final Tunnels tunnels;
    private final boolean bound;
    private final Map<Compilation.Place, Bound> listeners = new LinkedHashMap<>();
    private final List<Bound> leaving = new ArrayList<>();
    private final CertificateExpiry expiry;
    private final CountDownLatch stopNow = new CountDownLatch(1);
    private volatile List<Listener> open = List.of();
    private volatile @Nullable Compilation current;
    private volatile Status.State state = Status.State.STARTING;

    /// A listener with what is behind it.
    private final class Bound implements ConnectionHandler {
        private final Compilation.Place place;
        private final HttpService http;
        private final @Nullable UdpSessions sessions;
        private @Nullable Listener listener;
        private final AtomicInteger departures = new AtomicInteger();
        private boolean held;
        private volatile Listener.Terms last;
        private volatile @Nullable Serving lastOfHttp;

        Bound(Compilation.Place place, Listener.Terms terms) {
            this.place = place;
            this.last = terms;
            this.http = new HttpService(this::serving, states);
            this.sessions = place.datagrams() ? new UdpSessions(() -> (UdpServing) terms()) : null;
            settled(terms);
        }

        /// It serves by these terms from now on.
        void settled(Listener.Terms terms) {
            last = terms;
            if (terms instanceof Serving serving) {
                lastOfHttp = serving;
            }
        }

        /// What it serves by now; once no configuration names it any more, what it served by last.
        private Listener.Terms terms() {
            Compilation compilation = current;
            Listener.Terms now = compilation == null ? null : compilation.termsAt().get(place);
            return now == null ? last : now;
        }

        /// What its HTTP connections are served by, also when the listener has changed over to
        /// another protocol meanwhile.
        private Serving serving() {
            return terms() instanceof Serving now ? now : Objects.requireNonNull(lastOfHttp);
        }

        @Override
        public void begin(Channel channel, Arrival arrival) {
            if (arrival.terms() instanceof TcpServing tcp) {
                tcp.service().begin(channel, arrival);
                return;
            }
            ConnectionHandler byHttp = new HttpConnections(http);
            SocksService socks = socks(arrival.terms());
            ConnectionHandler handler =
                    socks == null
                            ? byHttp
                            : new SocksConnections(socks, () -> socks(terms()), byHttp);
            handler.begin(channel, arrival);
        }

        /// By which its SOCKS clients are served now; null where SOCKS is not spoken.
        private @Nullable SocksService socks(Listener.Terms terms) {
            Compilation compilation = current;
            CompiledForward forward =
                    compilation == null ? null : compilation.forward(terms.listener());
            return forward == null ? null : forward.socks();
        }

        /// SOCKS tunnels that would not be let in any more have to end.
        void reviewSocks() {
            SocksService now = socks(terms());
            listener()
                    .forEach(each -> {
                        if (each instanceof SocksConnection socks) {
                            socks.review(now);
                        }
                    });
        }

        void bind(ListenerConfig config) throws IOException {
            listener =
                    sessions != null
                            ? Listener.bindDatagrams(
                                    (Address.Inet) config.address(),
                                    config.accept(),
                                    loops,
                                    sessions,
                                    this::terms)
                            : Listener.bind(
                                    config.address(), config.accept(), loops, this, this::terms);
        }

        void drainService() {
            http.drain();
        }

        /// It takes no more connections. Those that it has, and those that are on their way in, may
        /// go on for a while.
        void leave(long graceNanos) {
            departures.incrementAndGet();
            listener().close();
            http.leave(graceNanos);
            listener().drain();
        }

        /// Has it stay where it has left, with sessions that are still to end, because the same
        /// address is wanted again: no other socket could have it meanwhile.
        ///
        /// @return whether it is there still; then [#begin] or [#unbind] is to follow
        boolean hold() {
            held = sessions != null && sessions.hold();
            if (sessions != null && !held) {
                listener().awaitClosed();
            }
            return held;
        }

        /// Takes connections from now on.
        void begin() {
            if (held && sessions != null) {
                held = false;
                departures.incrementAndGet();
                sessions.reopen();
            }
            listener().begin();
        }

        /// It is not wanted after all.
        void unbind() {
            if (held && sessions != null) {
                held = false;
                sessions.release();
            } else {
                listener().close();
            }
        }

        /// Cuts what is left, unless it has come back meanwhile.
        void cut(int departure) {
            if (departures.get() == departure) {
                listener().abort();
            }
        }

        Listener listener() {
            return Objects.requireNonNull(listener);
        }
    }

    private Proxy(
            NodeConfig node,
            List<FilterProvider<?>> providers,
            Loops loops,
            AccessLog log,
            NameLookups names,
            boolean bound) {
        this.names = names;
        this.node = node;
        this.loops = loops;
        this.log = log;
        this.bound = bound;
        this.meters = new Meters(loops.count());
        this.states =
                loops.all().stream()
                        .map(loop -> new LoopState(loop, log.on(loop.index())))
                        .toList();
        this.tunnels = new Tunnels(states);
        this.compiler =
                new Compiler(
                        node,
                        providers,
                        loops,
                        meters,
                        loops.all().stream().map(loop -> log.on(loop.index())).toList(),
                        names);
        this.expiry =
                new CertificateExpiry(
                        () -> CertificateExpiry.shownBy(current), line -> LOG.warn("{}", line));
        loops.budget().onFull(new Relief(loops, () -> open)::begin);
        if (bound) {
            loops.all()
                    .getFirst()
                    .eventLoop()
                    .scheduleAtFixedRate(() -> expiry.look(Instant.now()), 1, 1, TimeUnit.HOURS);
        }
    }

    /// Starts a data plane, which serves nothing before the first configuration.
    ///
    /// @throws IllegalStateException when the node asks for a transport that this machine lacks
    /// @throws IOException when the access log cannot be opened
    public static Proxy start(NodeConfig node, List<FilterProvider<?>> providers)
            throws IOException {
        return start(node, providers, NameLookups.system());
    }

    /// Starts a data plane that asks `resolver` for the names that clients of forward proxies want
    /// to go to.
    public static Proxy start(
            NodeConfig node, List<FilterProvider<?>> providers, NameLookups.Resolver resolver)
            throws IOException {
        long most = node.memory().buffers().of(PlatformDependent.maxDirectMemory());
        Loops loops =
                new Loops(Transport.of(node.transport()), node.eventLoops(), new Budget(most));
        try {
            AccessLog log = AccessLog.open(node.accessLog(), loops.count());
            return new Proxy(
                    node, providers, loops, log, new NameLookups(resolver), /* bound= */ true);
        } catch (IOException e) {
            loops.stop();
            throw e;
        }
    }

    /// A data plane that compiles and explains but binds no address, resolves no name unless asked
    /// about it, and logs nothing.
    public static Proxy offline(NodeConfig node, List<FilterProvider<?>> providers) {
        Loops loops = new Loops(Transport.NIO, 1);
        return new Proxy(
                node,
                providers,
                loops,
                AccessLog.off(1),
                new NameLookups(NameLookups.system()),
                /* bound= */ false);
    }

    // ---- applying

    @Override
    public synchronized ApplyResult apply(Config config) {
        if (state == Status.State.DRAINING || state == Status.State.STOPPED) {
            return new ApplyResult.Rejected(
                    List.of(
                            Problem.error(
                                    "", "the node is going down and takes no configuration")));
        }
        Compilation before = current;
        List<Problem> problems = new ArrayList<>();
        Compilation next = compiler.compile(config, before, problems);
        Map<Compilation.Place, Bound> bindings = new LinkedHashMap<>();
        if (!hasErrors(problems) && bound) {
            bindings = bindNew(next, problems);
        }
        if (hasErrors(problems)) {
            discard(next, before);
            return new ApplyResult.Rejected(List.copyOf(problems));
        }
        if (bound) {
            awaitNames(next, before, problems);
        }
        current = next;
        expiry.begin(Instant.now());
        RouteChanges routes = RouteChanges.between(before, next);
        settle(before, next, routes, bindings);
        if (state == Status.State.STARTING) {
            state = Status.State.SERVING;
        }
        return new ApplyResult.Applied(
                next.revision(), ChangeReport.between(before, next, routes), List.copyOf(problems));
    }

    private static boolean hasErrors(List<Problem> problems) {
        return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    }

    /// Binds every address that is not bound yet.
    private Map<Compilation.Place, Bound> bindNew(Compilation next, List<Problem> problems) {
        Map<Compilation.Place, Bound> bindings = new LinkedHashMap<>();
        next.config()
                .listeners()
                .forEach((name, config) -> {
                    Listener.Terms serving = next.terms().get(name);
                    Compilation.Place place = Compilation.Place.of(config);
                    Bound known = listeners.get(place);
                    if (serving == null) {
                        return;
                    }
                    if (known != null && known.listener().accept() == config.accept()) {
                        bindings.put(place, known);
                        return;
                    }
                    if (known != null) {
                        problems.add(
                                Problem.error(
                                        "listeners." + name + ".accept",
                                        "cannot change while the listener is bound; "
                                                + "give it another address or restart"));
                        return;
                    }
                    Bound lingering = lingering(place);
                    if (lingering != null) {
                        bindings.put(place, lingering);
                        return;
                    }
                    Bound fresh = new Bound(place, serving);
                    try {
                        fresh.bind(config);
                        bindings.put(place, fresh);
                    } catch (IOException e) {
                        problems.add(
                                Problem.error(
                                        "listeners." + name + ".address",
                                        "cannot bind \""
                                                + config.address()
                                                + "\": "
                                                + e.getMessage()));
                    }
                });
        if (hasErrors(problems)) {
            bindings.values().stream()
                    .filter(binding -> !listeners.containsValue(binding))
                    .forEach(Bound::unbind);
        }
        return bindings;
    }

    /// A listener that had gone from an address and has not left it yet.
    private @Nullable Bound lingering(Compilation.Place place) {
        for (Bound binding : leaving) {
            if (binding.place.equals(place) && binding.hold()) {
                return binding;
            }
        }
        return null;
    }

    private void discard(Compilation next, @Nullable Compilation before) {
        meters.forgetRoutes(RouteChanges.between(before, next).added());
        next.upstreams()
                .forEach((name, upstream) -> {
                    Upstream old = before == null ? null : before.upstreams().get(name);
                    if (upstream != old) {
                        upstream.discard(old);
                    }
                });
    }

    private static void awaitNames(
            Compilation next, @Nullable Compilation before, List<Problem> problems) {
        if (before != null && before.upstreams().equals(next.upstreams())) {
            return;
        }
        long end = System.nanoTime() + NAMES.toNanos();
        for (Map.Entry<String, Upstream> entry : next.upstreams().entrySet()) {
            Upstream old = before == null ? null : before.upstreams().get(entry.getKey());
            if (entry.getValue() == old) {
                continue;
            }
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            try {
                problems.addAll(entry.getValue().awaitNames(left));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /// Lets go of what the new configuration does not name.
    private void settle(
            @Nullable Compilation before,
            Compilation next,
            RouteChanges routes,
            Map<Compilation.Place, Bound> bindings) {
        next.config()
                .listeners()
                .forEach((name, config) -> {
                    Bound binding = bindings.get(Compilation.Place.of(config));
                    Listener.Terms terms = next.terms().get(name);
                    if (binding != null && terms != null) {
                        TlsHosts tls = terms.tls();
                        if (tls != null && tls != binding.last.tls()) {
                            binding.listener().drainUnsettled(binding.last.tls(), tls);
                        }
                        if (!terms.admission().equals(binding.last.admission())) {
                            binding.listener().drainDenied(terms.admission());
                        }
                        if (terms.getClass() != binding.last.getClass()) {
                            changeOver(binding, terms);
                        }
                        if (!terms.counts().equals(binding.last.counts())) {
                            binding.listener().recount();
                        }
                        binding.settled(terms);
                        if (before != null && !before.forwards().isEmpty()) {
                            binding.reviewSocks();
                        }
                        leaving.remove(binding);
                        binding.begin();
                    }
                });
        List<Bound> gone =
                listeners.values().stream()
                        .filter(binding -> !bindings.containsValue(binding))
                        .toList();
        listeners.clear();
        listeners.putAll(bindings);
        gone.forEach(this::leave);
        open =
                Stream.concat(listeners.values().stream(), leaving.stream())
                        .map(Bound::listener)
                        .toList();
        boolean sameUpstreams = before != null && before.upstreams().equals(next.upstreams());
        if (bound && !sameUpstreams) {
            next.upstreams().values().forEach(Upstream::takeEffect);
        }
        if (before == null) {
            return;
        }
        if (!sameUpstreams) {
            before.upstreams().forEach((name, old) -> retire(old, next.upstreams().get(name)));
        }
        retireForwards(before, next);
        meters.forgetRoutes(routes.drained());
        meters.retainListeners(next.terms().keySet());
        long grace = node.drain().deadline().toNanos();
        tunnels.endWithout(routeNames(next), grace);
        tunnels.review(grace);
    }

    private void retireForwards(Compilation before, Compilation next) {
        for (CompiledForward old : before.forwards()) {
            CompiledForward now = next.forward(old.listener());
            if (now == null || now.upstream() != old.upstream()) {
                old.upstream().retire(null, loops.all());
            } else {
                ForwardRules rules = now.service().rules();
                now.upstream()
                        .forget(
                                place -> rules.forbids(place.getAddress(), place.getPort()),
                                loops.all());
            }
            if (now == null) {
                meters.forgetRoutes(List.of(old.route().name()));
                meters.forgetTarget(old.route().name(), "*");
            }
        }
    }

    private static Set<String> routeNames(Compilation compilation) {
        if (compilation.forwards().isEmpty()) {
            return compilation.config().routes().keySet();
        }
        Set<String> names = new HashSet<>(compilation.config().routes().keySet());
        compilation.forwards().forEach(forward -> names.add(forward.route().name()));
        return names;
    }

    private void retire(Upstream old, @Nullable Upstream now) {
        if (old == now) {
            return;
        }
        old.retire(now, loops.all());
        for (Target target : old.targets()) {
            if (now == null || now.target(target.address()) == null) {
                meters.forgetTarget(target.upstream(), target.addressText());
            }
        }
    }

    /// Another protocol: those who speak the old one have to go, and so do their tunnels.
    private void changeOver(Bound binding, Listener.Terms terms) {
        long grace = node.drain().deadline().toNanos();
        if (terms instanceof Serving) {
            binding.http.comeBack();
        } else if (binding.last instanceof Serving) {
            binding.http.leave(grace);
            tunnels.endThoseOf(binding.http, grace);
        }
        binding.listener().drain();
    }

    /// Stops a listener that is not wanted any more; what it has accepted may finish until the
    /// deadline.
    private void leave(Bound binding) {
        long grace = node.drain().deadline().toNanos();
        binding.leave(grace);
        int departure = binding.departures.get();
        tunnels.endThoseOf(binding.http, grace);
        leaving.removeIf(each -> each.listener().connections() == 0);
        leaving.add(binding);
        loops.all()
                .getFirst()
                .eventLoop()
                .schedule(() -> binding.cut(departure), grace, TimeUnit.NANOSECONDS);
    }

    // ---- stopping

    /// Ends service in an orderly way: says so for a while, stops accepting, lets exchanges finish
    /// until the deadline, then cuts what is left. Returns when all is closed.
    ///
    /// @return how many connections were cut
    public int drain() throws InterruptedException {
        Duration announce = node.drain().announce();
        Duration deadline = node.drain().deadline();
        List<Bound> all;
        synchronized (this) {
            state = Status.State.DRAINING;
            all = new ArrayList<>(listeners.values());
        }
        all.forEach(Bound::drainService);
        boolean hurried = stopNow.await(announce.toMillis(), TimeUnit.MILLISECONDS);
        all.forEach(binding -> binding.listener().close());
        all.forEach(binding -> binding.listener().drain());
        synchronized (this) {
            all.addAll(leaving);
        }
        tunnels.endAll(deadline.toNanos());
        long end = System.nanoTime() + deadline.toNanos();
        while (!hurried && open(all) > 0 && System.nanoTime() - end < 0) {
            hurried = stopNow.await(20, TimeUnit.MILLISECONDS);
        }
        int cut = open(all);
        all.forEach(binding -> binding.listener().abort());
        stop();
        return cut;
    }

    /// Makes a drain that is under way stop waiting.
    public void hurry() {
        stopNow.countDown();
    }

    private static int open(List<Bound> all) {
        return all.stream().mapToInt(binding -> binding.listener().connections()).sum();
    }

    /// Closes everything now. Calls after the first do nothing.
    public void stop() {
        Compilation compilation;
        List<Bound> all;
        synchronized (this) {
            if (state == Status.State.STOPPED) {
                return;
            }
            state = Status.State.STOPPED;
            listeners.values().forEach(binding -> binding.listener().close());
            all = new ArrayList<>(listeners.values());
            all.addAll(leaving);
            listeners.clear();
            leaving.clear();
            compilation = current;
        }
        all.forEach(binding -> binding.listener().abort());
        if (compilation != null) {
            compilation
                    .upstreams()
                    .values()
                    .forEach(upstream -> upstream.retire(null, loops.all()));
            compilation.forwards().forEach(forward -> forward.upstream().retire(null, loops.all()));
        }
        names.close();
        loops.stop();
        log.close();
    }

    // ---- looking

    @Override
    public synchronized Status status() {
        Compilation compilation = current;
        List<Status.ListenerStatus> bindings =
                listeners.values().stream()
                        .map(binding ->
                                new Status.ListenerStatus(
                                        binding.terms().listener(),
                                        binding.listener().boundAddress(),
                                        binding.listener().connections()))
                        .toList();
        List<Status.UpstreamStatus> upstreams =
                compilation == null
                        ? List.of()
                        : compilation.config().upstreams().keySet().stream()
                                .map(name -> status(compilation.upstreams().get(name)))
                                .toList();
        return new Status(
                state, compilation == null ? 0 : compilation.revision(), bindings, upstreams);
    }

    private static Status.UpstreamStatus status(@Nullable Upstream upstream) {
        Objects.requireNonNull(upstream);
        List<Status.TargetStatus> targets = new ArrayList<>();
        upstream.config()
                .endpoints()
                .forEach(endpoint -> {
                    Target target = Objects.requireNonNull(upstream.target(endpoint.address()));
                    targets.add(
                            new Status.TargetStatus(
                                    target.addressText(),
                                    endpoint.state().name().toLowerCase(Locale.ROOT),
                                    target.inFlight(),
                                    target.connections(),
                                    target.idle(),
                                    health(target),
                                    problem(target)));
                });
        return new Status.UpstreamStatus(upstream.name(), upstream.panic(), targets);
    }

    private static @Nullable String health(Target target) {
        Health health = target.condition().health();
        return health == Health.UNCHECKED ? null : health.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String problem(Target target) {
        String problem = target.condition().problem();
        return problem.isEmpty() ? null : problem;
    }

    @Override
    public Explanation explain(ExplainRequest request) {
        Compilation compilation = current;
        if (compilation == null) {
            throw new IllegalStateException("no configuration is served");
        }
        String name = request.listener();
        if (name == null) {
            name =
                    compilation.config().listeners().keySet().stream()
                            .filter(compilation.listeners()::contains)
                            .findFirst()
                            .orElseThrow(
                                    () -> new IllegalArgumentException("no listener serves HTTP"));
        }
        Serving serving = compilation.servings().get(name);
        if (serving == null) {
            throw new IllegalArgumentException("no HTTP listener is named \"" + name + "\"");
        }
        return Explainer.explain(serving, request.from(), port(name), request.head());
    }

    @Override
    public TcpExplanation explainTcp(TcpExplainRequest request) {
        Compilation compilation = current;
        if (compilation == null) {
            throw new IllegalStateException("no configuration is served");
        }
        return TcpExplainer.explain(compilation, request);
    }

    @Override
    public ConnectExplanation explainConnect(ConnectExplainRequest request) {
        Compilation compilation = current;
        if (compilation == null) {
            throw new IllegalStateException("no configuration is served");
        }
        return ConnectExplainer.explain(compilation, request);
    }

    /// The port of a listener: the one bound if it is, else the one configured.
    private synchronized int port(String name) {
        Compilation compilation = Objects.requireNonNull(current);
        ListenerConfig config = Objects.requireNonNull(compilation.config().listeners().get(name));
        Bound binding = listeners.get(Compilation.Place.of(config));
        if (!(config.address() instanceof Address.Inet inet)) {
            return 0;
        }
        if (binding == null) {
            return inet.port();
        }
        String text = binding.listener().boundAddress();
        return Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
    }

    @Override
    public List<RouteSummary> routes() {
        Compilation compilation = current;
        return compilation == null ? List.of() : RouteSummaries.of(compilation);
    }

    @Override
    public Stats stats() {
        return Totals.of(meters, loops);
    }

    @Override
    public Holders holders(int most) {
        Map<String, Listener> bindings = new LinkedHashMap<>();
        synchronized (this) {
            if (state == Status.State.STOPPED) {
                return new Holders(List.of(), List.of());
            }
            Stream.concat(leaving.stream(), listeners.values().stream())
                    .forEach(binding ->
                            bindings.put(binding.terms().listener(), binding.listener()));
        }
        return HolderSearch.among(bindings, loops, most);
    }

    /// What is counted.
    public List<Telemetry> telemetry() {
        return List.of(
                meters,
                LoopCounts.telemetry(loops.counts()),
                log,
                new BudgetTelemetry(loops),
                expiry);
    }

    /// What the process uses.
    ///
    /// @param version of this build
    public Telemetry process(String version) {
        ByteBufAllocatorMetricProvider buffers =
                (ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT;
        return new ProcessTelemetry(version, loops.count(), buffers.metric());
    }

    /// Opens the access log's file anew, after somebody has moved it.
    public void reopenLog() {
        log.reopen();
    }
}
