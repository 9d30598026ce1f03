package io.jadegate.proxy.route;

import static io.jadegate.proxy.route.RouteTableTest.routeOf;
import static io.jadegate.proxy.route.RouteTableTest.table;
import static io.jadegate.proxy.route.TestRequest.address;
import static io.jadegate.proxy.route.TestRequest.head;
import static io.jadegate.proxy.route.TestRoute.entries;
import static io.jadegate.proxy.route.TestRoute.route;
import static io.jadegate.proxy.route.TestRoute.routeLike;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.api.http.RequestHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HostileRequestsTest {

    /// Every combination of literal and capture over ten segments: a search that backtracked over
    /// states would meet them again and again.
    @Test
    void asksNoCandidateTwiceHoweverTemplatesBranch() {
        List<RouteEntry<String>> routes = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            StringBuilder template = new StringBuilder();
            for (int bit = 0; bit < 10; bit++) {
                template.append((i >> bit & 1) == 0 ? "/a" : "/{c" + bit + "}");
            }
            routes.add(
                    route("r" + i).path(new PathMatchConfig.Template(template.toString())).entry());
        }
        RouteTable<String> table = table(routes);
        Map<Candidate<?>, AtomicInteger> asked = new HashMap<>();
        table.search(
                head("GET", "h", "/a".repeat(10), null),
                address("127.0.0.1"),
                (candidate, _, _) -> {
                    asked.computeIfAbsent(candidate, _ -> new AtomicInteger()).incrementAndGet();
                    return false;
                });
        assertThat(asked).hasSize(1024);
        assertThat(asked.values()).allMatch(times -> times.get() == 1);

        asked.clear();
        table.search(
                head("GET", "h", "/a".repeat(11), null),
                address("127.0.0.1"),
                (candidate, _, _) -> asked.put(candidate, new AtomicInteger()) == null);
        assertThat(asked).isEmpty();
    }

    @Test
    void asksOnlyTheWinnerWhenNothingElseCouldBeBetter() {
        RouteTable<String> table =
                table(
                        entries(
                                routeLike("h =/a/b"),
                                routeLike("h /{x}/b"),
                                routeLike("h /a"),
                                routeLike("h ~/.*"),
                                routeLike("/a/b"),
                                routeLike("*")));
        List<String> asked = new ArrayList<>();
        table.search(
                head("GET", "h", "/a/b", null),
                address("127.0.0.1"),
                (candidate, _, _) -> asked.add(candidate.name));
        assertThat(asked).containsExactly("h_=/a/b");
    }

    @Test
    void matchesPathsOfTenThousandSegments() {
        StringBuilder spine = new StringBuilder();
        List<RouteEntry<String>> routes = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            routes.add(route("t" + i).like(spine + "/{x}/no").entry());
            spine.append("/a");
        }
        routes.add(routeLike("/a/a/{x}/{y...}").entry());
        RouteTable<String> table = table(routes);
        assertThat(routeOf(table, head("GET", "h", "/a".repeat(10_000), null)))
                .isEqualTo("/a/a/{x}/{y...}");
        assertThat(routeOf(table, head("GET", "h", "/".repeat(20_000), null))).isNull();
        assertThat(routeOf(table, head("GET", "h", "/" + "a".repeat(1 << 20), null))).isNull();
    }

    @Test
    void matchesTemplatesOfTheGreatestDepth() {
        StringBuilder template = new StringBuilder();
        for (int i = 0; i < 31; i++) {
            template.append("/{c").append(i).append('}');
        }
        RouteTable<String> table = table(entries(routeLike(template + "/{rest...}")));
        assertThat(routeOf(table, head("GET", "h", "/x".repeat(5_000), null))).isNotNull();
        assertThat(routeOf(table, head("GET", "h", "/x".repeat(30), null))).isNull();
    }

    @Test
    void matchesTheLargestExpressionsWithinTheStack() {
        for (String regex : List.of("(){900}a*", "(a?){480}", "(?:\\b){390}a*")) {
            RouteTable<String> table = table(entries(routeLike("~/" + regex)));
            assertThat(routeOf(table, head("GET", "h", "/" + "a".repeat(400), null))).isNotNull();
            assertThat(routeOf(table, head("GET", "h", "/b".repeat(4_000), null))).isNull();
        }
    }

    @Test
    void matchesHostsOfManyLabels() {
        RouteTable<String> table =
                table(entries(routeLike("*.x.com"), routeLike("*.a.x.com"), routeLike("y.com")));
        assertThat(routeOf(table, head("GET", "a.".repeat(16_000) + "x.com", "/", null)))
                .isEqualTo("*.a.x.com");
        assertThat(routeOf(table, head("GET", ".".repeat(32_000), "/", null))).isNull();
        assertThat(routeOf(table, head("GET", "y".repeat(32_000), "/", null))).isNull();
        assertThat(routeOf(table, head("GET", "..x.com", "/", null))).isEqualTo("*.x.com");
    }

    @Test
    void comparesOctetsBeyondAscii() {
        RouteTable<String> table = table(entries(routeLike("/a"), routeLike("h")));
        assertThat(routeOf(table, head("GET", "\u00ff", "/a\u00ff", null))).isNull();
        assertThat(routeOf(table, head("GET", "\u00ff", "/a/\u00ff", null))).isEqualTo("/a");
    }

    @Test
    void survivesEscapesAndSeparatorsWithoutEnd() {
        RouteTable<String> table =
                table(List.of(route("r").like("?a=1").entry(), route("c").like("*").entry()));
        for (String query : List.of("%", "a=%", "a=%3", "%6", "&".repeat(9_000), "=", "a=%%%31")) {
            assertThat(routeOf(table, head("GET", "h", "/", query))).isEqualTo("c");
        }
        RequestHead cookies = head("GET", "h", "/", null, "cookie: ;;=; a", "cookie: a=");
        RouteTable<String> byCookie =
                table(
                        List.of(
                                route("r")
                                        .cookie("a", new ValueMatchConfig.Values(List.of("")))
                                        .entry()));
        assertThat(routeOf(byCookie, cookies)).isEqualTo("r");
    }
}
