package io.jadegate.proxy.route;

import static io.jadegate.proxy.route.TestRequest.address;
import static io.jadegate.proxy.route.TestRequest.request;
import static io.jadegate.proxy.route.TestRoute.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.ValueMatchConfig;
import io.jadegate.api.config.ValueMatchConfig.Not;
import io.jadegate.api.config.ValueMatchConfig.Prefix;
import io.jadegate.api.config.ValueMatchConfig.Present;
import io.jadegate.api.config.ValueMatchConfig.Regex;
import io.jadegate.api.config.ValueMatchConfig.Suffix;
import io.jadegate.api.config.ValueMatchConfig.Values;
import io.jadegate.api.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MatchBlockTest {

    static List<Arguments> matchers() {
        return List.of(
                Arguments.of(new Values(List.of("ab")), "ab", true),
                Arguments.of(new Values(List.of("ab")), "AB", false),
                Arguments.of(new Values(List.of("ab")), "abc", false),
                Arguments.of(new Values(List.of("x", "ab", "b")), "ab", true),
                Arguments.of(new Values(List.of()), "ab", false),
                Arguments.of(new Prefix("ab"), "abc", true),
                Arguments.of(new Prefix("ab"), "a", false),
                Arguments.of(new Suffix("bc"), "abc", true),
                Arguments.of(new Suffix("bc"), "c", false),
                Arguments.of(new Regex("a+b?"), "aab", true),
                Arguments.of(new Regex("a+b?"), "aabc", false),
                Arguments.of(new Present(true), "", true),
                Arguments.of(new Present(false), "", false),
                Arguments.of(new Not(new Values(List.of("a"))), "b", true),
                Arguments.of(new Not(new Values(List.of("a"))), "a", false),
                Arguments.of(new Not(new Present(true)), "a", false),
                Arguments.of(new Not(new Not(new Values(List.of("a")))), "a", true));
    }

    @ParameterizedTest
    @MethodSource("matchers")
    void asksAValue(ValueMatchConfig matcher, String value, boolean holds) {
        assertThat(matches(route("r").header("x", matcher), request("h/", "x: " + value)))
                .isEqualTo(holds);
        assertThat(matches(route("r").query("x", matcher), request("h/?x=" + value)))
                .isEqualTo(holds);
        assertThat(matches(route("r").cookie("x", matcher), request("h/", "cookie: x=" + value)))
                .isEqualTo(holds);
    }

    @Test
    void asksForAnyOfSeveralValues() {
        Values two = new Values(List.of("2"));
        assertThat(matches(route("r").header("X", two), request("h/", "x: 1", "X: 2"))).isTrue();
        assertThat(matches(route("r").header("x", two), request("h/", "x: 1, 2"))).isFalse();
        assertThat(matches(route("r").query("x", two), request("h/?x=1&x=2"))).isTrue();
        assertThat(matches(route("r").cookie("x", two), request("h/", "cookie: x=1; x=2")))
                .isTrue();
        assertThat(
                        matches(
                                route("r").cookie("x", two),
                                request("h/", "cookie: x=1", "cookie: y=3;x=2 ; z=1")))
                .isTrue();
    }

    @Test
    void takesANegatedMatcherForAllValues() {
        Not notTwo = new Not(new Values(List.of("2")));
        assertThat(matches(route("r").header("x", notTwo), request("h/"))).isTrue();
        assertThat(matches(route("r").header("x", notTwo), request("h/", "x: 1"))).isTrue();
        assertThat(matches(route("r").header("x", notTwo), request("h/", "x: 1", "x: 2")))
                .isFalse();
        assertThat(matches(route("r").query("x", new Present(false)), request("h/?y=1"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "x, x=1, 1, true",
        "x, x, '', true",
        "x, x=, '', true",
        "x, y&x&z, '', true",
        "x, x=%31, 1, true",
        "x, %78=1, 1, true",
        "x, X=1, 1, false",
        "x, x=a%20b, a b, true",
        "x, x=a+b, a+b, true",
        "x, x=a+b, a b, false",
        "x, x=%C3%A9, é, true",
        "x, x=%c3%a9, é, true",
        "x, x=%zz, %zz, true",
        "x, x=%4, %4, true",
        "x, x=a=b, a=b, true",
        "é, %C3%A9=1, 1, true",
        "x, xx=1, 1, false",
        "xx, x=1, 1, false",
        "x, &&x=1, 1, true",
        "x, '', '', false",
    })
    void readsQueryParameters(String name, String query, String value, boolean holds) {
        assertThat(
                        matches(
                                route("r").query(name, new Values(List.of(value))),
                                TestRequest.head("GET", "h", "/", query)))
                .isEqualTo(holds);
    }

    @Test
    void matchesNoParameterWithoutQuery() {
        assertThat(matches(route("r").query("x", new Present(true)), request("h/"))).isFalse();
    }

    @Test
    void comparesHeadersAsUtf8() {
        RequestHead head = request("h/", "x: Ã©");
        assertThat(matches(route("r").header("x", new Values(List.of("é"))), head)).isTrue();
        assertThat(matches(route("r").header("x", new Regex("é")), head)).isTrue();
    }

    @Test
    void findsAValueAmongMany() {
        List<String> many = IntStream.range(0, 1000).mapToObj(i -> "v" + i).toList();
        TestRoute route = route("r").header("x", new Values(many));
        assertThat(matches(route, request("h/", "x: v512"))).isTrue();
        assertThat(matches(route, request("h/", "x: v1000"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.1.2.3, true",
        "10.0.0.0/8, 11.1.2.3, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "2001:db8::/32, 2001:db8::1, true",
        "2001:db8::/32, 10.1.2.3, false",
    })
    void asksForTheClientsNetwork(String network, String client, boolean holds) {
        assertThat(block(route("r").source(network)).matches(request("h/"), address(client), "web"))
                .isEqualTo(holds);
    }

    @Test
    void asksForListenerHostAndPathToo() {
        MatchBlock block =
                block(route("r").listener("web").like("a.com *.b.com =/a /{x}/b ~/v[0-9] GET"));
        assertThat(block.matches(request("x.b.com./y/b"), address("::1"), "web")).isTrue();
        assertThat(block.matches(request("a.com/v1"), address("::1"), "web")).isTrue();
        assertThat(block.matches(request("a.com/a"), address("::1"), "secure")).isFalse();
        assertThat(block.matches(request("b.com/a"), address("::1"), "web")).isFalse();
        assertThat(block.matches(request("a.com/b"), address("::1"), "web")).isFalse();
        assertThat(block.matches(request("POST a.com/a"), address("::1"), "web")).isFalse();
    }

    @Test
    void takesEveryRequestWhenNothingIsAsked() {
        MatchBlock block = MatchBlock.compile(MatchConfig.ANY, "when", new ArrayList<>());
        assertThat(block.matches(request("h/"), address("::1"), "web")).isTrue();
    }

    @Test
    void tellsProblemsWhereTheyStand() {
        List<Problem> problems = new ArrayList<>();
        MatchBlock.compile(
                route("r").like("~/(").query("q", new Not(new Regex("("))).match(),
                "routes.r.filters[0].when",
                problems);
        assertThat(problems)
                .extracting(Problem::path)
                .containsExactly(
                        "routes.r.filters[0].when.path", "routes.r.filters[0].when.query.q");
    }

    private static MatchBlock block(TestRoute route) {
        List<Problem> problems = new ArrayList<>();
        MatchBlock block = MatchBlock.compile(route.match(), "when", problems);
        assertThat(problems).isEmpty();
        return block;
    }

    private static boolean matches(TestRoute route, RequestHead head) {
        return block(route).matches(head, address("127.0.0.1"), "web");
    }
}
