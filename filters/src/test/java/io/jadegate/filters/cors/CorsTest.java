package io.jadegate.filters.cors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jadegate.api.config.CorsConfig;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.filters.FakeExchange;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorsTest {
    private static final String SHOP = "https://shop.example.com";

    private final CorsConfig shop =
            new CorsConfig(
                    List.of(SHOP),
                    List.of("GET", "PUT"),
                    List.of("content-type"),
                    List.of("x-total"),
                    true,
                    Duration.ofMinutes(10));

    @Test
    void answersAPreflight() throws Exception {
        assertThat(preflight(shop, SHOP))
                .isEqualTo(
                        """
                        access-control-allow-origin: https://shop.example.com
                        access-control-allow-credentials: true
                        access-control-allow-methods: GET, PUT
                        access-control-allow-headers: content-type
                        access-control-max-age: 600
                        vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\
                        """);
    }

    @Test
    void permitsNothingToAnotherOrigin() throws Exception {
        assertThat(preflight(shop, "https://evil.example"))
                .isEqualTo(
                        "vary: Origin, Access-Control-Request-Method,"
                                + " Access-Control-Request-Headers");
    }

    @Test
    void passesOnWhatIsNoPreflight() throws Exception {
        assertThat(filter(shop).decide(request("OPTIONS", SHOP))).isEqualTo(Decision.proceed());
        assertThat(filter(shop).decide(request("GET", SHOP))).isEqualTo(Decision.proceed());
        assertThat(
                        filter(shop)
                                .decide(
                                        FakeExchange.request("OPTIONS", "/")
                                                .header("Access-Control-Request-Method", "PUT")))
                .isEqualTo(Decision.proceed());
    }

    @Test
    void leavesTheAnswerToAPreflightAsItIs() throws Exception {
        var exchange = request("OPTIONS", SHOP).header("Access-Control-Request-Method", "PUT");
        var head = new ResponseHead();
        head.fields().add(FieldName.of("Access-Control-Allow-Methods"), "GET");

        filter(shop).response(exchange, head);

        assertThat(head.fields()).hasToString("Access-Control-Allow-Methods: GET\n");
    }

    @Test
    void letsAnAllowedOriginReadAResponse() throws Exception {
        assertThat(response(shop, SHOP, new ResponseHead()))
                .isEqualTo(
                        """
                        Vary: Origin
                        Access-Control-Allow-Origin: https://shop.example.com
                        Access-Control-Allow-Credentials: true
                        Access-Control-Expose-Headers: x-total
                        """);
    }

    @Test
    void tellsCachesThatTheOriginMattersAlsoWhereThereIsNone() throws Exception {
        var head = new ResponseHead();
        filter(shop).response(FakeExchange.request("GET", "/"), head);

        assertThat(head.fields()).hasToString("Vary: Origin\n");
    }

    @Test
    void replacesWhatTheUpstreamSaid() throws Exception {
        var head = new ResponseHead();
        head.fields().add(FieldName.of("Access-Control-Allow-Origin"), "*");
        head.fields().add(FieldName.of("access-control-allow-credentials"), "true");
        head.fields().add(FieldName.of("Access-Control-Expose-Headers"), "*");
        head.fields().add(FieldName.VARY, "accept-encoding, origin");

        assertThat(response(shop, "https://evil.example", head))
                .isEqualTo("Vary: accept-encoding, origin\n");
    }

    @Test
    void addsToVaryButNotToVaryByEverything() throws Exception {
        var encoding = new ResponseHead();
        encoding.fields().add(FieldName.VARY, "Accept-Encoding");
        var everything = new ResponseHead();
        everything.fields().add(FieldName.VARY, "*");

        assertThat(response(shop, "https://evil.example", encoding))
                .isEqualTo("Vary: Accept-Encoding\nVary: Origin\n");
        assertThat(response(shop, "https://evil.example", everything)).isEqualTo("Vary: *\n");
    }

    @Test
    void saysTheSameToEverybodyWhenAnyOriginMayCall() throws Exception {
        assertThat(response(origins("*"), "https://any.example", new ResponseHead()))
                .isEqualTo("Access-Control-Allow-Origin: *\n");
        var head = new ResponseHead();
        filter(origins("*")).response(FakeExchange.request("GET", "/"), head);
        assertThat(head.fields()).hasToString("Access-Control-Allow-Origin: *\n");
        assertThat(preflight(origins("*"), "null")).startsWith("access-control-allow-origin: *");
    }

    @Test
    void leavesAHandshakeAlone() throws Exception {
        var head = new ResponseHead();
        head.status(101);

        assertThat(response(shop, SHOP, head)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://a.example.com",
                "https://a.b.example.com",
                "https://a-1.example.com",
                "https://exact.example:8443",
                "https://port.example",
                "null"
            })
    void knowsOriginsByNameAndPattern(String origin) throws Exception {
        assertThat(isAllowed(origin)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.com",
                "https://.example.com",
                "https://..example.com",
                "https://a..example.com",
                "http://a.example.com",
                "https://a.example.com:8443",
                "https://a.example.com.evil.org",
                "https://evil.org/.example.com",
                "https://evil.org:80.example.com",
                "https://evil.org#.example.com",
                "https://user@x.example.com",
                "https://evilexample.com",
                "https://exact.example",
                "https://exact.example:8443/",
                "NULL",
                "",
                "https://a.example.com https://b.example.com"
            })
    void refusesOriginsThatOnlyLookAlike(String origin) throws Exception {
        assertThat(isAllowed(origin)).isFalse();
    }

    @Test
    void refusesTheNullOriginUnlessItIsListed() throws Exception {
        assertThat(response(shop, "null", new ResponseHead())).isEqualTo("Vary: Origin\n");
    }

    @Test
    void refusesARequestThatNamesTwoOrigins() throws Exception {
        var head = new ResponseHead();
        filter(shop).response(request("GET", SHOP).header("Origin", SHOP), head);

        assertThat(head.fields()).hasToString("Vary: Origin\n");
    }

    @Test
    void refusesEverybodyTogetherWithCredentials() {
        var any = List.of("*");
        var none = List.<String>of();
        var one = List.of(SHOP);

        assertThat(problem(new CorsConfig(any, none, none, none, true, null)))
                .hasMessage("\"*\" cannot go with credentials")
                .extracting(SettingsException::key)
                .isEqualTo("origins[0]");
        assertThat(
                        problem(new CorsConfig(List.of(SHOP, "null"), none, none, none, true, null))
                                .key())
                .isEqualTo("origins[1]");
        assertThat(problem(new CorsConfig(one, any, none, none, true, null)).key())
                .isEqualTo("methods[0]");
        assertThat(problem(new CorsConfig(one, none, any, none, true, null)).key())
                .isEqualTo("headers[0]");
        assertThat(problem(new CorsConfig(one, none, none, any, true, null)).key())
                .isEqualTo("expose[0]");
        assertThat(problem(new CorsConfig(none, none, none, none, false, null)).key())
                .isEqualTo("origins");
    }

    private static boolean isAllowed(String origin) throws SettingsException {
        var config =
                origins(
                        "https://*.example.com",
                        "https://exact.example:8443",
                        "https://Port.example:443",
                        "null");
        return response(config, origin, new ResponseHead()).contains("Allow-Origin");
    }

    private static CorsConfig origins(String... origins) {
        return new CorsConfig(List.of(origins), List.of("GET"), List.of(), List.of(), false, null);
    }

    private static FakeExchange request(String method, String origin) {
        return FakeExchange.request(method, "/").header("Origin", origin);
    }

    private static String preflight(CorsConfig config, String origin) throws SettingsException {
        var exchange = request("OPTIONS", origin).header("Access-Control-Request-Method", "PUT");
        LocalResponse response = ((Decision.Respond) filter(config).decide(exchange)).response();
        assertThat(response.status()).isEqualTo(204);
        assertThat(response.reason()).isEqualTo(Reason.CORS_PREFLIGHT);
        return response.fields().stream()
                .map(field -> field.name() + ": " + field.value())
                .collect(Collectors.joining("\n"));
    }

    private static String response(CorsConfig config, String origin, ResponseHead head)
            throws SettingsException {
        filter(config).response(request("GET", origin), head);
        return head.fields().toString();
    }

    private static HttpFilter filter(CorsConfig config) throws SettingsException {
        return new CorsProvider().create(config, FakeExchange.context(Map.of()));
    }

    private static SettingsException problem(CorsConfig config) {
        return catchThrowableOfType(SettingsException.class, () -> filter(config));
    }
}
