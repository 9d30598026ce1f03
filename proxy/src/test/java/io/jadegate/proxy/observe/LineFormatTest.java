package io.jadegate.proxy.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.AccessLogConfig;
import io.jadegate.api.config.AccessLogConfig.FormatConfig;
import io.jadegate.api.config.AccessLogConfig.TargetConfig;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.filter.TemplateException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineFormatTest {
    private static final FormatConfig JSON = new FormatConfig.Json();
    private static final FormatConfig COMBINED = new FormatConfig.Combined();

    @Test
    void jsonTellsTheWholeStory() throws TemplateException {
        assertThat(line(JSON, FakeFacts.of()))
                .isEqualTo(
                        "{\"time\":\"2026-11-22T21:40:39.123Z\",\"request_id\":\"r-1\""
                                + ",\"client\":\"203.0.113.7\",\"listener\":\"web\""
                                + ",\"protocol\":\"HTTP/1.1\",\"method\":\"GET\""
                                + ",\"scheme\":\"http\",\"host\":\"shop.example.com\""
                                + ",\"path\":\"/orders\",\"query\":\"page=2\""
                                + ",\"user_agent\":\"curl/8.5.0\",\"status\":200"
                                + ",\"bytes_received\":12,\"bytes_sent\":3456"
                                + ",\"duration_ms\":2.345,\"route\":\"orders\""
                                + ",\"upstream\":\"orders\",\"target\":\"10.0.0.1:9000\""
                                + ",\"attempts\":1,\"reused\":true"
                                + ",\"upstream_protocol\":\"HTTP/2\",\"first_byte_ms\":1.234}");
    }

    @Test
    void jsonLeavesOutWhatIsAbsent() throws TemplateException {
        assertThat(line(JSON, FakeFacts.refused(Reason.ROUTE_NOT_FOUND)))
                .contains("\"status\":404,\"reason\":\"ROUTE_NOT_FOUND\"")
                .doesNotContain("route\":", "upstream", "target", "attempts", "first_byte", "cut");
    }

    @Test
    void jsonSaysWhatWentWrong() throws TemplateException {
        FakeFacts facts = FakeFacts.of();
        facts.reason = Reason.UPSTREAM_INCOMPLETE;
        facts.cut = true;
        facts.tunnel = true;
        assertThat(line(JSON, facts))
                .contains("\"reason\":\"UPSTREAM_INCOMPLETE\",\"cut\":true,\"tunnel\":true");
    }

    @Test
    void jsonTakesTheTraceIdOfAValidTraceParent() throws TemplateException {
        String id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assertThat(line(JSON, traced("00-" + id + "-00f067aa0ba902b7-01")))
                .contains("\"trace_id\":\"" + id + "\"");
        assertThat(line(JSON, traced("00-" + "0".repeat(32) + "-00f067aa0ba902b7-01")))
                .doesNotContain("trace_id");
        assertThat(line(JSON, traced("00-" + id.replace('4', '"') + "-00f067aa0ba902b7-01")))
                .doesNotContain("trace_id");
        assertThat(line(JSON, traced("00-" + id))).doesNotContain("trace_id");
    }

    private static FakeFacts traced(String traceParent) {
        return FakeFacts.of().field("traceparent", traceParent);
    }

    @Test
    void jsonEscapesHostileOctets() throws TemplateException {
        String agent = "\"\\\n\r\t\u0000\u001b[31m\u007f\u0085\u00e9";
        assertThat(line(JSON, new FakeFacts().target("h", "/", null).field("User-Agent", agent)))
                .contains(
                        "\"user_agent\":\"\\\"\\\\\\u000a\\u000d\\u0009\\u0000\\u001b[31m"
                                + "\\u007f\\u0085\\u00e9\"");
    }

    @Test
    void namesBeyondAsciiSurviveInJson() throws TemplateException {
        FakeFacts facts = FakeFacts.of();
        facts.route = "订单\ud83d\ude00";
        assertThat(line(JSON, facts)).contains("\"route\":\"\\u8ba2\\u5355\\ud83d\\ude00\"");
    }

    @Test
    void everyFormatIsOneLineOfVisibleAsciiWhateverComes() throws TemplateException {
        var random = new Random(7);
        var template = new FormatConfig.Template("{{method}} {{header.user-agent}} {{query}}");
        for (int i = 0; i < 2000; i++) {
            var octets = new byte[random.nextInt(60)];
            random.nextBytes(octets);
            String hostile = new String(octets, ISO_8859_1);
            FakeFacts facts =
                    new FakeFacts()
                            .target(hostile, hostile, hostile)
                            .method(hostile)
                            .field("User-Agent", hostile)
                            .field("Referer", hostile);
            assertThat(line(JSON, facts)).matches("[ -~]*");
            assertThat(line(COMBINED, facts)).matches("[ -~]*");
            assertThat(line(template, facts)).matches("[ -~]*");
            assertThat(line(COMBINED, facts).chars().filter(c -> c == '"').count()).isEqualTo(6);
        }
    }

    @Test
    void longValuesAreCutVisibly() throws TemplateException {
        FakeFacts facts =
                new FakeFacts()
                        .target("h", "/" + "p".repeat(5000), "\u0001".repeat(8000))
                        .field("User-Agent", "u".repeat(30_000));
        assertThat(line(JSON, facts))
                .contains("/" + "p".repeat(4095) + "...\"", "u".repeat(512) + "...\"")
                .hasSizeLessThan(LogLine.MAX_OCTETS);
    }

    @Test
    void combinedIsWhatLogReadersKnow() throws TemplateException {
        assertThat(line(COMBINED, FakeFacts.of()))
                .isEqualTo(
                        "203.0.113.7 - - [22/Nov/2026:21:40:39 +0000]"
                                + " \"GET /orders?page=2 HTTP/1.1\" 200 3456 \"-\""
                                + " \"curl/8.5.0\"");
    }

    @Test
    void everyFormatNamesTheDestinationOfAForwardProxy() throws TemplateException {
        FakeFacts tunnel = FakeFacts.refused(Reason.FORWARD_DENIED).method("CONNECT");
        tunnel.target("a.test", "", null).destination = "a.test:8443";
        FakeFacts plain = FakeFacts.of().target("a.test", "/x", "y");
        plain.destination = "a.test:80";

        assertThat(line(JSON, tunnel)).contains("\"path\":\"\",\"destination\":\"a.test:8443\"");
        assertThat(line(COMBINED, tunnel)).contains(" \"CONNECT a.test:8443 HTTP/1.1\" 403 ");
        assertThat(line(COMBINED, plain)).contains(" \"GET http://a.test:80/x?y HTTP/1.1\" ");
        assertThat(template("{{destination}}", tunnel)).isEqualTo("a.test:8443");
        assertThat(line(JSON, FakeFacts.of())).doesNotContain("destination");
    }

    @Test
    void everyFormatNamesTheUser() throws TemplateException {
        FakeFacts facts = FakeFacts.of();
        facts.user = "alice@example.com";
        assertThat(line(JSON, facts))
                .contains(
                        ",\"client\":\"203.0.113.7\",\"user\":\"alice@example.com\",\"listener\"");
        assertThat(line(COMBINED, facts)).startsWith("203.0.113.7 - alice@example.com [22/Nov/");
        assertThat(template("{{user}} {{status}}", facts)).startsWith("alice@example.com 200");
    }

    @Test
    void combinedGivesTheReasonsStatusWhereNoneWasSent() throws TemplateException {
        FakeFacts facts = FakeFacts.of();
        facts.status = 0;
        facts.bytesSent = 0;
        facts.reason = Reason.CLIENT_ABORTED;
        assertThat(line(COMBINED, facts)).contains("\" 499 0 \"");
    }

    @Test
    void combinedKeepsValuesInsideTheirQuotes() throws TemplateException {
        FakeFacts facts = FakeFacts.of().field("Referer", "x\" 200 1 \"\n1.2.3.4 - -");
        assertThat(line(COMBINED, facts)).contains(" \"x\\x22 200 1 \\x22\\x0a1.2.3.4 - -\" ");
    }

    @Test
    void aTemplateKnowsRequestAndOutcome() throws TemplateException {
        FakeFacts facts = FakeFacts.of();
        facts.pathParameters.put("id", "42");
        assertThat(
                        template(
                                "{{time}} {{client.address}} {{method}} {{host}}{{uri}} {{path.id}}"
                                        + " {{query.page}} {{status}}{{reason}} {{bytes.received}}"
                                        + " {{bytes.sent}} {{duration}} {{first-byte}} {{route}}"
                                        + " {{upstream}} {{target}} {{attempts}} {{reused}}"
                                        + " {{upstream.protocol}} {{header.user-agent}} {{request.id}}"
                                        + " {{protocol}}",
                                facts))
                .isEqualTo(
                        "2026-11-22T21:40:39.123Z 203.0.113.7 GET shop.example.com/orders?page=2"
                                + " 42 2 200 12 3456 2.345 1.234 orders orders 10.0.0.1:9000 1"
                                + " true HTTP/2 curl/8.5.0 r-1 HTTP/1.1");
    }

    @Test
    void aTemplatesAbsentValuesAreEmpty() throws TemplateException {
        FakeFacts facts = FakeFacts.refused(Reason.ROUTE_NOT_FOUND);
        assertThat(template("[{{target}}{{first-byte}}{{header.x}}{{trace.id}}]", facts))
                .isEqualTo("[]");
    }

    @Test
    void anUnknownValueOfATemplateIsAProblem() {
        var config =
                new AccessLogConfig(
                        new FormatConfig.Template("{{statsu}}"), new TargetConfig.Stdout());
        assertThat(AccessLog.problems(config))
                .singleElement()
                .hasToString(
                        "node.access-log.format.template: unknown value \"statsu\" at character"
                                + " 1; did you mean \"status\"?");
    }

    private static String template(String text, FakeFacts facts) throws TemplateException {
        return line(new FormatConfig.Template(text), facts);
    }

    private static String line(FormatConfig format, FakeFacts facts) throws TemplateException {
        var line = new LogLine();
        LineFormat.of(format).write(facts, line);
        assertThat(line.tooLong()).isFalse();
        return new String(line.octets(), 0, line.size(), ISO_8859_1);
    }
}
