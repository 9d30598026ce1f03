package io.jadegate.proxy.route;

import static io.jadegate.proxy.route.TestRequest.address;
import static io.jadegate.proxy.route.TestRequest.request;
import static io.jadegate.proxy.route.TestRoute.entries;
import static io.jadegate.proxy.route.TestRoute.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcRoutesTest {
    private static final TestRoute[] ROUTES = {
        route("get").grpc(List.of("shop.v1.Orders"), List.of("Get")),
        route("orders").grpc(List.of("shop.v1.Orders"), List.of()),
        route("watch").grpc(List.of("shop.v1.*"), List.of("Watch", "Listen")),
        route("shop").grpc(List.of("shop.v1.*"), List.of()),
        route("health").grpc(List.of(), List.of("Check")),
        route("site").like("/"),
    };

    @ParameterizedTest
    @CsvSource({
        "/shop.v1.Orders/Get, get",
        "/shop.v1.Orders/List, orders",
        "/shop.v1.Orders/Watch, orders",
        "/shop.v1.Carts/Watch, watch",
        "/shop.v1.deep.Carts/Listen, watch",
        "/shop.v1.Carts/Watches, shop",
        "/shop.v1.Carts/Get, shop",
        "/shop.v2.Carts/Get, site",
        "/shop.v1Carts/Get, site",
        "/any.Other/Check, health",
        "/shop.v1.Carts, site",
        "/shop.v1.Carts/, site",
        "/shop.v1.Carts/Get/more, site",
        "/shop.v1.Orders, site",
        "/shop.v1.Orders/Get/, site",
        "/, site",
    })
    void theMostParticularRouteTakesACall(String path, String name) {
        assertThat(chosen(table(ROUTES), "POST h" + path)).isEqualTo(name);
    }

    @Test
    void aNamedMethodComesBeforeAPathWrittenOut() {
        RouteTable<String> table =
                table(
                        route("path").like("=/x.Y/Z GET"),
                        route("call").grpc(List.of("x.Y"), List.of("Z")));
        assertThat(chosen(table, "GET h/x.Y/Z")).isEqualTo("call");
    }

    @Test
    void twoRoutesForTheSameMethodAreATieAndForOthersAreNot() {
        assertThat(
                        problems(
                                route("a").grpc(List.of("x.*"), List.of("A", "B")),
                                route("b").grpc(List.of("x.*"), List.of("B", "C"))))
                .hasSize(2)
                .allMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        assertThat(
                        problems(
                                route("a").grpc(List.of("x.*"), List.of("A")),
                                route("b").grpc(List.of("x.*"), List.of("B"))))
                .isEmpty();
    }

    @Test
    void aRouteBehindOneForAllItsCallsCanNeverMatch() {
        assertThat(
                        problems(
                                route("all").grpc(List.of("x.Y"), List.of()).like("+1"),
                                route("one").grpc(List.of("x.Y"), List.of("Z"))))
                .extracting(Problem::path)
                .containsExactly("routes.one.match");
    }

    @Test
    void pathAndGrpcExcludeEachOtherAndGrpcAloneSaysNothing() {
        assertThat(problems(route("a").like("/x").grpc(List.of("x.Y"), List.of())))
                .extracting(Problem::toString)
                .containsExactly(
                        "routes.a.match.grpc: cannot stand beside path: it is the path of calls"
                                + " that it is about");
        assertThat(problems(route("a").grpc(List.of(), List.of())))
                .extracting(Problem::toString)
                .singleElement()
                .asString()
                .startsWith("routes.a.match.grpc: names neither a service nor a method");
    }

    @Test
    void theSameTwiceIsAWarningThatSaysWhere() {
        assertThat(problems(route("a").grpc(List.of("x.Y", "x.Y"), List.of("Z"))))
                .extracting(Problem::toString)
                .containsExactly(
                        "warning: routes.a.match.grpc.service[1]: \"/x.Y/Z\" stands here twice");
    }

    @Test
    void aListSaysWhatARouteTakes() {
        assertThat(table(ROUTES).routes())
                .extracting(RouteTable.Listed::match)
                .contains(
                        "/shop.v1.Orders/Get grpc:Get",
                        "/shop.v1.Orders/{method} grpc",
                        "/{service}/Check grpc:Check")
                .anyMatch(match -> match.startsWith("/shop.v1.") && match.endsWith(" grpc"));
    }

    private static RouteTable<String> table(TestRoute... routes) {
        return RouteTables.compile(entries(routes), List.of("web"), new ArrayList<>()).of("web");
    }

    private static List<Problem> problems(TestRoute... routes) {
        List<Problem> problems = new ArrayList<>();
        RouteTables.compile(entries(routes), List.of("web"), problems);
        return problems;
    }

    private static @Nullable String chosen(RouteTable<String> table, String request) {
        RouteMatch<String> match = table.match(request(request), address("10.0.0.1"));
        return match == null ? null : match.route();
    }
}
