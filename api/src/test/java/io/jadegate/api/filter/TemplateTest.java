package io.jadegate.api.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
    private final OneExchange exchange = new OneExchange();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{{method}} {{scheme}}://{{host}}{{path}} | POST http://shop.example.com/orders/7%20a",
                "{{query}} | a=1&b=%2F&a=2&my%20key=x+y&flag",
                "{{uri}}| /orders/7%20a?a=1&b=%2F&a=2&my%20key=x+y&flag",
                "[{{path.id}}][{{path.other}}] | [7%20a][]",
                "[{{query.a}}][{{query.b}}][{{query.my key}}][{{query.flag}}][{{query.no}}] | [1][%2F][x+y][][]",
                "[{{header.X-Env}}][{{header.accept}}][{{header.host}}][{{header.no}}] | [prod][a, b][Shop.example.com:8080][]",
                "[{{cookie.sid}}][{{cookie.theme}}][{{cookie.last}}][{{cookie.no}}] | [abc=][dark][1][]",
                "{{client.address}} {{request.id}} {{route}} | 2001:db8::7 r-1 orders",
                "[{{upstream}}][{{tenant.id}}] | [][]",
                "{{  method  }} | POST",
                "{{{{method}} | {{method}}",
                "{\"m\":{{{method}}}} | {\"m\":{POST}}",
                "a}}b { {c | a}}b { {c",
            })
    void rendersValuesOfTheRequest(String text, String expected) throws Exception {
        assertThat(Template.parse(text).renderText(exchange)).isEqualTo(expected);
    }

    @Test
    void tellsTheReceivedRequestFromTheEditedOne() throws Exception {
        exchange.request.path("/edited");

        assertThat(Template.parse("{{path}}").renderText(exchange)).isEqualTo("/edited");
        assertThat(Template.parse("{{path}}", RequestValues.received()).renderText(exchange))
                .isEqualTo("/orders/7%20a");
    }

    @Test
    void knowsTheTenantOnceAFilterHasNamedIt() throws Exception {
        exchange.tenant = "mobile";

        assertThat(Template.parse("{{tenant.id}}").renderText(exchange)).isEqualTo("mobile");
    }

    @Test
    void givesTheSameArrayEveryTimeWhenThereAreNoValues() throws Exception {
        var template = Template.parse("pong");

        assertThat(template.isLiteral()).isTrue();
        assertThat(template.render(exchange)).isSameAs(template.render(exchange));
        assertThat(Template.parse("").render(exchange)).isEmpty();
        assertThat(Template.parse("{{path}}").isLiteral()).isFalse();
    }

    @Test
    void writesItsOwnTextInUtf8() throws Exception {
        assertThat(Template.parse("你好 {{method}}").render(exchange))
                .isEqualTo("你好 POST".getBytes(UTF_8));
    }

    @Test
    void letsNoValueEndALine() throws Exception {
        // U+010A would become a line feed if its upper octet were dropped.
        exchange.tenant = "a\r\nSet-Cookie: x\u010a";

        assertThat(Template.parse("{{tenant.id}}").renderText(exchange))
                .isEqualTo("a??Set-Cookie: x?");
    }

    @Test
    void survivesLongValues() throws Exception {
        exchange.request.path("/" + "x".repeat(10_000));

        assertThat(Template.parse("{{path}}{{path}}").render(exchange)).hasSize(20_002);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a{{methd}} | unknown value \"methd\" at character 2; did you mean \"method\"?",
                "{{heaer.x-env}} | unknown value \"heaer.x-env\" at character 1; did you mean \"header.x-env\"?",
                "{{clientaddress}} | unknown value \"clientaddress\" at character 1; did you mean \"client.address\"?",
                "{{status}} | unknown value \"status\" at character 1",
                "{{}} | unknown value \"\" at character 1",
                "x {{path | \"{{\" without \"}}\" at character 3",
                "{{header.}} | \"header.\" names nothing at character 1",
                "{{header.a b}} | \"header.a b\" names nothing at character 1",
            })
    void saysWhatIsWrongAndWhere(String text, String message) {
        var problem = catchThrowableOfType(TemplateException.class, () -> Template.parse(text));

        assertThat(problem).hasMessage(message);
    }

    @Test
    void parsesOrRefusesAnyText() {
        var random = new Random(5);
        String alphabet = "{{{}}}. apthquery";
        for (int round = 0; round < 50_000; round++) {
            var text = new StringBuilder();
            for (int i = random.nextInt(16); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                Template.parse(text.toString()).render(exchange);
            } catch (TemplateException e) {
                assertThat(e.offset()).isBetween(0, text.length() - 2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "%zz", "=", "&&", "a", "=a", "%61%"})
    void copesWithAnyQuery(String query) throws Exception {
        exchange.request.query(query);

        assertThat(Template.parse("{{query.zz}}").renderText(exchange)).isEmpty();
    }

    @Test
    void takesMoreNamesForMoreThanAnExchange() throws Exception {
        record Line(HttpExchange exchange, int status) {}
        Vocabulary<Line> vocabulary =
                Vocabulary.<Line>builder()
                        .include(RequestValues.received(), Line::exchange)
                        .text("status", line -> Integer.toString(line.status()))
                        .build();

        var template = Template.parse("{{method}} {{header.x-env}} {{status}}", vocabulary);

        assertThat(template.renderText(new Line(exchange, 204))).isEqualTo("POST prod 204");
    }

    /// An exchange with one of everything.
    private static final class OneExchange implements HttpExchange {
        final RequestHead received = new RequestHead();
        final RequestHead request = new RequestHead();
        @Nullable String tenant;

        OneExchange() {
            received.method(Method.POST);
            int authority = received.fields().append("Shop.example.com:8080");
            int host = received.fields().append("shop.example.com");
            received.authority(authority, authority + 21, host, host + 16, 8080);
            received.path("/orders/7%20a");
            received.query("a=1&b=%2F&a=2&my%20key=x+y&flag");
            received.fields().add(FieldName.of("x-env"), "prod");
            received.fields().add(FieldName.ACCEPT, "a");
            received.fields().add(FieldName.COOKIE, "theme=dark; sid=abc=; Sid=no");
            received.fields().add(FieldName.ACCEPT, "b");
            received.fields().add(FieldName.COOKIE, " sidx=2;last=1 ");
            request.copyFrom(received);
        }

        @Override
        public RequestHead received() {
            return received;
        }

        @Override
        public RequestHead request() {
            return request;
        }

        @Override
        public RequestHead edit() {
            return request;
        }

        @Override
        public InetAddress clientAddress() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public String clientAddressText() {
            return "2001:db8::7";
        }

        @Override
        public String requestId() {
            return "r-1";
        }

        @Override
        public String listener() {
            return "web";
        }

        @Override
        public String route() {
            return "orders";
        }

        @Override
        public @Nullable String upstream() {
            return null;
        }

        @Override
        public int matchedLength() {
            return 7;
        }

        @Override
        public @Nullable String pathParameter(String name) {
            return Map.of("id", "7%20a").get(name);
        }

        @Override
        public <T> @Nullable T get(Key<T> key) {
            return key == RequestValues.TENANT_ID && tenant != null ? key.cast(tenant) : null;
        }

        @Override
        public <T> void put(Key<T> key, T value) {
            throw new UnsupportedOperationException("templates only read");
        }
    }
}
