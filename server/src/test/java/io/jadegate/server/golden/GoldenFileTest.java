package io.jadegate.server.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.Explanation.Verdict;
import io.jadegate.server.golden.Expectation.Subject;
import io.jadegate.server.golden.GoldenFile.GoldenRequest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GoldenFileTest {

    @Test
    void readsRequestsWithTheirExpectations() {
        GoldenFile file =
                GoldenFile.parse(
                        "golden.http",
                        """
                        # all about the shop

                        ### an order reaches its upstream
                        # @from 203.0.113.7
                        # @listener web
                        # @expect route orders
                        # @expect header x-env: prod
                        GET http://shop.example.com/orders/7?v=1 HTTP/1.1
                        X-Canary: true

                        # this is body already
                        ###
                        DELETE http://shop.example.com
                        """);

        assertThat(file.problems()).isEmpty();
        assertThat(file.requests()).hasSize(2);
        GoldenRequest order = file.requests().getFirst();
        assertThat(order.name()).isEqualTo("an order reaches its upstream");
        assertThat(order.position()).isEqualTo(new Position("golden.http", 8, 1));
        assertThat(order.request().listener()).isEqualTo("web");
        assertThat(order.request().from()).isEqualTo(InetAddress.ofLiteral("203.0.113.7"));
        assertThat(new String(order.request().head(), StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "GET /orders/7?v=1 HTTP/1.1",
                        "Host: shop.example.com",
                        "X-Canary: true",
                        "");
        assertThat(order.expectations())
                .containsExactly(
                        new Expectation(Subject.ROUTE, "orders"),
                        new Expectation(Subject.HEADER, "x-env: prod"));
        assertThat(file.requests().getLast().name()).isEqualTo("DELETE http://shop.example.com");
        assertThat(file.requests().getLast().expectations()).isEmpty();
    }

    @Test
    void reportsEveryProblemWithItsLine() {
        GoldenFile file =
                GoldenFile.parse(
                        "golden.http",
                        """
                        ### one
                        # @expect rout orders
                        # @expect status
                        orders

                        ### two
                        # @from localhost
                        GET http://shop.example.com

                        ### three
                        # @expect route orders
                        """);

        assertThat(file.requests()).isEmpty();
        assertThat(file.problems())
                .extracting(Problem::toString)
                .containsExactly(
                        "golden.http:2:1: \"rout\" cannot be expected; what can is route, verdict,"
                                + " status, reason, upstream, location, target, header",
                        "golden.http:3:1: nothing is said about the expected status",
                        "golden.http:4:1: \"orders\" is not a request line; did you mean"
                                + " \"METHOD URL\"?",
                        "golden.http:8:1: from: no IP address: \"localhost\"",
                        "golden.http:11:1: expectations without a request");
    }

    @Test
    void tellsWhatDiffersFromAnExpectation() {
        var forwarded = explanation("orders", "GET /7 HTTP/1.1\r\nhost: a\r\nx-env: test\r\n\r\n");

        assertThat(difference(Subject.ROUTE, "orders", forwarded)).isNull();
        assertThat(difference(Subject.ROUTE, "search", forwarded)).isEqualTo("route is orders");
        assertThat(difference(Subject.VERDICT, "forwarded", forwarded)).isNull();
        assertThat(difference(Subject.STATUS, "200", forwarded)).isEqualTo("status is none");
        assertThat(difference(Subject.TARGET, "/7", forwarded)).isNull();
        assertThat(difference(Subject.HEADER, "X-Env:test", forwarded)).isNull();
        assertThat(difference(Subject.HEADER, "x-env: prod", forwarded))
                .isEqualTo("header is x-env: test");
        assertThat(difference(Subject.HEADER, "x-tag: 1", forwarded))
                .isEqualTo("header x-tag is not forwarded");
        assertThat(difference(Subject.HEADER, "!x-tag", forwarded)).isNull();
        assertThat(difference(Subject.HEADER, "!x-env", forwarded))
                .isEqualTo("header is x-env: test");
        assertThat(difference(Subject.HEADER, "!x-env", explanation(null, null)))
                .isEqualTo("nothing is forwarded");
    }

    private static @Nullable String difference(Subject subject, String expected, Explanation of) {
        return new Expectation(subject, expected).difference(of);
    }

    private static Explanation explanation(@Nullable String route, @Nullable String forwarded) {
        return new Explanation(
                "web",
                route,
                List.of(),
                Verdict.FORWARDED,
                0,
                null,
                null,
                null,
                "orders",
                List.of(),
                forwarded);
    }
}
