package io.jadegate.proxy.route;

import static io.jadegate.proxy.route.TestRequest.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import io.jadegate.api.http.RequestHead;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
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
        forTables(seed, REQUESTS, RouteRules::choosesWhatTheLinearRulesChoose);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6})
    void reportsEveryTieThatARequestMeets(long seed) {
        forTables(seed, REQUESTS, RouteRules::reportsEveryTieThatARequestMeets);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void callsNoRouteShadowedThatARequestCanReach(long seed) {
        Set<String> warnings = new HashSet<>();
        forTables(
                seed,
                REQUESTS,
                (routes, requests) -> {
                    warnings.addAll(RouteRules.shadowed(routes));
                    RouteRules.callsNoRouteShadowedThatARequestCanReach(routes, requests);
                });
        assertThat(warnings).isNotEmpty();
    }

    @Test
    void doesNotDependOnTheOrderOfRoutes() {
        forTables(9, 20, RouteRules::doesNotDependOnTheOrderOfRoutes);
    }

    private static void forTables(
            long seed, int requests, BiConsumer<List<RouteEntry<String>>, List<RequestHead>> rule) {
        Random random = new Random(seed);
        for (int i = 0; i < TABLES; i++) {
            rule.accept(RandomRoutes.routes(random), RandomRoutes.requests(random, requests));
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
            RandomRoutes.routes(random).forEach(route -> routes.put(route.name(), route));
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
                TestRoute route = RandomRoutes.filled(random, TestRoute.route(name));
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
            RequestHead head = RandomRoutes.request(random);
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
            RandomRoutes.routes(random).forEach(route -> routes.put(route.name(), route));
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
}
