package io.jadegate.proxy.route;

import static io.jadegate.proxy.route.TestRequest.address;
import static io.jadegate.proxy.route.TestRequest.head;
import static io.jadegate.proxy.route.TestRequest.request;
import static io.jadegate.proxy.route.TestRoute.entries;
import static io.jadegate.proxy.route.TestRoute.route;
import static io.jadegate.proxy.route.TestRoute.routeLike;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.api.http.RequestHead;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {

    /// Routes are written as in [TestRoute#like], the preferred first, separated by `|`; the
    /// request matches all of them.
    @ParameterizedTest
    @CsvSource({
        // hosts
        "a.x.com | *.x.com | *.com | *, a.x.com/",
        "*.b.x.com | *.x.com | /, a.b.x.com/",
        "*.x.com | /a /b /, a.x.com/a/b",
        // paths
        "=/a/b | /a/{x} | /a/{x...} | /a | ~/a/.* | *, h/a/b",
        "/{x...} | /a/b/c, h/a/b/c",
        "/a/{x}/c | /a/{x}/{y} | /{x}/b/c | /{x}/b/{y} | /{x}/{y...} | /{x...}, h/a/b/c",
        "/a/b/c | /a/b | /a | /, h/a/b/c/d",
        "/a/b | ^/a/ | /a | ^/a, h/a/b",
        "~/a/[b-c] | ~/a/.* | ~/.*, h/a/b",
        "/a | ^/a, h/a",
        "/ | ~/.+ | *, h/a",
        // priority before all else
        "+1 | =/a, h/a",
        "* +2 | h /a/{x} +1 | h =/a/b GET, h/a/b",
        "/ +1 | =/a, h/a",
        // methods, then the number of conditions
        "/a GET | /a x:1 ?v=1, h/a?v=1",
        "/a x:1 ?v=1 | /a x:1 | /a, h/a?v=1",
        "/a GET x:1 | /a GET | /a x:1 | /a, h/a",
        // hosts before paths, paths before conditions
        "h / | =/a, h/a",
        "/a/b | /a GET x:1, h/a/b",
    })
    void prefersTheMoreSpecific(String routes, String target) {
        List<TestRoute> ordered =
                new ArrayList<>(
                        Stream.of(routes.split(" \\| ", -1)).map(TestRoute::routeLike).toList());
        RequestHead head = request(target, "x: 1");
        while (!ordered.isEmpty()) {
            List<RouteEntry<String>> entries =
                    new ArrayList<>(ordered.stream().map(TestRoute::entry).toList());
            String preferred = entries.getFirst().name();
            Collections.reverse(entries);
            assertThat(routeOf(table(entries), head)).isEqualTo(preferred);
            ordered.removeFirst();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "x.com, x.com/, true",
        "x.com, x.com./, true",
        "x.com., x.com/, true",
        "X.Com, x.com/, true",
        "x.com, a.x.com/, false",
        "*.x.com, a.x.com/, true",
        "*.x.com, a.b.x.com/, true",
        "*.x.com, a.x.com./, true",
        "*.x.com, x.com/, false",
        "*.x.com, .x.com/, false",
        "*.x.com, ax.com/, false",
        "[::1], [::1]/, true",
        "*, x.com/, true",
        "*, /, true",
        "x.com, /, false",
        // paths
        "/a, h/a, true",
        "/a, h/a/, true",
        "/a, h/a/b, true",
        "/a, h/ab, false",
        "/a/, h/a, true",
        "/, h/, true",
        "^/a, h/ab, true",
        "^/a/, h/a, false",
        "^/., h/.git, true",
        "^/., h/git, false",
        "=/a, h/a/, false",
        "=/, h/, true",
        "/a/{x}, h/a/b, true",
        "/a/{x}, h/a/, false",
        "/a/{x}, h/a, false",
        "/a/{x}, h/a/b/, false",
        "/a/{x}/, h/a/b/, true",
        "/a/{x...}, h/a, true",
        "/a/{x...}, h/a/, true",
        "/a/{x...}, h/a/b/c/, true",
        "/a/{x...}, h/ab, false",
        "/{x}/{y...}, h/, false",
        "/{x...}, h/, true",
        "~/v[0-9]+/a, h/v12/a, true",
        "~/v[0-9]+, h/v12/a, false",
        "~v[0-9]+, h/v12, false",
        // methods
        "GET, GET h/, true",
        "GET, HEAD h/, false",
        "GET, get h/, false",
        "PURGE, PURGE h/, true",
    })
    void takesWhatThePatternSays(String match, String target, boolean takes) {
        RouteTable<String> table = table(List.of(route("r").like(match).entry()));
        assertThat(routeOf(table, request(target)) != null).isEqualTo(takes);
    }

    @Test
    void leavesTheAsteriskOfOptionsToRoutesWithoutPath() {
        RequestHead asterisk = head("OPTIONS", "h", "*", null);
        assertThat(routeOf(table(entries(routeLike("/"))), asterisk)).isNull();
        assertThat(routeOf(table(entries(routeLike("h"))), asterisk)).isEqualTo("h");
    }

    @Test
    void fallsThroughAllLevelsWhenConditionsFail() {
        RouteTable<String> table =
                table(
                        entries(
                                route("exact").like("a.x.com =/a/b m:1"),
                                route("template").like("a.x.com /a/{x} m:2"),
                                route("prefix").like("a.x.com /a m:3"),
                                route("regex").like("a.x.com ~/a/. m:4"),
                                route("wildcard").like("*.x.com /a m:5"),
                                route("wider").like("*.com =/a/b m:6"),
                                route("any").like("* m:7"),
                                route("last").like("*")));
        for (int i = 1; i <= 7; i++) {
            String expected =
                    List.of("exact", "template", "prefix", "regex", "wildcard", "wider", "any")
                            .get(i - 1);
            assertThat(routeOf(table, request("a.x.com/a/b", "m: " + i))).isEqualTo(expected);
        }
        assertThat(routeOf(table, request("a.x.com/a/b", "m: 8"))).isEqualTo("last");
    }

    @Test
    void answersNullWhenNothingMatches() {
        assertThat(table(List.of()).match(request("h/"), address("127.0.0.1"))).isNull();
    }

    @Test
    void capturesSegmentsAsTheyStandInThePath() {
        RouteTable<String> table = table(entries(routeLike("/a/{x}/b/{y...}")));
        RequestHead head = request("h/a/1%2C2/b/c/d");
        RouteMatch<String> match = requireNonNull(table.match(head, address("127.0.0.1")));
        assertThat(match.capture(head, "x")).isEqualTo("1%2C2");
        assertThat(match.capture(head, "y")).isEqualTo("c/d");
        assertThat(match.capture(head, "z")).isNull();
        assertThat(match.matchedLength(head)).isEqualTo("/a/1%2C2/b/c/d".length());
    }

    /// What stands between a letter and its quantifier does not make the letter stay.
    @ParameterizedTest
    @ValueSource(strings = {"~/k?", "~/k(?i)?", "~/k\\Q\\E?", "~/k+?\\Q\\E?", "~/k{0}"})
    void findsPathsWithoutWhatAQuantifierMayLeaveOut(String match) {
        assertThat(routeOf(table(entries(routeLike(match))), request("h/"))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b/, h/a/b/c, 4",
        "/, h/a, 0",
        "*, h/a, 0",
        "^/a/b, h/a/bc, 4",
        "=/a/b, h/a/b, 4",
        "~/a.*, h/a/bc, 5",
        "/a/{x...}, h/a/bc/d, 7",
    })
    void tellsHowMuchOfThePathMatched(String match, String target, int length) {
        RouteTable<String> table = table(entries(routeLike(match)));
        RequestHead head = request(target);
        RouteMatch<String> found = requireNonNull(table.match(head, address("127.0.0.1")));
        assertThat(found.matchedLength(head)).isEqualTo(length);
    }

    @Test
    void takesTemplatesThatDifferInNamesOnlyForOne() {
        List<Problem> problems = new ArrayList<>();
        List<RouteEntry<String>> routes =
                entries(
                        route("a").like("GET /x/{a} /x/{b}"),
                        route("b").like("/x/{c}"),
                        route("c").like("m:1 /x/{d}"));
        RouteTables<String> tables = RouteTables.compile(routes, List.of("web"), problems);
        assertThat(problems)
                .extracting(Problem::toString)
                .anyMatch(text -> text.contains("takes the same paths as \"/x/{a}\""));

        RouteTables<String> changed =
                requireNonNull(
                        tables.with(List.of(routes.getFirst()), List.of(), new ArrayList<>()));

        assertThat(routeOf(changed.of("web"), request("h/x/1"))).isEqualTo("b");
        assertThat(routeOf(changed.of("web"), request("h/x/1", "m: 1"))).isEqualTo("c");
    }

    @Test
    void keepsRoutesToTheirListeners() {
        List<Problem> problems = new ArrayList<>();
        RouteTables<String> tables =
                RouteTables.compile(
                        entries(
                                route("both"),
                                route("secure").listener("secure").like("/a"),
                                route("plain").listener("web").like("/a")),
                        List.of("web", "secure", "other"),
                        problems);
        assertThat(problems).isEmpty();
        assertThat(routeOf(tables.of("web"), request("h/a"))).isEqualTo("plain");
        assertThat(routeOf(tables.of("secure"), request("h/a"))).isEqualTo("secure");
        assertThat(routeOf(tables.of("other"), request("h/a"))).isEqualTo("both");
        assertThat(tables.of("unknown").routes()).isEmpty();
    }

    @Test
    void sharesTheTableOfListenersWithTheSameRoutes() {
        RouteTables<String> tables =
                RouteTables.compile(
                        entries(routeLike("/a")), List.of("web", "secure"), new ArrayList<>());
        assertThat(tables.of("web")).isSameAs(tables.of("secure"));
    }

    @Test
    void listsRoutesInOrderOfPreference() {
        RouteTable<String> table =
                table(
                        entries(
                                route("last"),
                                route("a").like("GET POST shop.x.com *.x.com /orders /o/{id} x:1"),
                                route("b")
                                        .like("~/v[0-9]")
                                        .query("v", new ValueMatchConfig.Present(true))
                                        .source("10.0.0.0/8"),
                                route("first").like("^/t =/e +3")));
        assertThat(table.routes().stream().map(l -> l.name() + " = " + l.match()))
                .containsExactly(
                        "first = /e /t* priority:3",
                        "a = GET,POST shop.x.com/o/{id} shop.x.com/orders/* *.x.com/o/{id}"
                                + " *.x.com/orders/* header:x",
                        "b = ~/v[0-9] query:v sources",
                        "last = *");
    }

    static RouteTable<String> table(List<RouteEntry<String>> entries) {
        List<Problem> problems = new ArrayList<>();
        RouteTable<String> table = RouteTables.compile(entries, List.of("web"), problems).of("web");
        assertThat(problems).noneMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        return table;
    }

    static @Nullable String routeOf(RouteTable<String> table, RequestHead head) {
        RouteMatch<String> match = table.match(head, address("127.0.0.1"));
        return match == null ? null : match.route();
    }
}
