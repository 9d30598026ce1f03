package io.jadegate.filters.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.filters.FakeExchange;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RewritePathTest {
    @ParameterizedTest
    @CsvSource({
        "/orders/7,7,/7",
        "/orders,7,/",
        "/orders/,7,/",
        "/orders/7,8,/7",
        "/orders/7,0,/orders/7",
        "/orders/7,9,/",
        // A text prefix may end within a segment; what is left is a path all the same.
        "/orders/7,4,/ers/7",
    })
    void stripsTheMatchedPrefix(String path, int matched, String expected) throws Exception {
        var exchange = FakeExchange.request("GET", path + "?a=/../b").matched(matched);

        rewrite(strip(), exchange);

        assertThat(exchange.request().path()).isEqualTo(expected);
        assertThat(exchange.request().query()).isEqualTo("a=/../b");
        assertThat(exchange.received().path()).isEqualTo(path);
    }

    @Test
    void stripsNothingFromAPathThatWasReplacedBefore() throws Exception {
        var exchange = FakeExchange.request("GET", "/orders/7").matched(7);
        exchange.edit().path("/other/7");

        rewrite(strip(), exchange);

        assertThat(exchange.request().path()).isEqualTo("/other/7");
    }

    @Test
    void takesNoCopyWhenThePathStays() throws Exception {
        var exchange = FakeExchange.request("GET", "/orders/7");

        rewrite(strip(), exchange);
        rewrite(regex("^/none", "/x"), exchange);

        assertThat(exchange.edited()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/v2,/orders/7,/v2/orders/7",
        "/v2/,/orders/7,/v2/orders/7",
        "/{{host}},/,/shop.example.com/",
    })
    void addsAPrefix(String prefix, String path, String expected) throws Exception {
        assertThat(rewritten(addPrefix(prefix), path)).isEqualTo(expected);
    }

    @Test
    void exchangesAPrefixForAnother() throws Exception {
        var exchange = FakeExchange.request("GET", "/orders/7").matched(7);

        rewrite(new RewritePathSettings(null, null, null, null, true, "/v2"), exchange);

        assertThat(exchange.request().path()).isEqualTo("/v2/7");
    }

    @Test
    void replacesThePathByAText() throws Exception {
        assertThat(rewritten(text("/health"), "/orders?a=1")).isEqualTo("/health");
        assertThat(rewritten(text("/by/{{query.id}}"), "/orders?id=a%20b")).isEqualTo("/by/a%20b");
        assertThat(rewritten(text("/alt{{path}}"), "/orders")).isEqualTo("/alt/orders");
        assertThat(rewritten(text("{{path}}/all"), "/orders")).isEqualTo("/orders/all");
    }

    @Test
    void fillsInWhatTheRouteCaptured() throws Exception {
        var exchange =
                FakeExchange.request("GET", "/customers/7/orders")
                        .captured("id", "7%20a")
                        .captured("rest", "x/y");

        rewrite(template("/users/{id}/{rest...}"), exchange);

        assertThat(exchange.request().path()).isEqualTo("/users/7%20a/x/y");
    }

    @ParameterizedTest
    @CsvSource({
        "^/orders/([0-9]+)$,/o/$1,/orders/7,/o/7",
        "^/(?P<what>[^/]+)/(.*)$,/$2/${what},/a/b/c,/b/c/a",
        "o,0,/foo/o,/f00/0",
        "^/(x)?,/p$1,/orders,/porders",
        "^,/v2,/orders,/v2/orders",
        "^/orders,/$$,/orders/7,/$/7",
    })
    void replacesWhatAnExpressionMatches(
            String regex, String replacement, String path, String expected) throws Exception {
        assertThat(rewritten(regex(regex, replacement), path)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%2F", "%5c", "%00", "a?b", "a\"b", "a%", "{x}", "a<1>", "a`b", "a%0", "%2f.."
            })
    void refusesAPathThatHasNoCanonicalForm(String value) throws Exception {
        var exchange = FakeExchange.request("GET", "/orders?id=" + value);

        assertThat(isRefusal(filter(text("/by/{{query.id}}")).decide(exchange))).isTrue();
        assertThat(exchange.edited()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".",
                "..",
                "./x",
                "../../etc/passwd",
                "a/..",
                "a/../b",
                "%2e",
                "%2E%2e/x",
                ".%2e",
                "..;/x",
                ";/..;a=b"
            })
    void refusesDotSegmentsThatAClientBrings(String value) throws Exception {
        assertThat(refused(text("/by/{{query.id}}"), "/orders?id=" + value)).isTrue();
        assertThat(refused(text("/by/{{query.id}}/all"), "/orders?id=" + value)).isTrue();
        assertThat(refused(addPrefix("/{{query.id}}"), "/orders?id=" + value)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"...,/by/...", "..a,/by/..a", "a..,/by/a..", ".a,/by/.a", "a//b,/by/a/b"})
    void keepsDotsThatAreNoSegment(String value, String expected) throws Exception {
        assertThat(rewritten(text("/by/{{query.id}}"), "/orders?id=" + value)).isEqualTo(expected);
    }

    @Test
    void refusesDotSegmentsThatARewriteLaysBare() throws Exception {
        var strippedAndAdded = new RewritePathSettings(null, null, null, null, true, "/v2");
        for (String path : List.of("/a../b", "/a..", "/a./b")) {
            var exchange = FakeExchange.request("GET", path).matched(2);
            assertThat(isRefusal(filter(strippedAndAdded).decide(exchange))).isTrue();
        }
        assertThat(refused(regex("x", ""), "/v2/.x./b")).isTrue();
    }

    @Test
    void makesOnlyCanonicalPathsWhateverComes() throws Exception {
        var random = new Random(7);
        var filter = filter(text("/{{query.a}}/{{query.b}}"));
        String alphabet = "/.%2eEfF5cC0?abc#;:@|\\ {}";
        for (int round = 0; round < 20_000; round++) {
            var query = new StringBuilder("a=");
            for (int i = 0; i < 12; i++) {
                query.append(alphabet.charAt(random.nextInt(alphabet.length())));
                if (i == 6) {
                    query.append("&b=");
                }
            }
            var exchange = FakeExchange.request("GET", "/?x");
            exchange.received().query(query.toString());

            if (filter.decide(exchange).equals(Decision.proceed())) {
                assertThat(exchange.request().path())
                        .startsWith("/")
                        .doesNotContainPattern("[ ?#\\\\\\r\\n{}|]|//|/\\.\\.?(/|$)")
                        .doesNotContainPattern("(?i)%2f|%5c|%00|%2e");
            }
        }
    }

    @Test
    void leavesARequestAboutTheWholeServerAlone() throws Exception {
        assertThat(rewritten(text("/health"), "*")).isEqualTo("*");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x | path | must begin with \"/\": \"x\"",
                "/a b | path | \"/a b\" is no path: octet not allowed in a path at character 3",
                "/a?b | path | \"/a?b\" is no path: octet not allowed in a path at character 3",
                "/a/../b | path | must not hold \".\" or \"..\": \"/a/../b\"",
                "/{{path}}/%2e%2E | path | must not hold \".\" or \"..\": \"/{{path}}/%2e%2E\"",
                "/{{pth}} | path | unknown value \"pth\" at character 2; did you mean \"path\"?",
            })
    void saysWhatIsWrongWithAText(String path, String key, String message) {
        assertThat(problem(text(path)))
                .hasMessage(message)
                .extracting(SettingsException::key)
                .isEqualTo(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "( | x | regex | \"(\" is no RE2 expression: missing closing )",
                "((a{100}){100}){100} | x | regex | \"((a{100}){100}){100}\" is too large",
                "'' | x | regex | must not be empty",
                "a | $ | replacement | \"$\" without a group at character 1; a dollar sign is"
                        + " written \"$$\"",
                "a | ${x | replacement | \"$\" without a group at character 1; a dollar sign is"
                        + " written \"$$\"",
                "(a) | $2 | replacement | the expression has no group \"2\", only 1",
                "(a) | ${b} | replacement | the expression has no group \"b\", only 1",
                "(a) | $99999999999 | replacement | the expression has no group \"99999999999\","
                        + " only 1",
            })
    void saysWhatIsWrongWithAnExpression(
            String regex, String replacement, String key, String message) {
        assertThat(problem(regex(regex, replacement)))
                .hasMessage(message)
                .extracting(SettingsException::key)
                .isEqualTo(key);
    }

    @Test
    void takesExactlyOneWay() {
        assertThat(
                        problem(new RewritePathSettings(null, null, null, null, false, null))
                                .getMessage())
                .startsWith("rewrites nothing");
        assertThat(
                        problem(new RewritePathSettings("/a", null, null, null, true, null))
                                .getMessage())
                .startsWith("needs one of");
        assertThat(problem(new RewritePathSettings("/a", null, null, "/b", false, null)))
                .hasMessage("regex and replacement belong together")
                .extracting(SettingsException::key)
                .isEqualTo("replacement");
    }

    private static RewritePathSettings text(String path) {
        return new RewritePathSettings(path, null, null, null, false, null);
    }

    private static RewritePathSettings template(String template) {
        return new RewritePathSettings(null, template, null, null, false, null);
    }

    private static RewritePathSettings regex(String regex, String replacement) {
        return new RewritePathSettings(null, null, regex, replacement, false, null);
    }

    private static RewritePathSettings strip() {
        return new RewritePathSettings(null, null, null, null, true, null);
    }

    private static RewritePathSettings addPrefix(@Nullable String prefix) {
        return new RewritePathSettings(null, null, null, null, false, prefix);
    }

    private static HttpFilter filter(RewritePathSettings settings) throws SettingsException {
        return new RewritePathProvider().create(settings, FakeExchange.context(Map.of()));
    }

    private static void rewrite(RewritePathSettings settings, FakeExchange exchange)
            throws SettingsException {
        assertThat(filter(settings).decide(exchange)).isEqualTo(Decision.proceed());
    }

    private static String rewritten(RewritePathSettings settings, String uri)
            throws SettingsException {
        var exchange = FakeExchange.request("GET", uri);
        rewrite(settings, exchange);
        return exchange.request().path();
    }

    private static boolean refused(RewritePathSettings settings, String uri)
            throws SettingsException {
        return isRefusal(filter(settings).decide(FakeExchange.request("GET", uri)));
    }

    private static boolean isRefusal(Decision decision) {
        return decision instanceof Decision.Respond(LocalResponse response)
                && response.reason().equals(Reason.REQUEST_MALFORMED);
    }

    private static SettingsException problem(RewritePathSettings settings) {
        return catchThrowableOfType(SettingsException.class, () -> filter(settings));
    }
}
