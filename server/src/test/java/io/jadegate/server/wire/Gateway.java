package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.Holders;
import io.jadegate.api.plane.Status;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.control.config.ConfigLoader;
import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.filters.authenticate.AuthenticateProvider;
import io.jadegate.filters.authenticate.Authentication;
import io.jadegate.filters.authenticate.ForwardAuthenticateProvider;
import io.jadegate.proxy.Proxy;
import io.jadegate.proxy.forward.NameLookups;
import io.jadegate.proxy.stream.Transport;
import io.jadegate.testkit.Baseline;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Leaks;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A whole data plane, from the text of its configuration on, with the clients and endpoints of one
/// test.
///
/// After each test it closes them and waits for the gateway to be as it was before: no connection,
/// no request in flight, no descriptor, nothing in CLOSE_WAIT. The gateway is up meanwhile: what it
/// keeps, it keeps for ever. After all tests of a class no buffer may be lost.
public final class Gateway
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final String NODE =
            """
            node:
              event-loops: 1
              access-log: { to: off }
              drain: { announce: 0s, deadline: 1s }
            """;

    /// For configurations without defaults of their own: a machine that stands still for a moment
    /// is not what they are about.
    private static final String PATIENT =
            "\ndefaults: { timeouts: { connect: 30s, tls: 30s, header: 30s } }\n";

    private static final String FORWARD =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    private final List<FilterProvider<?>> providers = new ArrayList<>();
    private final Authentication authentication = new Authentication();
    private final List<FakeBackend> backends = new ArrayList<>();
    private final List<Wire> clients = new ArrayList<>();
    private NameLookups.Resolver resolver = NameLookups.system();
    private @Nullable Proxy proxy;
    private @Nullable Config config;
    private @Nullable Leaks leaks;
    private @Nullable Baseline beforeStart;
    private @Nullable Baseline beforeTraffic;

    /// @param providers of filters that the gateway knows besides its own
    public Gateway(FilterProvider<?>... providers) {
        this.providers.addAll(List.of(providers));
    }

    // ---- setting up

    /// Has the names that clients of a forward proxy want to go to looked up here, from the next
    /// configuration on.
    void resolving(NameLookups.Resolver resolver) {
        this.resolver = resolver;
    }

    /// An endpoint that the test plays.
    public FakeBackend backend() throws IOException {
        return keep(FakeBackend.open());
    }

    /// An endpoint that answers every request with the same octets.
    FakeBackend answering(String response) throws IOException {
        return keep(FakeBackend.answering(response));
    }

    /// An endpoint that answers with the target and the body of the request.
    FakeBackend echoing() throws IOException {
        return keep(FakeBackend.echoing());
    }

    public FakeBackend keep(FakeBackend backend) {
        backends.add(backend);
        return backend;
    }

    /// Serves every path by one endpoint.
    ///
    /// @param sections further sections of the configuration
    void forward(FakeBackend backend, String... sections) throws IOException {
        serve(FORWARD + String.join("\n", sections), backend.address());
    }

    /// Serves a configuration.
    ///
    /// @param yaml its text; each %s stands for one of the addresses
    public void serve(String yaml, String... addresses) throws IOException {
        LoadResult.Loaded loaded = load(yaml.formatted((Object[]) addresses));
        config = loaded.config();
        Proxy started = Proxy.start(loaded.node(), providers, resolver);
        proxy = started;
        assertThat(started.apply(loaded.config())).isInstanceOf(ApplyResult.Applied.class);
        beforeTraffic = Baseline.now();
    }

    /// A transport, or the end of a test that the machine cannot run.
    static Transport available(NodeConfig.Transport transport) {
        try {
            return Transport.of(transport);
        } catch (IllegalStateException e) {
            return abort(e.getMessage() + " (" + e.getCause() + ")");
        }
    }

    /// Serves a configuration by a transport, on so many loops.
    ///
    /// @param yaml its text without the section of the node
    void serveBy(NodeConfig.Transport transport, int loops, String yaml, String... addresses)
            throws IOException {
        available(transport);
        serve(
                NODE.replace(
                                "event-loops: 1",
                                "event-loops: "
                                        + loops
                                        + "\n  transport: "
                                        + transport.name().toLowerCase(Locale.ROOT))
                        + yaml,
                addresses);
    }

    /// Asks for the first configuration again, whose files may have changed.
    void serveAgain() {
        assertThat(proxy().apply(Objects.requireNonNull(config)))
                .isInstanceOf(ApplyResult.Applied.class);
    }

    /// Serves another configuration from now on.
    public void serveNow(String yaml, String... addresses) {
        assertThat(apply(yaml, addresses)).isInstanceOf(ApplyResult.Applied.class);
    }

    /// Asks for another configuration.
    ApplyResult apply(String yaml, String... addresses) {
        return proxy().apply(load(yaml.formatted((Object[]) addresses)).config());
    }

    private LoadResult.Loaded load(String yaml) {
        String text = yaml.contains("node:") ? yaml : NODE + yaml;
        if (!text.contains("defaults:")) {
            text += PATIENT;
        }
        LoadResult result =
                ConfigLoader.of(providers)
                        .load(text, "test.yaml", Path.of("."), new Environment(Map.of(), true));
        assertThat(result).isInstanceOf(LoadResult.Loaded.class);
        return (LoadResult.Loaded) result;
    }

    // ---- using

    public Proxy proxy() {
        return Objects.requireNonNull(proxy);
    }

    /// What counts.
    List<Telemetry> telemetry() {
        List<Telemetry> all = new ArrayList<>(proxy().telemetry());
        all.add(authentication);
        return all;
    }

    /// Connects to the only listener.
    Wire connect() throws IOException {
        return keep(Wire.connect(port()));
    }

    /// Connects, sends a request and leaves the rest to the test.
    Wire send(String octets) throws IOException {
        return connect().send(octets);
    }

    public Wire keep(Wire client) {
        clients.add(client);
        return client;
    }

    int port() {
        return address(proxy().status().listeners().getFirst()).getPort();
    }

    /// Where a listener is bound.
    public InetSocketAddress address(String listener) {
        return proxy().status().listeners().stream()
                .filter(each -> each.name().equals(listener))
                .map(Gateway::address)
                .findFirst()
                .orElseThrow();
    }

    private static InetSocketAddress address(Status.ListenerStatus listener) {
        String text = listener.address();
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(
                text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    /// What is known of an upstream's endpoint.
    Status.TargetStatus target(String upstream, int index) {
        return proxy().status().upstreams().stream()
                .filter(each -> each.name().equals(upstream))
                .findFirst()
                .orElseThrow()
                .targets()
                .get(index);
    }

    /// Open connections of clients.
    int clientConnections() {
        return proxy().status().listeners().stream()
                .mapToInt(Status.ListenerStatus::connections)
                .sum();
    }

    /// Octets of clients that their endpoints have not taken.
    long heldForClients() {
        return proxy().holders(10).connections().stream()
                .mapToLong(Holders.Connection::requestBytes)
                .sum();
    }

    public static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(30))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }

    // ---- before and after

    @Override
    public void beforeAll(ExtensionContext context) {
        ServiceLoader.load(HttpFilterProvider.class).forEach(providers::add);
        ServiceLoader.load(ConnectionFilterProvider.class).forEach(providers::add);
        // In the place of those of the same kinds, that its counts can be read.
        providers.add(new AuthenticateProvider(authentication));
        providers.add(new ForwardAuthenticateProvider(authentication));
        leaks = Leaks.watch();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        proxy = null;
        resolver = NameLookups.system();
        clients.clear();
        backends.clear();
        beforeStart = Baseline.now();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        boolean passed = context.getExecutionException().isEmpty();
        try {
            for (Wire client : clients) {
                client.close();
            }
            if (passed && proxy != null) {
                await("connections of clients", () -> clientConnections() == 0);
                await("requests in flight", this::isQuiet);
            }
            for (FakeBackend backend : backends) {
                backend.close();
            }
            if (passed && proxy != null) {
                await("connections to endpoints", () -> upstreamConnections() == 0);
                Objects.requireNonNull(beforeTraffic).awaitRestored();
            }
        } finally {
            if (proxy != null) {
                proxy.stop();
            }
        }
        if (passed) {
            Objects.requireNonNull(beforeStart).awaitRestored();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        assertThat(Objects.requireNonNull(leaks).found()).isEmpty();
    }

    /// Whether every connection to an endpoint is idle.
    private boolean isQuiet() {
        return targets().stream().allMatch(target -> target.inFlight() == 0);
    }

    private int upstreamConnections() {
        return targets().stream().mapToInt(Status.TargetStatus::connections).sum();
    }

    private List<Status.TargetStatus> targets() {
        return proxy().status().upstreams().stream()
                .flatMap(upstream -> upstream.targets().stream())
                .toList();
    }
}
