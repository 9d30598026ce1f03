package io.jadegate.benchmarks;

import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.route.RouteEntry;
import io.jadegate.proxy.route.RouteMatch;
import io.jadegate.proxy.route.RouteTables;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to find a request's route among one and among 50 000, and to compile that many.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RouteBenchmark {
    /// Enough that the tables' nodes do not all stay in the nearest caches.
    private static final int REQUESTS = 4096;

    /// How the routes differ.
    public enum Shape {
        /// Hosts, each with all its paths.
        HOSTS,
        /// Prefixes of one host.
        PREFIXES,
        /// Templates of one host, `/service/{id}/items`.
        TEMPLATES
    }

    @Param({"1", "50000"})
    private int routes;

    @Param private Shape shape = Shape.HOSTS;

    private final InetAddress client = InetAddress.getLoopbackAddress();
    private List<RouteEntry<String>> entries = List.of();
    private RouteTables<String> tables = compile(List.of());
    private RequestHead[] requests = {};
    private int next;

    @Setup
    public void prepare() {
        entries = new ArrayList<>(routes);
        for (int i = 0; i < routes; i++) {
            entries.add(new RouteEntry<>("route-" + i, match(i), 0, "route-" + i));
        }
        tables = compile(entries);
        requests = new RequestHead[REQUESTS];
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = request((int) (i * 7919L % routes));
        }
    }

    private MatchConfig match(int i) {
        String name = name(i);
        return switch (shape) {
            case HOSTS -> match(name + ".example.com", new PathMatchConfig.Prefix("/"));
            case PREFIXES -> match("shop.example.com", new PathMatchConfig.Prefix("/" + name));
            case TEMPLATES ->
                    match(
                            "shop.example.com",
                            new PathMatchConfig.Template("/" + name + "/{id}/items"));
        };
    }

    private static MatchConfig match(String host, PathMatchConfig path) {
        return new MatchConfig(
                List.of(),
                List.of(host),
                List.of(path),
                List.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                List.of(),
                null,
                null);
    }

    private static String name(int i) {
        return String.format(Locale.ROOT, "service-%05d", i);
    }

    private RequestHead request(int i) {
        RequestHead head = new RequestHead();
        String host = shape == Shape.HOSTS ? name(i) + ".example.com" : "shop.example.com";
        int start = head.fields().append(host);
        int end = head.fields().limit();
        head.authority(start, end, start, end, -1);
        head.path(shape == Shape.HOSTS ? "/a/b/c" : "/" + name(i) + "/4711/items");
        return head;
    }

    private static RouteTables<String> compile(List<RouteEntry<String>> entries) {
        return RouteTables.compile(entries, List.of("web"), new ArrayList<>());
    }

    @Benchmark
    public @Nullable RouteMatch<String> match() {
        next = (next + 1) & (REQUESTS - 1);
        return tables.of("web").match(requests[next], client);
    }

    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public RouteTables<String> compile() {
        return compile(entries);
    }
}
