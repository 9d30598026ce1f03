package io.jadegate.server.proof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.DataPlane;
import io.jadegate.api.plane.ExplainRequest;
import io.jadegate.control.config.ConfigLoader;
import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.filters.cors.CorsProvider;
import io.jadegate.filters.headers.RequestHeadersProvider;
import io.jadegate.filters.headers.ResponseHeadersProvider;
import io.jadegate.filters.ip.IpFilterProvider;
import io.jadegate.filters.path.RewritePathProvider;
import io.jadegate.proxy.Proxy;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A data plane that has been through one change after another, most of which touch little, decides
/// and says the same as one that was started with the last configuration.
@Timeout(60)
class ChangesTest {
    private static final int CHANGES = 150;

    private static final List<FilterProvider<?>> FILTERS =
            List.of(
                    new CorsProvider(),
                    new IpFilterProvider(),
                    new RequestHeadersProvider(),
                    new ResponseHeadersProvider(),
                    new RewritePathProvider());

    private final ConfigLoader loader = ConfigLoader.of(FILTERS);
    private final Map<String, String> routes = new TreeMap<>();
    private String ipList = "deny: [ 10.0.0.0/8 ]";
    private String chain = "[ { ip-filter: { lists: [ some ] } } ]";
    private String defaults = "[]";
    private String upstream = "least-request";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void leadWhereAStartWouldLead(long seed) {
        Random random = new Random(seed);
        LoadResult.Loaded first = load();
        Proxy changed = Proxy.offline(first.node(), FILTERS);
        int applied = 0;
        for (int i = 0; i < CHANGES; i++) {
            change(random);
            LoadResult.Loaded loaded = load();
            Proxy started = Proxy.offline(loaded.node(), FILTERS);
            ApplyResult expected = started.apply(loaded.config());
            ApplyResult result = changed.apply(loaded.config());
            assertThat(problems(result)).isEqualTo(problems(expected));
            if (expected instanceof ApplyResult.Applied) {
                applied++;
                assertThat(changed.routes()).isEqualTo(started.routes());
                assertThat(explained(changed)).isEqualTo(explained(started));
            } else {
                routes.remove("r" + random.nextInt(8));
            }
            started.stop();
        }
        changed.stop();
        assertThat(applied).isGreaterThan(CHANGES / 5);
    }

    private static List<String> problems(ApplyResult result) {
        List<String> problems = new ArrayList<>();
        switch (result) {
            case ApplyResult.Applied applied ->
                    applied.warnings().forEach(warning -> problems.add(warning.toString()));
            case ApplyResult.Rejected rejected ->
                    rejected.problems().forEach(problem -> problems.add(problem.toString()));
        }
        return problems.stream().sorted().toList();
    }

    private static List<String> explained(DataPlane plane) {
        List<String> explained = new ArrayList<>();
        for (String host : List.of("a.test", "b.test")) {
            for (String path : List.of("/", "/a", "/a/b", "/b", "/b/a/1")) {
                byte[] head =
                        ("GET "
                                        + path
                                        + " HTTP/1.1\r\nHost: "
                                        + host
                                        + "\r\nOrigin: https://o\r\n\r\n")
                                .getBytes(ISO_8859_1);
                for (String from : List.of("10.1.1.1", "192.0.2.1")) {
                    explained.add(
                            plane.explain(
                                            new ExplainRequest(
                                                    "web", InetAddress.ofLiteral(from), head))
                                    .toString()
                                    .replaceAll("X-Request-Id: \\w+", "X-Request-Id: ?"));
                }
            }
        }
        return explained;
    }

    private LoadResult.Loaded load() {
        StringBuilder text = new StringBuilder();
        text.append("listeners: { web: { address: \"127.0.0.1:0\" } }\n");
        text.append("ip-lists: { some: { ").append(ipList).append(" } }\n");
        text.append("chains: { base: ").append(chain).append(" }\n");
        text.append("defaults: { filters: ").append(defaults).append(" }\n");
        text.append("upstreams:\n  app: { endpoints: [ 127.0.0.1:9 ], load-balancer: ")
                .append(upstream)
                .append(" }\n");
        text.append("routes:\n  last: { upstream: app }\n");
        routes.forEach((name, route) ->
                text.append("  ").append(name).append(": ").append(route).append('\n'));
        LoadResult result =
                loader.load(
                        text.toString(),
                        "test.yaml",
                        Path.of("/"),
                        new Environment(Map.of(), /* openSecrets= */ false));
        assertThat(result).as("%s", text).isInstanceOf(LoadResult.Loaded.class);
        return (LoadResult.Loaded) result;
    }

    private void change(Random random) {
        switch (random.nextInt(16)) {
            case 0 ->
                    ipList = random.nextBoolean() ? "deny: [ 10.0.0.0/8 ]" : "deny: [ 192.0.2.1 ]";
            case 1 ->
                    chain =
                            random.nextBoolean()
                                    ? "[ { ip-filter: { lists: [ some ] } } ]"
                                    : "[ { rewrite-path: { add-prefix: /x } } ]";
            case 2 -> defaults = random.nextBoolean() ? "[]" : "[ { use: base } ]";
            case 3 -> upstream = random.nextBoolean() ? "least-request" : "round-robin";
            default -> {
                String name = "r" + random.nextInt(8);
                if (random.nextInt(3) == 0) {
                    routes.remove(name);
                } else {
                    routes.put(name, route(random));
                }
            }
        }
    }

    private static String route(Random random) {
        String match =
                "path: "
                        + List.of("/", "/a", "/b", "/a/b", "{ template: \"/b/a/{id}\" }")
                                .get(random.nextInt(5));
        if (random.nextInt(3) == 0) {
            match += ", hosts: [ " + (random.nextBoolean() ? "a.test" : "b.test") + " ]";
        }
        String filters =
                switch (random.nextInt(5)) {
                    case 0 -> "filters: [ { use: base } ], ";
                    case 1 -> "filters: [ { rewrite-path: { add-prefix: /y } }, { use: base } ], ";
                    case 2 -> "filters: [ { request-headers: { set: { x: y } } } ], ";
                    case 3 -> "cors: { origins: [ \"https://o\" ] }, ";
                    default -> "";
                };
        return "{ match: { "
                + match
                + " }, "
                + filters
                + (random.nextInt(4) == 0 ? "respond: { body: x } }" : "upstream: app }");
    }
}
