package io.jadegate.proxy.route;

import static io.jadegate.proxy.route.TestRequest.address;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What holds for any table and any requests.
final class RouteRules {
    private static final InetAddress CLIENT = address("127.0.0.1");

    private RouteRules() {}

    static void choosesWhatTheLinearRulesChoose(
            List<RouteEntry<String>> routes, List<RequestHead> requests) {
        RouteTable<String> table = compile(routes, new ArrayList<>());
        LinearRoutes linear = new LinearRoutes(routes);
        for (RequestHead head : requests) {
            List<LinearRoutes.Match> expected = linear.matches(head);
            String first = expected.isEmpty() ? null : expected.getFirst().route().name();
            if (!equal(chosen(table, head), first)) {
                assertThat(chosen(table, head)).as("%s of %s", head, routes).isEqualTo(first);
            }
        }
    }

    static void reportsEveryTieThatARequestMeets(
            List<RouteEntry<String>> routes, List<RequestHead> requests) {
        List<Problem> problems = new ArrayList<>();
        compile(routes, problems);
        LinearRoutes linear = new LinearRoutes(routes);
        for (RequestHead head : requests) {
            if (!isSingleValued(head)) {
                continue;
            }
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

    /// That a request may have both of two values makes no tie of two routes that ask for one each.
    private static boolean isSingleValued(RequestHead head) {
        return LinearRoutes.parameters(head.query(), "v").size() <= 1
                && LinearRoutes.cookies(head, "c").size() <= 1;
    }

    private static boolean isTie(Problem problem, LinearRoutes.Match match) {
        return problem.severity() == Problem.Severity.ERROR
                && problem.path().startsWith("routes." + match.route().name() + ".match");
    }

    static void callsNoRouteShadowedThatARequestCanReach(
            List<RouteEntry<String>> routes, List<RequestHead> requests) {
        RouteTable<String> table = compile(routes, new ArrayList<>());
        Set<String> shadowed = shadowed(routes);
        for (RequestHead head : requests) {
            String chosen = chosen(table, head);
            if (chosen != null && shadowed.contains(chosen)) {
                assertThat(shadowed).as("%s of %s", head, routes).doesNotContain(chosen);
            }
        }
    }

    /// The routes of which a warning says that they can never match because of another.
    static Set<String> shadowed(List<RouteEntry<String>> routes) {
        List<Problem> problems = new ArrayList<>();
        compile(routes, problems);
        Set<String> shadowed = new HashSet<>();
        problems.stream()
                .filter(problem -> problem.message().contains("can never match: route"))
                .forEach(problem -> shadowed.add(problem.path().split("\\.", -1)[1]));
        return shadowed;
    }

    static void doesNotDependOnTheOrderOfRoutes(
            List<RouteEntry<String>> routes, List<RequestHead> requests) {
        RouteTable<String> table = compile(routes, new ArrayList<>());
        RouteTable<String> reversed = compile(routes.reversed(), new ArrayList<>());
        for (RequestHead head : requests) {
            if (!equal(chosen(reversed, head), chosen(table, head))) {
                assertThat(chosen(reversed, head))
                        .as("%s of %s", head, routes)
                        .isEqualTo(chosen(table, head));
            }
        }
    }

    private static @Nullable String chosen(RouteTable<String> table, RequestHead head) {
        RouteMatch<String> match = table.match(head, CLIENT);
        return match == null ? null : match.route();
    }

    private static boolean equal(@Nullable String a, @Nullable String b) {
        return a == null ? b == null : a.equals(b);
    }

    private static RouteTable<String> compile(
            List<RouteEntry<String>> routes, List<Problem> problems) {
        return RouteTables.compile(routes, List.of("web"), problems).of("web");
    }
}
