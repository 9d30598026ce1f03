package io.jadegate.filters.headers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.filters.FakeExchange;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {
    private final FakeExchange exchange =
            FakeExchange.request("GET", "/orders?id=7")
                    .header("X-Debug", "1")
                    .header("x-old", "value")
                    .header("X-Internal-User", "root")
                    .header("x-internal-role", "admin")
                    .header("Content-Length", "0")
                    .header("Accept", "a");

    @Test
    void removesThenSetsThenAdds() throws Exception {
        decide(
                new HeaderSettings(
                        Map.of("accept", "b", "x-debug", "set"),
                        Map.of("accept", "c", "x-debug", "added"),
                        List.of("x-debug")));

        assertThat(values("accept")).containsExactly("b", "c");
        assertThat(values("x-debug")).containsExactly("set", "added");
    }

    @Test
    void leavesWhatWasReceivedAsItWas() throws Exception {
        decide(new HeaderSettings(Map.of("accept", "b"), Map.of(), List.of("x-debug")));

        assertThat(exchange.received().fields().get(FieldName.ACCEPT)).isEqualTo("a");
        assertThat(exchange.received().fields().contains(FieldName.of("x-debug"))).isTrue();
    }

    @Test
    void takesNoCopyWhenThereIsNothingToRemove() throws Exception {
        decide(remove("x-none", "y-*"));

        assertThat(exchange.edited()).isFalse();
    }

    @Test
    void putsRequestValuesIntoFields() throws Exception {
        decide(set("x-where", "{{method}} {{uri}} by {{client.address}}"));

        assertThat(values("x-where")).containsExactly("GET /orders?id=7 by 127.0.0.1");
    }

    @Test
    void renamesAField() throws Exception {
        decide(new HeaderSettings(Map.of("x-new", "{{header.x-old}}"), Map.of(), List.of("x-old")));

        assertThat(values("x-new")).containsExactly("value");
        assertThat(values("x-old")).isEmpty();
    }

    @Test
    void leavesOutAFieldWhoseValueIsAbsent() throws Exception {
        decide(set("x-old", "{{tenant.id}}"));

        assertThat(values("x-old")).isEmpty();
    }

    @Test
    void sendsAnEmptyValueThatWasAskedFor() throws Exception {
        decide(set("x-old", ""));

        assertThat(values("x-old")).containsExactly("");
    }

    @Test
    void letsNoValueBringAnotherField() throws Exception {
        exchange.put(RequestValues.TENANT_ID, "a\r\nX-Admin: \u010a1");
        decide(set("x-tenant", "{{tenant.id}}"));

        assertThat(values("x-tenant")).containsExactly("a??X-Admin: ?1");
    }

    @Test
    void removesEveryNameThatBeginsAlikeExceptWhatFramesTheMessage() throws Exception {
        decide(remove("X-Internal-*", "content-*"));

        assertThat(values("x-internal-user")).isEmpty();
        assertThat(values("x-internal-role")).isEmpty();
        assertThat(values("content-length")).containsExactly("0");
        assertThat(values("x-debug")).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length",
                "transfer-encoding",
                "Connection",
                "Upgrade",
                "TE",
                "Trailer",
                "Keep-Alive",
                "Proxy-Connection",
                "HTTP2-Settings"
            })
    void refusesToTouchWhatFramesTheMessage(String name) {
        assertThat(problem(set(name, "1")))
                .hasMessage("\"" + name + "\" frames the message and belongs to the gateway")
                .extracting(SettingsException::key)
                .isEqualTo("set." + name);
        assertThat(problem(new HeaderSettings(Map.of(), Map.of(name, "1"), List.of())).key())
                .isEqualTo("add." + name);
        assertThat(problem(remove("x-a", name)).key()).isEqualTo("remove[1]");
    }

    @Test
    void pointsFromHostToHostHeader() {
        assertThat(problem(set("Host", "a.example")))
                .hasMessage("\"Host\" is set by host-header of the upstream");
    }

    @Test
    void refusesWhatIsNoValue() {
        assertThat(problem(set("x-a", "a\r\nx-b: c")))
                .hasMessage("must be text without line breaks or control characters");
        assertThat(problem(set("x-a", "{{heade.x}}")))
                .hasMessage("unknown value \"heade.x\" at character 1; did you mean \"header.x\"?");
        assertThat(problem(new HeaderSettings(Map.of(), Map.of(), List.of())))
                .hasMessage("edits nothing: needs set, add or remove");
    }

    @Test
    void editsResponsesByTheSameRules() throws Exception {
        var head = new ResponseHead();
        head.fields().add(FieldName.SERVER, "upstream/1.0");
        head.fields().add(FieldName.of("X-Powered-By"), "magic");
        HttpFilter filter =
                new ResponseHeadersProvider()
                        .create(
                                new HeaderSettings(
                                        Map.of("x-request", "{{request.id}}"),
                                        Map.of("set-cookie", "a=1"),
                                        List.of("server", "x-powered-by")),
                                FakeExchange.context(Map.of()));

        assertThat(filter.decide(exchange)).isEqualTo(Decision.proceed());
        filter.response(exchange, head);

        assertThat(head.fields()).hasToString("x-request: r-1\nSet-Cookie: a=1\n");
    }

    private void decide(HeaderSettings settings) throws SettingsException {
        HttpFilter filter =
                new RequestHeadersProvider().create(settings, FakeExchange.context(Map.of()));
        assertThat(filter.decide(exchange)).isEqualTo(Decision.proceed());
    }

    private List<String> values(String name) {
        return exchange.request().fields().all(FieldName.of(name));
    }

    private static HeaderSettings set(String name, String value) {
        return new HeaderSettings(Map.of(name, value), Map.of(), List.of());
    }

    private static HeaderSettings remove(String... names) {
        return new HeaderSettings(Map.of(), Map.of(), List.of(names));
    }

    private static SettingsException problem(HeaderSettings settings) {
        return catchThrowableOfType(
                SettingsException.class,
                () ->
                        new RequestHeadersProvider()
                                .create(settings, FakeExchange.context(Map.of())));
    }
}
