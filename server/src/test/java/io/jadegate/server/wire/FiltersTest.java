package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What filters do to real traffic.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class FiltersTest {
    private static final String OK =
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nServer: app\r\nX-Secret: 1\r\n\r\nok";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static FakeBackend filter(String path, String route) throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                routes:
                  all:
                    match: { path: %s }
                    upstream: app
                """
                        + route,
                backend.address(),
                path);
        return backend;
    }

    private static Message get(String target, String fields) throws Exception {
        return gateway.send("GET " + target + " HTTP/1.1\r\nHost: a.test\r\n" + fields + "\r\n")
                .readResponse();
    }

    @Test
    void editsTheFieldsOfRequests() throws Exception {
        FakeBackend backend =
                filter(
                        "/",
                        """
                            filters:
                              - request-headers:
                                  set: { x-env: prod, x-client: "{{client.address}}" }
                                  add: { x-tag: "{{query.t}}" }
                                  remove: [ cookie, x-debug-* ]
                        """);

        get("/?t=7", "X-Env: dev\r\nX-Tag: 1\r\nCookie: a=b\r\nX-Debug-A: 1\r\nX-Debug-B: 2\r\n");
        Message request = backend.takeRequest();

        assertThat(request.field("x-env")).isEqualTo("prod");
        assertThat(request.field("x-client")).isEqualTo("127.0.0.1");
        assertThat(request.all("x-tag")).containsExactly("1", "7");
        assertThat(request.names()).doesNotContain("cookie", "x-debug-a", "x-debug-b");
    }

    @Test
    @Row("header-rules/server-removable")
    void editsTheFieldsOfAnswers() throws Exception {
        filter(
                "/",
                """
                    filters:
                      - response-headers: { set: { x-by: "{{route}}" }, remove: [ server, x-secret ] }
                """);

        Message response = get("/", "");

        assertThat(response.field("x-by")).isEqualTo("all");
        assertThat(response.names()).doesNotContain("server", "x-secret");
    }

    @Test
    void rewritesPathsAndKeepsQueries() throws Exception {
        FakeBackend backend =
                filter(
                        "/api",
                        "    filters: [ { rewrite-path: { strip-prefix: true, add-prefix: /v2 } }"
                                + " ]\n");

        get("/api/things?x=%%20".formatted(), "");

        assertThat(backend.takeRequest().target()).isEqualTo("/v2/things?x=%20");
    }

    @Test
    void refusesClientsByAddressAndStillDressesTheAnswer() throws Exception {
        FakeBackend backend =
                filter(
                        "/",
                        """
                            cors: { origins: [ "https://app.test" ] }
                            filters:
                              - response-headers: { set: { x-by: gateway } }
                              - ip-filter: { deny: [ 127.0.0.0/8 ] }
                        """);

        Message response = get("/", "Origin: https://app.test\r\n");

        assertThat(response.status()).isEqualTo(403);
        assertThat(response.body()).contains("\"reason\":\"IP_DENIED\"");
        assertThat(response.field("access-control-allow-origin")).isEqualTo("https://app.test");
        assertThat(response.field("x-by")).isEqualTo("gateway");
        assertThat(backend.untaken()).isZero();
    }

    @Test
    void answersPreflightsByItself() throws Exception {
        FakeBackend backend =
                filter(
                        "/",
                        "    cors: { origins: [ \"https://app.test\" ], methods: [ PUT ], max-age:"
                                + " 10m }\n");

        Wire client =
                gateway.send(
                        "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: https://app.test\r\n"
                                + "Access-Control-Request-Method: PUT\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(204);
        assertThat(response.field("access-control-allow-methods")).isEqualTo("PUT");
        assertThat(response.field("access-control-max-age")).isEqualTo("600");
        assertThat(backend.untaken()).isZero();
    }

    @Test
    void onlyWatchesInTheShadow() throws Exception {
        FakeBackend backend =
                filter(
                        "/",
                        """
                            filters:
                              - ip-filter: { deny: [ 127.0.0.0/8 ] }
                                mode: shadow
                              - request-headers: { set: { x-env: prod } }
                                mode: shadow
                        """);

        assertThat(get("/", "").status()).isEqualTo(200);
        assertThat(backend.takeRequest().has("x-env")).isFalse();
    }

    @Test
    void asksAFilterOnlyWhenItsConditionHolds() throws Exception {
        FakeBackend backend =
                filter(
                        "/",
                        """
                            filters:
                              - request-headers: { set: { x-env: canary } }
                                when: { headers: { x-canary: "true" } }
                        """);

        get("/", "X-Canary: true\r\n");
        assertThat(backend.takeRequest().field("x-env")).isEqualTo("canary");
        get("/", "X-Canary: false\r\n");
        assertThat(backend.takeRequest().has("x-env")).isFalse();
    }

    @Test
    void leavesOutADefaultFilterThatTheRouteSkips() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                defaults: { filters: [ { ip-filter: { deny: [ 127.0.0.0/8 ] }, name: banned } ] }
                upstreams: { app: { endpoints: [ "%s" ] } }
                routes:
                  closed: { match: { path: /closed }, upstream: app }
                  open: { match: { path: /open }, upstream: app, filters: [ { skip: banned } ] }
                """,
                backend.address());

        assertThat(get("/closed", "").status()).isEqualTo(403);
        assertThat(get("/open", "").status()).isEqualTo(200);
    }

    // ---- order

    private static List<String> warnings(String filters) throws Exception {
        String yaml =
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, respond: {}, filters: [ %s ] } }
                """;
        gateway.serve(yaml, "");
        ApplyResult result = gateway.apply(yaml, filters);
        assertThat(result).isInstanceOf(ApplyResult.Applied.class);
        return ((ApplyResult.Applied) result).warnings().stream().map(Problem::message).toList();
    }

    @Test
    void warnsOfFiltersOutOfTheirUsualOrder() throws Exception {
        assertThat(
                        warnings(
                                "{ request-headers: { set: { x-a: b } } }, { ip-filter: { deny: ["
                                        + " 192.0.2.0/24 ] } }"))
                .singleElement()
                .asString()
                .contains("\"ip-filter\" (access) runs behind \"request-headers\" (rewrite)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s, { ip-filter: { deny: [ 192.0.2.0/24 ] } }, { rewrite-path: { add-prefix: /a }"
                        + " }",
                "{ ip-filter: { deny: [ 192.0.2.0/24 ] } }, %s, { rewrite-path: { add-prefix: /a }"
                        + " }",
                "{ ip-filter: { deny: [ 192.0.2.0/24 ] } }, { rewrite-path: { add-prefix: /a } },"
                        + " %s"
            })
    void takesFiltersOfTheAnswerAnywhere(String filters) throws Exception {
        assertThat(warnings(filters.formatted("{ response-headers: { remove: [ server ] } }")))
                .isEmpty();
    }
}
