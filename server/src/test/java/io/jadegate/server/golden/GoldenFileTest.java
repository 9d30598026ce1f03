package io.jadegate.server.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Position;
import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.Explanation.Verdict;
import io.jadegate.server.golden.Expectation.Subject;
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
                        DELETE shop.example.com
                        """);

        assertThat(file.problems()).isEmpty();
        assertThat(file.requests())
                .containsExactly(
                        new GoldenFile.GoldenRequest(
                                "an order reaches its upstream",
                                new Position("golden.http", 8, 1),
                                new RequestText(
                                        "GET",
                                        "http://shop.example.com/orders/7?v=1",
                                        List.of("X-Canary: true"),
                                        InetAddress.ofLiteral("203.0.113.7"),
                                        "web"),
                                List.of(
                                        new Expectation(Subject.ROUTE, "orders"),
                                        new Expectation(Subject.HEADER, "x-env: prod"))),
                        new GoldenFile.GoldenRequest(
                                "DELETE shop.example.com",
                                new Position("golden.http", 13, 1),
                                new RequestText(
                                        "DELETE",
                                        "shop.example.com",
                                        List.of(),
                                        InetAddress.getLoopbackAddress(),
                                        null),
                                List.of()));
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
                        # @from localhost
                        orders

                        ### two
                        # @expect route orders
                        """);

        assertThat(file.requests()).isEmpty();
        assertThat(file.problems())
                .extracting(Problem::toString)
                .containsExactly(
                        "golden.http:2:1: \"rout\" cannot be expected; what can is route, verdict,"
                                + " status, reason, upstream, location, target, header",
                        "golden.http:3:1: nothing is said about the expected status",
                        "golden.http:4:1: \"localhost\" is not an IP address",
                        "golden.http:5:1: \"orders\" is not a request line; did you mean"
                                + " \"METHOD URL\"?",
                        "golden.http:8:1: expectations without a request");
    }

    @Test
    void writesTheHeadAsTheUrlSays() {
        assertThat(headOf("HTTP://shop.example.com:8080/a/../b?c#d"))
                .isEqualTo("GET /a/../b?c#d HTTP/1.1\r\nHost: shop.example.com:8080\r\n\r\n");
        assertThat(headOf("shop.example.com")).startsWith("GET / HTTP/1.1\r\nHost: shop");
        assertThat(headOf("[::1]:80?q")).isEqualTo("GET /?q HTTP/1.1\r\nHost: [::1]:80\r\n\r\n");
        assertThat(headOf("a", "host: b")).isEqualTo("GET / HTTP/1.1\r\nhost: b\r\n\r\n");
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

    private static String headOf(String url, String... fields) {
        var request =
                new RequestText(
                        "GET", url, List.of(fields), InetAddress.getLoopbackAddress(), null);
        return new String(request.toExplain().head(), StandardCharsets.UTF_8);
    }
}
