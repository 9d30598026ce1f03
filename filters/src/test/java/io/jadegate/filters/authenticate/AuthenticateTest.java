package io.jadegate.filters.authenticate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.api.config.ForwardConfig;
import io.jadegate.api.config.Secret;
import io.jadegate.api.config.UserConfig;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.identity.Answer;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry.Distribution;
import io.jadegate.api.plane.Telemetry.Readings;
import io.jadegate.filters.FakeExchange;
import io.jadegate.filters.authenticate.AuthenticateSettings.Way;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticateTest {
    private static final AuthenticateSettings BASIC =
            new AuthenticateSettings(List.of(Way.BASIC), /* optional= */ false);
    private static final AuthenticateSettings OPTIONAL =
            new AuthenticateSettings(List.of(Way.BASIC), /* optional= */ true);

    private final Authentication authentication = new Authentication();
    private final FilterContext context =
            new FilterContext(
                    FakeExchange.configOf(
                            Map.of(
                                    "alice",
                                    new UserConfig(
                                            new Secret(
                                                    "test",
                                                    "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ"
                                                            + "$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc")))));

    @Test
    void challengesWhoeverDoesNotSayWhoTheyAre() throws Exception {
        LocalResponse response = refusal(run(route(BASIC), request()));

        assertThat(response.status()).isEqualTo(401);
        assertThat(response.reason()).isEqualTo(Reason.AUTHENTICATION_MISSING);
        assertThat(response.fields())
                .containsExactly(
                        new LocalResponse.Field(
                                FieldName.WWW_AUTHENTICATE,
                                "Basic realm=\"restricted\", charset=\"UTF-8\""));
        assertThat(count("origin", "AUTHENTICATION_MISSING")).isEqualTo(1);
    }

    @Test
    void letsAUserPassWithoutTheCredentials() throws Exception {
        FakeExchange exchange = request().header("Authorization", basic("alice:password"));

        assertThat(run(route(BASIC), exchange)).isEqualTo(Decision.proceed());

        assertThat(exchange.get(RequestValues.USER)).isEqualTo("alice");
        assertThat(exchange.request().fields().contains(FieldName.AUTHORIZATION)).isFalse();
        assertThat(count("origin", "verified")).isEqualTo(1);
    }

    @Test
    void knowsTheUserAtOnceTheNextTimeAlsoInExplain() throws Exception {
        HttpFilter filter = route(BASIC);
        run(filter, request().header("Authorization", basic("alice:password")));

        FakeExchange again = request().header("authorization", "bAsIc   YWxpY2U6cGFzc3dvcmQ=");
        assertThat(filter.decide(again)).isEqualTo(Decision.proceed());
        assertThat(again.get(RequestValues.USER)).isEqualTo("alice");
    }

    @Test
    void namesNobodyBeforeThePasswordHasBeenChecked() throws Exception {
        FakeExchange exchange = request().header("Authorization", basic("alice:password"));

        assertThat(route(BASIC).decide(exchange)).isInstanceOf(Decision.Await.class);

        assertThat(exchange.get(RequestValues.USER)).isNull();
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        FakeExchange exchange = request().header("Authorization", basic("alice:passwort"));

        LocalResponse response = refusal(run(route(BASIC), exchange));

        assertThat(response.status()).isEqualTo(401);
        assertThat(response.reason()).isEqualTo(Reason.AUTHENTICATION_FAILED);
        assertThat(response.fields()).hasSize(1);
        assertThat(exchange.get(RequestValues.USER)).isNull();
        assertThat(count("origin", "AUTHENTICATION_FAILED")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic ",
                "Basic !!!!",
                "Basic YWxpY2U",
                "Basic YWxpY2U6cGFzc3dvcmQ= x",
                "Basic YWxpY2U=",
                "Basic YWxpY2U6cGFzcwB3b3Jk",
                "YWxpY2U6cGFzc3dvcmQ=",
                "Bearer ",
                "Bearer YWxpY2U6cGFzc3dvcmQ=",
                "Digest username=alice",
                "Basicx YWxpY2U6cGFzc3dvcmQ="
            })
    void refusesWhatItCannotRead(String field) throws Exception {
        FakeExchange exchange = request().header("Authorization", field);

        assertThat(refusal(run(route(BASIC), exchange)).reason())
                .isEqualTo(Reason.AUTHENTICATION_FAILED);
    }

    @Test
    void refusesTwoOfThem() throws Exception {
        FakeExchange exchange =
                request()
                        .header("Authorization", basic("alice:password"))
                        .header("Authorization", basic("alice:password"));

        assertThat(refusal(run(route(BASIC), exchange)).reason())
                .isEqualTo(Reason.AUTHENTICATION_FAILED);
    }

    @Test
    void tellsWhoeverGuessesTooOftenWhenToComeBack() throws Exception {
        HttpFilter filter = route(BASIC);
        for (int i = 0; i < 10; i++) {
            run(filter, request().header("Authorization", basic("alice:guess" + i)));
        }

        LocalResponse response =
                refusal(run(filter, request().header("Authorization", basic("alice:password"))));

        assertThat(response.status()).isEqualTo(429);
        assertThat(response.reason()).isEqualTo(Reason.AUTHENTICATION_RATE);
        assertThat(response.fields()).hasSize(1);
        assertThat(response.fields().getFirst().name()).isEqualTo(FieldName.RETRY_AFTER);
        assertThat(Integer.parseInt(response.fields().getFirst().value())).isBetween(1, 6);
    }

    @Test
    void letsAnybodyPassWhereItIsOptionalButNobodyWhoIsWrong() throws Exception {
        HttpFilter filter = route(OPTIONAL);

        assertThat(run(filter, request())).isEqualTo(Decision.proceed());
        assertThat(count("origin", "anonymous")).isEqualTo(1);

        FakeExchange bearer = request().header("Authorization", "Bearer abc");
        assertThat(run(filter, bearer)).isEqualTo(Decision.proceed());
        assertThat(bearer.edited()).isFalse();

        FakeExchange wrong = request().header("Authorization", basic("alice:x"));
        assertThat(refusal(run(filter, wrong)).status()).isEqualTo(401);
    }

    @Test
    void aForwardProxyAsksInItsOwnWords() throws Exception {
        var settings = FakeExchange.forwardBy(ForwardConfig.Authentication.BASIC);
        HttpFilter filter =
                new ForwardAuthenticateProvider(authentication).create(settings, context);

        LocalResponse response =
                refusal(run(filter, request().header("Authorization", basic("alice:password"))));
        assertThat(response.status()).isEqualTo(407);
        assertThat(response.reason().status()).isEqualTo(407);
        assertThat(response.fields())
                .containsExactly(
                        new LocalResponse.Field(
                                FieldName.PROXY_AUTHENTICATE,
                                "Basic realm=\"proxy\", charset=\"UTF-8\""));

        FakeExchange exchange = request().header("Proxy-Authorization", basic("alice:password"));
        assertThat(run(filter, exchange)).isEqualTo(Decision.proceed());
        assertThat(exchange.get(RequestValues.USER)).isEqualTo("alice");
        assertThat(exchange.request().fields().contains(FieldName.PROXY_AUTHORIZATION)).isFalse();
        assertThat(count("proxy", "verified")).isEqualTo(1);
    }

    @Test
    void aForwardProxyCountsThoseWhoSendNoRequestsAlike() {
        var proxy = new ForwardAuthenticateProvider(authentication);

        proxy.concluded(new Answer.Principal("alice", "mark"));
        proxy.concluded(new Answer.Refused(Reason.AUTHENTICATION_RATE, 6));

        assertThat(count("proxy", "verified")).isEqualTo(1);
        assertThat(count("proxy", "AUTHENTICATION_RATE")).isEqualTo(1);
        assertThat(count("origin", "verified")).isZero();
    }

    @Test
    void asksNobodyAgainWhoIsStillKnown() throws Exception {
        HttpFilter filter = new AuthenticateProvider(authentication).create(BASIC, context);
        FakeExchange exchange = request().header("Authorization", basic("alice:password"));
        assertThat(run(filter, exchange)).isEqualTo(Decision.proceed());
        var alice = Objects.requireNonNull(exchange.get(Answer.Principal.KEY));

        FakeExchange again = request();
        again.put(Answer.Principal.KEY, alice);
        assertThat(filter.decide(again)).isEqualTo(Decision.proceed());
        assertThat(again.get(RequestValues.USER)).isEqualTo("alice");

        FakeExchange changed = request();
        changed.put(Answer.Principal.KEY, new Answer.Principal("alice", "another"));
        assertThat(refusal(filter.decide(changed)).reason().code())
                .isEqualTo(Reason.AUTHENTICATION_FAILED.code());
    }

    @Test
    void aForwardProxyThatAsksForNothingLetsAllPass() throws Exception {
        var settings = FakeExchange.forwardBy();

        HttpFilter filter =
                new ForwardAuthenticateProvider(authentication).create(settings, context);

        assertThat(run(filter, request())).isEqualTo(Decision.proceed());
    }

    @Test
    void isMadeAnewWhenUsersChangeAndOnlyThen() {
        var provider = new AuthenticateProvider(authentication);
        var others = new FilterContext(FakeExchange.configOf(Map.of()));

        assertThat(provider.ingredients(BASIC, context))
                .isEqualTo(provider.ingredients(BASIC, context))
                .isNotEqualTo(provider.ingredients(BASIC, others))
                .isNotEqualTo(provider.ingredients(OPTIONAL, context));
    }

    @Test
    void isNotMadeWhereItWouldLetNobodyIn() {
        var nobody = new FilterContext(FakeExchange.configOf(Map.of()));
        var provider = new AuthenticateProvider(authentication);

        assertThatThrownBy(() -> provider.create(BASIC, nobody))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("there are no users");
        assertThatThrownBy(() ->
                        provider.create(
                                new AuthenticateSettings(List.of(), /* optional= */ false),
                                context))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("names no way in");
    }

    private HttpFilter route(AuthenticateSettings settings) throws SettingsException {
        return new AuthenticateProvider(authentication).create(settings, context);
    }

    private static FakeExchange request() {
        return FakeExchange.request("GET", "/");
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
    }

    /// As the data path does: decides, waits, commits.
    private static Decision run(HttpFilter filter, FakeExchange exchange) throws Exception {
        Decision decision = filter.decide(exchange);
        if (decision instanceof Decision.Await(String _, Decision.Work work)) {
            var outcome = new CompletableFuture<Decision>();
            work.start(outcome::complete);
            decision = outcome.get(30, TimeUnit.SECONDS);
        }
        filter.commit(exchange, decision);
        return decision;
    }

    private static LocalResponse refusal(Decision decision) {
        assertThat(decision).isInstanceOf(Decision.Respond.class);
        return ((Decision.Respond) decision).response();
    }

    private double count(String face, String result) {
        Map<List<String>, Double> values = new HashMap<>();
        authentication.report(
                new Readings() {
                    @Override
                    public void value(Metric metric, double value, String... labels) {
                        if (metric.name().equals("jadegate_authentications")) {
                            values.put(List.of(labels), value);
                        }
                    }

                    @Override
                    public void distribution(
                            Metric metric, Distribution distribution, String... labels) {
                        throw new AssertionError(metric.name());
                    }
                });
        return Objects.requireNonNull(values.get(List.of(face, result)));
    }
}
