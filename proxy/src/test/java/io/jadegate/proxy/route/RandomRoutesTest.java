package io.jadegate.proxy.route;

import static io.jadegate.proxy.route.TestRequest.address;
import static io.jadegate.proxy.route.TestRoute.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.api.http.RequestHead;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares the table with [LinearRoutes] on small random tables over few words, so that patterns
/// meet often.
class RandomRoutesTest {
    private static final int TABLES = 1_500;
    private static final int REQUESTS = 60;
    private static final List<String> LISTENERS = List.of("web", "inside");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void choosesWhatTheLinearRulesChoose(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < TABLES; i++) {
            List<RouteEntry<String>> routes = routes(random);
            RouteTable<String> table = compile(routes, new ArrayList<>());
            LinearRoutes linear = new LinearRoutes(routes);
            for (int j = 0; j < REQUESTS; j++) {
                RequestHead head = request(random);
                List<LinearRoutes.Match> expected = linear.matches(head);
                RouteMatch<String> match = table.match(head, address("127.0.0.1"));
                assertThat(match == null ? null : match.route())
                        .as("%s of %s", head, routes)
                        .isEqualTo(expected.isEmpty() ? null : expected.getFirst().route().name());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void reportsEveryTieThatARequestMeets(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < TABLES; i++) {
            List<RouteEntry<String>> routes = routes(random);
            List<Problem> problems = new ArrayList<>();
            compile(routes, problems);
            LinearRoutes linear = new LinearRoutes(routes);
            for (int j = 0; j < REQUESTS; j++) {
                RequestHead head = request(random);
                List<LinearRoutes.Match> matches = linear.matches(head);
                for (LinearRoutes.Match match : matches) {
                    LinearRoutes.Match first = matches.getFirst();
                    if (LinearRoutes.preference().compare(first, match) == 0
                            && !first.route().name().equals(match.route().name())) {
                        assertThat(problems)
                                .as("%s of %s", head, routes)
                                .anyMatch(problem -> isTie(problem, first))
                                .anyMatch(problem -> isTie(problem, match));
                    }
                }
            }
        }
    }

    private static boolean isTie(Problem problem, LinearRoutes.Match match) {
        return problem.severity() == Problem.Severity.ERROR
                && problem.path().startsWith("routes." + match.route().name() + ".match");
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void callsNoRouteShadowedThatARequestCanReach(long seed) {
        Random random = new Random(seed);
        int warnings = 0;
        for (int i = 0; i < TABLES; i++) {
            List<RouteEntry<String>> routes = routes(random);
            List<Problem> problems = new ArrayList<>();
            RouteTable<String> table = compile(routes, problems);
            Set<String> shadowed = new HashSet<>();
            problems.stream()
                    .filter(problem -> problem.message().contains("can never match: route"))
                    .forEach(problem -> shadowed.add(problem.path().split("\\.", -1)[1]));
            warnings += shadowed.size();
            for (int j = 0; j < REQUESTS; j++) {
                RouteMatch<String> match = table.match(request(random), address("127.0.0.1"));
                assertThat(shadowed)
                        .as("%s", routes)
                        .doesNotContain(match == null ? "" : match.route());
            }
        }
        assertThat(warnings).isPositive();
    }

    @Test
    void doesNotDependOnTheOrderOfRoutes() {
        Random random = new Random(9);
        for (int i = 0; i < TABLES; i++) {
            List<RouteEntry<String>> routes = routes(random);
            RouteTable<String> table = compile(routes, new ArrayList<>());
            RouteTable<String> reversed = compile(routes.reversed(), new ArrayList<>());
            for (int j = 0; j < 20; j++) {
                RequestHead head = request(random);
                RouteMatch<String> match = table.match(head, address("127.0.0.1"));
                RouteMatch<String> other = reversed.match(head, address("127.0.0.1"));
                assertThat(match == null ? null : match.route())
                        .isEqualTo(other == null ? null : other.route());
            }
        }
    }

    /// However a configuration came about, by compiling it or by one change after another, it
    /// serves the same and says the same.
    @ParameterizedTest
    @ValueSource(longs = {10, 11, 12})
    void changesIntoWhatCompilingWouldMake(long seed) {
        Random random = new Random(seed);
        int changed = 0;
        for (int i = 0; i < TABLES / 3; i++) {
            Map<String, RouteEntry<String>> routes = new LinkedHashMap<>();
            routes(random).forEach(route -> routes.put(route.name(), route));
            RouteTables<String> tables = compileAll(routes.values(), new ArrayList<>());
            for (int step = 0; step < 12; step++) {
                List<RouteEntry<String>> gone = new ArrayList<>();
                List<RouteEntry<String>> come = new ArrayList<>();
                change(random, routes, gone, come);
                List<Problem> expected = new ArrayList<>();
                RouteTables<String> compiled = compileAll(routes.values(), expected);
                List<Problem> problems = new ArrayList<>();
                RouteTables<String> next = tables.with(gone, come, problems);
                if (next == null) {
                    assertThat(problems).isEmpty();
                    come.forEach(route -> routes.remove(route.name()));
                    gone.forEach(route -> routes.put(route.name(), route));
                    tables = compileAll(routes.values(), new ArrayList<>());
                    continue;
                }
                changed++;
                tables = next;
                assertThat(problems).as("%s", routes).containsExactlyInAnyOrderElementsOf(expected);
                for (String listener : LISTENERS) {
                    assertSame(random, tables.of(listener), compiled.of(listener));
                }
            }
        }
        assertThat(changed).isGreaterThan(TABLES);
    }

    private static void change(
            Random random,
            Map<String, RouteEntry<String>> routes,
            List<RouteEntry<String>> gone,
            List<RouteEntry<String>> come) {
        for (int i = random.nextInt(3); i >= 0; i--) {
            String name = "r" + random.nextInt(14);
            if (come.stream().anyMatch(route -> route.name().equals(name))) {
                continue;
            }
            RouteEntry<String> old = routes.remove(name);
            if (old != null) {
                gone.add(old);
            }
            if (old == null || random.nextBoolean()) {
                TestRoute route = randomRoute(random, route(name));
                if (random.nextInt(6) == 0) {
                    route.listener(LISTENERS.get(random.nextInt(2)));
                }
                RouteEntry<String> fresh = route.entry();
                come.add(fresh);
                routes.put(name, fresh);
            }
        }
    }

    private static void assertSame(
            Random random, RouteTable<String> table, RouteTable<String> expected) {
        assertThat(table.routes()).isEqualTo(expected.routes());
        for (int j = 0; j < 20; j++) {
            RequestHead head = request(random);
            RouteMatch<String> match = table.match(head, address("127.0.0.1"));
            RouteMatch<String> other = expected.match(head, address("127.0.0.1"));
            assertThat(String.valueOf(match)).as("%s", head).isEqualTo(String.valueOf(other));
        }
    }

    /// A change shares what stays with the table before, which must not be changed by it.
    @Test
    void leavesTheTableBeforeAsItWas() {
        Random random = new Random(13);
        for (int i = 0; i < TABLES / 3; i++) {
            Map<String, RouteEntry<String>> routes = new LinkedHashMap<>();
            routes(random).forEach(route -> routes.put(route.name(), route));
            RouteTables<String> tables = compileAll(routes.values(), new ArrayList<>());
            RouteTables<String> same = compileAll(routes.values(), new ArrayList<>());
            List<RouteEntry<String>> gone = new ArrayList<>();
            List<RouteEntry<String>> come = new ArrayList<>();
            change(random, routes, gone, come);
            tables.with(gone, come, new ArrayList<>());
            for (String listener : LISTENERS) {
                assertSame(random, tables.of(listener), same.of(listener));
            }
        }
    }

    private static RouteTables<String> compileAll(
            Collection<RouteEntry<String>> routes, List<Problem> problems) {
        return RouteTables.compile(List.copyOf(routes), LISTENERS, problems);
    }

    private static RouteTable<String> compile(
            List<RouteEntry<String>> routes, List<Problem> problems) {
        return RouteTables.compile(routes, List.of("web"), problems).of("web");
    }

    // ---- random routes

    private static List<RouteEntry<String>> routes(Random random) {
        List<RouteEntry<String>> routes = new ArrayList<>();
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            routes.add(randomRoute(random, "r" + i));
        }
        return routes;
    }

    private static RouteEntry<String> randomRoute(Random random, String name) {
        return randomRoute(random, route(name)).entry();
    }

    private static TestRoute randomRoute(Random random, TestRoute route) {
        for (int i = random.nextInt(3); i > 0; i--) {
            String host = host(random);
            route.host(random.nextInt(3) == 0 ? "*." + host : host);
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            route.path(pathPattern(random));
        }
        if (random.nextInt(5) == 0) {
            route.method(random.nextBoolean() ? "GET" : "POST");
        }
        for (String header : List.of("x-a", "x-b")) {
            if (random.nextInt(6) == 0) {
                route.header(header, matcher(random, 0));
            }
        }
        if (random.nextInt(6) == 0) {
            route.query("v", matcher(random, 0));
        }
        if (random.nextInt(6) == 0) {
            route.priority(random.nextInt(3) - 1);
        }
        return route;
    }

    private static PathMatchConfig pathPattern(Random random) {
        String path = path(random);
        return switch (random.nextInt(6)) {
            case 0 -> new PathMatchConfig.Exact(path);
            case 1 -> new PathMatchConfig.Prefix(path);
            case 2 -> new PathMatchConfig.TextPrefix(path);
            case 3 ->
                    new PathMatchConfig.Regex(
                            path.replace("b", "[ab]") + (random.nextBoolean() ? ".*" : "?"));
            default -> new PathMatchConfig.Template(template(random));
        };
    }

    private static String template(Random random) {
        StringBuilder template = new StringBuilder();
        int segments = 1 + random.nextInt(4);
        for (int i = 0; i < segments; i++) {
            template.append('/').append(random.nextBoolean() ? word(random) : "{c" + i + "}");
        }
        return template.append(random.nextInt(4) == 0 ? "/{rest...}" : "").toString();
    }

    private static ValueMatchConfig matcher(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 5)) {
            case 0 -> new ValueMatchConfig.Values(List.of(value(random)));
            case 1 -> new ValueMatchConfig.Values(List.of(value(random), value(random)));
            case 2 -> new ValueMatchConfig.Prefix(value(random));
            case 3 -> new ValueMatchConfig.Suffix(value(random));
            case 4 -> new ValueMatchConfig.Present(random.nextBoolean());
            default -> new ValueMatchConfig.Not(matcher(random, depth + 1));
        };
    }

    // ---- random requests

    private static RequestHead request(Random random) {
        List<String> fields = new ArrayList<>();
        for (String name : List.of("x-a", "x-b")) {
            if (random.nextBoolean()) {
                fields.add(name + ": " + value(random));
            }
        }
        return TestRequest.head(
                random.nextInt(3) == 0 ? "POST" : "GET",
                random.nextInt(10) == 0 ? "" : host(random) + (random.nextInt(8) == 0 ? "." : ""),
                random.nextInt(20) == 0 ? "*" : path(random),
                random.nextBoolean() ? null : "v=" + value(random),
                fields.toArray(String[]::new));
    }

    private static String host(Random random) {
        StringBuilder host = new StringBuilder(word(random));
        for (int i = random.nextInt(3); i > 0; i--) {
            host.append('.').append(word(random));
        }
        return host.toString();
    }

    private static String path(Random random) {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            path.append('/').append(word(random));
        }
        return path.isEmpty() || random.nextInt(8) == 0
                ? path.append('/').toString()
                : path.toString();
    }

    private static String word(Random random) {
        return switch (random.nextInt(5)) {
            case 0, 1 -> "a";
            case 2, 3 -> "b";
            default -> "ab";
        };
    }

    private static String value(Random random) {
        return List.of("1", "2", "12", "21").get(random.nextInt(4));
    }
}
