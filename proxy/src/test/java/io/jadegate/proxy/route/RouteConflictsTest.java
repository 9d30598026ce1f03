package io.jadegate.proxy.route;

import static io.jadegate.proxy.route.TestRoute.entries;
import static io.jadegate.proxy.route.TestRoute.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.ValueMatchConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteConflictsTest {

    @Test
    void namesBothRoutesOfATieAtBothPlaces() {
        List<Problem> problems =
                problems(route("a").like("shop.x.com /o /p"), route("b").like("SHOP.x.com. /p/"));
        assertThat(problems)
                .extracting(Problem::toString)
                .containsExactlyInAnyOrder(
                        "routes.a.match.path[1]: route \"a\" takes the same requests at"
                                + " \"shop.x.com/p/*\" as route \"b\" (routes.b.match.path) and"
                                + " neither is more specific; give one a higher priority",
                        "routes.b.match.path: route \"b\" takes the same requests at"
                                + " \"shop.x.com/p/*\" as route \"a\" (routes.a.match.path[1]) and"
                                + " neither is more specific; give one a higher priority");
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a/, true",
        "=/a, =/a, true",
        "^/a, ^/a, true",
        "^/a, /a, false",
        "~/a.*, ~/a.*, true",
        "~/a.*, ~/.*a, false",
        "/{x}, /{y}, true",
        "/{x...}, /{y...}, true",
        "/{x}/b, /a/{y}, false",
        "*.x.com, *.x.com, true",
        "*.x.com, *.a.x.com, false",
        "/a, /a +1, false",
        "/a GET, /a GET POST, true",
        "/a GET, /a POST, false",
        "/a GET, /a, false",
        "/a x:1, /a x:2, false",
        "/a x:1, /a x:1, true",
        "/a x:1, /a y:1, true",
        "/a x:1, /a ?x=1, true",
        "/a ?v=1, /a ?v=2, false",
    })
    void callsATieWhatNothingDecides(String a, String b, boolean tie) {
        List<Problem> problems = problems(route("a").like(a), route("b").like(b));
        assertThat(problems.stream().filter(RouteConflictsTest::isError)).hasSize(tie ? 2 : 0);
    }

    @Test
    void findsContradictionsBetweenMatchers() {
        ValueMatchConfig one = new ValueMatchConfig.Values(List.of("1"));
        assertThat(
                        problems(
                                route("a").header("x", one),
                                route("b").header("x", new ValueMatchConfig.Not(one))))
                .isEmpty();
        assertThat(
                        problems(
                                route("a").header("x", new ValueMatchConfig.Present(true)),
                                route("b").header("x", new ValueMatchConfig.Present(false))))
                .isEmpty();
        assertThat(
                        problems(
                                route("a").cookie("x", new ValueMatchConfig.Prefix("ab")),
                                route("b").cookie("x", new ValueMatchConfig.Prefix("b"))))
                .isEmpty();
        assertThat(
                        problems(
                                route("a").query("x", new ValueMatchConfig.Regex("[0-9]+")),
                                route("b").query("x", new ValueMatchConfig.Values(List.of("a")))))
                .isEmpty();
        assertThat(problems(route("a").source("10.0.0.0/9"), route("b").source("10.128.0.0/9")))
                .isEmpty();
        assertThat(problems(route("a").source("10.0.0.0/8"), route("b").source("10.1.0.0/16")))
                .hasSize(2);
    }

    /// The route `loser` can never match.
    @ParameterizedTest
    @CsvSource({
        "/ , ~/api/v[0-9]+",
        "/api, ~/api/v[0-9]+",
        "^/ap, ~/api/v[0-9]+",
        "+1 /, =/a",
        "+1 /, h =/a",
        "+1 *, *.x.com",
        "+1 *.x.com /, a.x.com /a",
        "+1 *.x.com /, *.a.x.com /a",
        "+1 /{x}/b, =/a/b",
        "+1 /{x}/b, /{y}/b x:1",
        "+1 /{x...}, /{y}/{z...}",
        "+1 /a/{x...}, =/a",
        "+1 ~/.*, =/a",
        "+1 /a x:1, /a/b x:1 ?v=1",
        "+1 GET POST, GET",
    })
    void warnsOfARouteThatAnotherAlwaysBeats(String winner, String loser) {
        assertThat(problems(route("winner").like(winner.strip()), route("loser").like(loser)))
                .filteredOn(problem -> problem.message().startsWith("route "))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
                    assertThat(problem.path()).isEqualTo("routes.loser.match");
                    assertThat(problem.message())
                            .startsWith("route \"loser\" can never match: route \"winner\"")
                            .contains("(routes.winner.match");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "/a, ~/api/v[0-9]+",
        "/api, ~/api(x)?",
        "/api/v, ~/api/v*",
        "/api, ~/api/a|/b",
        "/, h",
        "+1 /, h",
        "+1 h /, *.h",
        "+1 *.h /, h",
        "+1 *.x.com /, *.com /a",
        "+1 =/a, /a",
        "+1 /{x}, /a/",
        "+1 /{x}, /{y...}",
        "+1 /a, ^/a",
        "+1 /a x:1, /a/b",
        "+1 GET, GET POST",
        "+1 GET, h",
        "/a x:1, /a",
    })
    void doesNotWarnOfARouteThatSomeRequestReaches(String winner, String other) {
        assertThat(problems(route("winner").like(winner), route("other").like(other))).isEmpty();
    }

    @Test
    void warnsOfNoRouteThatOneOfItsPatternsSaves() {
        assertThat(
                        problems(
                                route("winner").like("/a +1"),
                                route("other").like("/a/b /c").host("h")))
                .isEmpty();
    }

    @Test
    void warnsOnlyOfARouteThatIsShadowedOnAllItsListeners() {
        List<Problem> problems = new ArrayList<>();
        RouteTables.compile(
                entries(
                        route("winner").like("/a +1").listener("web"),
                        route("lost").like("/a/b").listener("web"),
                        route("saved").like("/a/c")),
                List.of("web", "secure"),
                problems);
        assertThat(problems).extracting(Problem::path).containsExactly("routes.lost.match");
    }

    @Test
    void findsTheTieAmongThousandsOfRoutesOnOnePath() {
        TestRoute[] routes =
                IntStream.range(0, 20_000)
                        .mapToObj(i -> route("r" + i).like("/a x-tenant:" + i % 19_999))
                        .toArray(TestRoute[]::new);
        assertThat(problems(routes))
                .extracting(Problem::path)
                .containsExactlyInAnyOrder("routes.r0.match.path", "routes.r19999.match.path");
    }

    @Test
    void saysWhenThereIsTooMuchToCompare() {
        TestRoute[] routes =
                IntStream.range(0, 4_000)
                        .mapToObj(i ->
                                route("r" + i)
                                        .like("/a")
                                        .header("x", new ValueMatchConfig.Prefix(i + "-")))
                        .toArray(TestRoute[]::new);
        assertThat(problems(routes))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING);
                    assertThat(problem.message()).startsWith("too many routes at \"/a/*\"");
                });
    }

    // ---- patterns that cannot be compiled

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shop.x.com:80 | routes.r.match.hosts[0] | names a port | shop.x.com",
                "бар.рф | routes.r.match.hosts[0] | is not in ASCII | xn--80ab0c.xn--p1ai",
                "a*.x.com | routes.r.match.hosts[0] | must be like | ",
                "=/a/../b | routes.r.match.path | is not in the canonical form | /b",
                "/a//b | routes.r.match.path | is not in the canonical form | /a/b",
                "/é | routes.r.match.path | is not in the canonical form | /%C3%A9",
                "^/a%2 | routes.r.match.path | bad percent escape at offset 2 | ",
                "/a%2Fb | routes.r.match.path | escaped slash | ",
                "=a | routes.r.match.path | must begin with '/' | /a",
                "~/( | routes.r.match.path | is not one of RE2 | ",
                "~/(?=a) | routes.r.match.path | is not one of RE2 | ",
                "~/((a{100}){100}){100} | routes.r.match.path | is too large | ",
                "~/((([]a]{100}){100}){100}){100} | routes.r.match.path | is too large | ",
                "~/(?:a{1000}\\Q(\\E){1000} | routes.r.match.path | is too large | ",
                "~/a{(b{1000}){1000}} | routes.r.match.path | is too large | ",
                "~/((){500}){10} | routes.r.match.path | is too large | ",
                "~/(?:a{1000}[[:alpha:](]){1000} | routes.r.match.path | is too large | ",
                "/{a}/{a} | routes.r.match.path | captures \"{a}\" twice | ",
                "/{a...}/b | routes.r.match.path | goes on behind | ",
                "/{a}b | routes.r.match.path | a capture is a whole segment | ",
                "/{} | routes.r.match.path | is not a name | ",
                "/{a}//b | routes.r.match.path | is not in the canonical form | ",
                "Get | routes.r.match.methods[0] | the case of methods matters | GET",
                "host:a | routes.r.match.headers.host | matched by match.hosts | ",
            })
    void refusesWhatCanMatchNoRequest(
            String match, String path, String message, String suggestion) {
        assertThat(problems(route("r").like(match.strip()), route("s").like("=/s")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.severity()).isEqualTo(Problem.Severity.ERROR);
                    assertThat(problem.path()).isEqualTo(path.strip());
                    assertThat(problem.message()).contains(message.strip());
                    assertThat(problem.suggestion()).isEqualTo(suggestion);
                });
    }

    @Test
    void refusesMoreCapturesThanTheSearchDescends() {
        String template = "/{a}".repeat(33);
        StringBuilder distinct = new StringBuilder();
        for (int i = 0; i < 33; i++) {
            distinct.append("/{c").append(i).append('}');
        }
        assertThat(problems(route("r").path(new PathMatchConfig.Template(distinct.toString()))))
                .singleElement()
                .satisfies(p -> assertThat(p.message()).contains("more than 32 captures"));
        assertThat(problems(route("r").path(new PathMatchConfig.Template(template)))).isNotEmpty();
    }

    @Test
    void warnsOfPatternsWrittenTwiceAndOfRegexesThatNoPathCanMatch() {
        assertThat(problems(route("r").like("h.x H.X /a /a/")))
                .extracting(Problem::toString)
                .containsExactly(
                        "warning: routes.r.match.hosts[1]: \"H.X\" stands here twice",
                        "warning: routes.r.match.path[1]: \"/a/*\" stands here twice");
        assertThat(problems(route("r").like("~api/.*")))
                .extracting(Problem::message)
                .containsExactly("regex \"api/.*\" can never match: paths begin with '/'");
    }

    private static boolean isError(Problem problem) {
        return problem.severity() == Problem.Severity.ERROR;
    }

    private static List<Problem> problems(TestRoute... routes) {
        List<Problem> problems = new ArrayList<>();
        RouteTables.compile(entries(routes), List.of("web"), problems);
        return problems;
    }
}
