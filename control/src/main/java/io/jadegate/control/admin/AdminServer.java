package io.jadegate.control.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.jadegate.api.config.Address;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The two addresses that a node shows to its operators: the admin address with everything of
/// [AdminApi], and the metrics address with `/metrics` alone. Each request runs on a virtual thread
/// of its own.
///
/// The data plane does not depend on it: it is started when traffic is already served, and what
/// goes wrong here hurts no request.
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private static final Address DEFAULT_ADMIN = new Address.Inet("127.0.0.1", 9901);
    private static final Address DEFAULT_METRICS = new Address.Inet("127.0.0.1", 9902);
    private static final String METRICS = "metrics";

    private static final int MAX_CONNECTIONS = 256;
    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final Duration READ = Duration.ofSeconds(20);
    private static final Duration GRACE = Duration.ofSeconds(1);

    /// What every answer carries: nothing here may be stored, framed, guessed at or run.
    private static final List<String[]> PRECAUTIONS =
            List.of(
                    new String[] {"Cache-Control", "no-store"},
                    new String[] {"X-Content-Type-Options", "nosniff"},
                    new String[] {
                        "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
                    },
                    new String[] {"Referrer-Policy", "no-referrer"},
                    new String[] {"Cross-Origin-Resource-Policy", "same-origin"});

    /// Loggers are held weakly, and Helidon tells at level INFO what nobody asked.
    private static final java.util.logging.Logger HELIDON_LOG =
            java.util.logging.Logger.getLogger("io.helidon");

    private final WebServer server;
    private final InetSocketAddress adminAddress;
    private final InetSocketAddress metricsAddress;

    private AdminServer(WebServer server, InetAddress admin, InetAddress metrics) {
        this.server = server;
        this.adminAddress = new InetSocketAddress(admin, server.port());
        this.metricsAddress = new InetSocketAddress(metrics, server.port(METRICS));
    }

    /// What is wrong with the addresses.
    public static List<Problem> problems(NodeConfig node) {
        var problems = new ArrayList<Problem>();
        if (admin(node) instanceof Address.Unix) {
            problems.add(
                    Problem.error("node.admin.address", "unix sockets are not in this version"));
        }
        if (metrics(node) instanceof Address.Unix) {
            problems.add(
                    Problem.error("node.metrics.address", "unix sockets are not in this version"));
        }
        return problems;
    }

    /// Binds both addresses and answers. Blocks until then; not to be called on an event loop.
    ///
    /// @param node without [#problems]
    /// @throws IOException when the token cannot be read or made, or an address cannot be bound
    public static AdminServer start(NodeConfig node, AdminPorts ports) throws IOException {
        // A bind that fails is told once, by the exception below, not also as two stack traces.
        HELIDON_LOG.setLevel(Level.OFF);
        AdminToken token = AdminToken.readOrMake(node.stateDir());
        InetSocketAddress admin = resolve(admin(node));
        InetSocketAddress metrics = resolve(metrics(node));
        var api = new AdminApi(ports, new Guard(names(node, admin(node)), token));
        var exposition = new MetricsApi(ports, metricsGuard(node, metrics));
        WebServer server =
                WebServer.builder()
                        .shutdownHook(false)
                        .featuresDiscoverServices(false)
                        .update(listener -> configure(listener, admin, api::answer))
                        .putSocket(
                                METRICS,
                                listener -> configure(listener, metrics, exposition::answer))
                        .build();
        server.start();
        HELIDON_LOG.setLevel(Level.WARNING);
        // Helidon only logs that a socket could not be bound.
        if (server.port() < 0 || server.port(METRICS) < 0) {
            server.stop();
            InetSocketAddress taken = server.port() < 0 ? admin : metrics;
            throw new IOException(
                    "cannot listen on " + text(taken) + ": the address is in use or not here");
        }
        return new AdminServer(server, admin.getAddress(), metrics.getAddress());
    }

    private static void configure(
            ListenerConfig.BuilderBase<?, ?> listener,
            InetSocketAddress address,
            Function<AdminRequest, Answer> answers) {
        listener.address(address.getAddress());
        listener.port(address.getPort());
        listener.maxTcpConnections(MAX_CONNECTIONS);
        listener.idleConnectionTimeout(IDLE);
        listener.connectionOptions(socket -> socket.readTimeout(READ));
        listener.shutdownGracePeriod(GRACE);
        listener.routing(
                HttpRouting.builder()
                        .any((request, response) -> serve(request, response, answers)));
    }

    public InetSocketAddress adminAddress() {
        return adminAddress;
    }

    public InetSocketAddress metricsAddress() {
        return metricsAddress;
    }

    @Override
    public void close() {
        server.stop();
    }

    // ---- addresses

    /// Where the admin address of a node is, or will be.
    public static Address admin(NodeConfig node) {
        return node.admin() == null ? DEFAULT_ADMIN : node.admin().address();
    }

    private static Address metrics(NodeConfig node) {
        return node.metrics() == null ? DEFAULT_METRICS : node.metrics().address();
    }

    private static InetSocketAddress resolve(Address address) throws UnknownHostException {
        return switch (address) {
            case Address.Inet(var host, var port) ->
                    new InetSocketAddress(
                            host.isEmpty()
                                    ? new InetSocketAddress(0).getAddress()
                                    : InetAddress.getByName(host),
                            port);
            case Address.Unix _ ->
                    throw new IllegalArgumentException("unix sockets are not in this version");
        };
    }

    /// The names that may stand in Host besides addresses.
    private static Set<String> names(NodeConfig node, Address address) {
        var names = new HashSet<String>();
        names.add("localhost");
        if (address instanceof Address.Inet(var host, var _)) {
            names.add(host.toLowerCase(Locale.ROOT));
        }
        if (node.name() != null) {
            names.add(node.name().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /// A metrics address that the network can reach is scraped by names that only its operator
    /// knows; on a loopback address a strange name means a web page that tries.
    private static Guard metricsGuard(NodeConfig node, InetSocketAddress address) {
        boolean local = address.getAddress().isLoopbackAddress();
        return new Guard(local ? names(node, metrics(node)) : null, metricsToken(node));
    }

    private static @Nullable AdminToken metricsToken(NodeConfig node) {
        return node.metrics() == null || node.metrics().token() == null
                ? null
                : AdminToken.of(node.metrics().token().reveal());
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    // ---- requests

    private static void serve(
            ServerRequest request,
            ServerResponse response,
            Function<AdminRequest, Answer> answers) {
        Answer answer = answer(request, answers);
        PRECAUTIONS.forEach(field -> response.header(field[0], field[1]));
        answer.fields().forEach((name, value) -> response.header(name, value));
        response.header(HeaderNames.CONTENT_TYPE, answer.contentType());
        response.status(Status.create(answer.status()));
        if (request.prologue().method().equals(Method.HEAD)) {
            response.send();
        } else {
            response.send(answer.body());
        }
        // Helidon 4.5.0 announces the close and waits for another request instead
        // (helidon-io/helidon#12324).
        if (request.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
            throw new CloseConnectionException("the client asked for it");
        }
    }

    private static Answer answer(ServerRequest request, Function<AdminRequest, Answer> answers) {
        try {
            return answers.apply(
                    new AdminRequest(
                            request.prologue().method().text(),
                            request.path().path(),
                            field(request, "host"),
                            field(request, "origin"),
                            field(request, "authorization"),
                            field(request, "accept"),
                            () -> content(request)));
        } catch (RuntimeException bug) {
            LOG.error("admin: {} failed", request.path().path(), bug);
            return Answer.problem(500, "Internal Server Error", "The gateway failed; see its log.");
        }
    }

    private static InputStream content(ServerRequest request) {
        return request.content().hasEntity()
                ? request.content().inputStream()
                : InputStream.nullInputStream();
    }

    private static @Nullable String field(ServerRequest request, String name) {
        return request.headers().first(HeaderNames.create(name)).orElse(null);
    }
}
