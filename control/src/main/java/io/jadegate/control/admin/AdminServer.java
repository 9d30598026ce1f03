package io.jadegate.control.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jadegate.api.config.Address;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Function;
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
    private static final int GRACE_SECONDS = 1;

    /// What the JDK's server calls the length of no body at all; 0 means an unknown one.
    private static final int NO_BODY = -1;

    /// The limits of the JDK's server are system properties, read once for the process. What an
    /// operator sets on the command line stays. Times are in seconds but for the last.
    private static final Map<String, String> LIMITS =
            Map.of(
                    "jdk.httpserver.maxConnections", "256",
                    "sun.net.httpserver.idleInterval", "60",
                    "sun.net.httpserver.maxReqTime", "20",
                    "sun.net.httpserver.maxReqHeaders", "100",
                    "sun.net.httpserver.maxReqHeaderSize", "32768",
                    "sun.net.httpserver.nodelay", "true",
                    // How often requests are looked at for their time: an idle node shall sleep.
                    "sun.net.httpserver.timerMillis", "5000");

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

    private final HttpServer admin;
    private final HttpServer metrics;

    private AdminServer(HttpServer admin, HttpServer metrics) {
        this.admin = admin;
        this.metrics = metrics;
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
        LIMITS.forEach(System.getProperties()::putIfAbsent);
        AdminToken token = AdminToken.readOrMake(node.stateDir());
        InetSocketAddress adminAddress = resolve(admin(node));
        InetSocketAddress metricsAddress = resolve(metrics(node));
        var api = new AdminApi(ports, new Guard(names(node, admin(node)), token));
        var exposition = new MetricsApi(ports, metricsGuard(node, metricsAddress));
        HttpServer admin = bind(adminAddress, api::answer);
        HttpServer metrics;
        try {
            metrics = bind(metricsAddress, exposition::answer);
        } catch (IOException e) {
            admin.stop(0);
            throw e;
        }
        admin.start();
        metrics.start();
        return new AdminServer(admin, metrics);
    }

    private static HttpServer bind(
            InetSocketAddress address, Function<AdminRequest, Answer> answers) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(address, /* backlog= */ 0);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on " + text(address) + ": the address is in use or not here", e);
        }
        server.createContext("/", exchange -> serve(exchange, answers));
        server.setExecutor(
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("jadegate-admin-", 0).factory()));
        return server;
    }

    public InetSocketAddress adminAddress() {
        return admin.getAddress();
    }

    public InetSocketAddress metricsAddress() {
        return metrics.getAddress();
    }

    @Override
    public void close() {
        admin.stop(GRACE_SECONDS);
        metrics.stop(GRACE_SECONDS);
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

    private static void serve(HttpExchange exchange, Function<AdminRequest, Answer> answers)
            throws IOException {
        try (exchange) {
            Answer answer = answer(exchange, answers);
            Headers fields = exchange.getResponseHeaders();
            PRECAUTIONS.forEach(field -> fields.set(field[0], field[1]));
            answer.fields().forEach(fields::set);
            fields.set("Content-Type", answer.contentType());
            byte[] body = answer.body();
            if (exchange.getRequestMethod().equals("HEAD")) {
                fields.set("Content-Length", Integer.toString(body.length));
                exchange.sendResponseHeaders(answer.status(), NO_BODY);
                return;
            }
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? NO_BODY : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Answer answer(HttpExchange exchange, Function<AdminRequest, Answer> answers) {
        String path = exchange.getRequestURI().getPath();
        try {
            return answers.apply(
                    new AdminRequest(
                            exchange.getRequestMethod(),
                            path,
                            field(exchange, "Host"),
                            field(exchange, "Origin"),
                            field(exchange, "Authorization"),
                            field(exchange, "Accept"),
                            exchange::getRequestBody));
        } catch (RuntimeException bug) {
            LOG.error("admin: {} failed", path, bug);
            return Answer.problem(500, "Internal Server Error", "The gateway failed; see its log.");
        }
    }

    private static @Nullable String field(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }
}
