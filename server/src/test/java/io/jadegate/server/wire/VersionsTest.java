package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a gateway does for a request it does whatever the version of HTTP that brings it.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class VersionsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @RegisterExtension static final Gateway gateway = new Gateway();

    /// An answer, with names of fields in lower case.
    record Reply(int status, List<String> fields, String body) {}

    enum Version {
        HTTP_1_1 {
            @Override
            Reply exchange(String method, String path, String body) throws IOException {
                String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
                Wire client =
                        gateway.send(
                                method
                                        + " "
                                        + path
                                        + " HTTP/1.1\r\nHost: example.com\r\nX-Sent: 1\r\n"
                                        + length
                                        + "\r\n"
                                        + body);
                Message answer =
                        method.equals("HEAD") ? client.readHeadResponse() : client.readResponse();
                return new Reply(
                        answer.status(),
                        answer.fields().stream()
                                .map(field ->
                                        field.name().toLowerCase(Locale.ROOT)
                                                + ": "
                                                + field.value())
                                .toList(),
                        answer.body());
            }
        },
        HTTP_2 {
            @Override
            Reply exchange(String method, String path, String body) throws IOException {
                Http2Wire client = Http2Wire.over(gateway.connect());
                client.request(1, body.isEmpty(), method, path, "x-sent", "1");
                if (!body.isEmpty()) {
                    client.data(1, true, body);
                }
                Http2Wire.Answer answer = client.await(1);
                return new Reply(answer.status(), answer.heads().getFirst(), answer.body());
            }
        };

        abstract Reply exchange(String method, String path, String body) throws IOException;

        Reply get(String path) throws IOException {
            return exchange("GET", path, "");
        }
    }

    @ParameterizedTest
    @EnumSource
    void filtersSeeTheRequestAndTheAnswer(Version version) throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes:
                  all:
                    match: { path: /api, headers: { x-sent: "1" }, hosts: [ example.com ] }
                    filters:
                      - rewrite-path: { strip-prefix: true }
                      - request-headers: { set: { x-added: in }, remove: [ x-sent ] }
                      - response-headers: { set: { x-back: out } }
                    upstream: app
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());

        Reply reply = version.get("/api/x?y=1");
        Message request = backend.takeRequest();

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.fields()).contains("x-back: out");
        assertThat(request.target()).isEqualTo("/x?y=1");
        assertThat(request.field("x-added")).isEqualTo("in");
        assertThat(request.has("x-sent")).isFalse();
        assertThat(request.field("host")).isEqualTo("example.com");
        assertThat(request.field("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(reply.fields()).contains("x-request-id: " + request.field("x-request-id"));
    }

    @ParameterizedTest
    @EnumSource
    void whatNoRouteTakesIsNotFound(Version version) throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { one: { match: { path: /one }, respond: { status: 200 } } }
                """);

        Reply reply = version.get("/other");

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.fields()).contains("content-type: application/problem+json");
        assertThat(reply.body()).contains("ROUTE_NOT_FOUND");
    }

    @ParameterizedTest
    @EnumSource
    void aRedirectLeadsBackToTheSameAuthority(Version version) throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { old: { match: { path: /old }, redirect: { location: "/new{{path}}" } } }
                """);

        assertThat(version.get("/old/x").fields()).contains("location: /new/old/x");
    }

    @ParameterizedTest
    @EnumSource
    void anEndpointThatIsNotThereIs502(Version version) throws Exception {
        gateway.forward(FakeBackend.refusing());

        Reply reply = version.get("/");

        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.body()).contains("UPSTREAM_CONNECT_REFUSED");
    }

    @ParameterizedTest
    @EnumSource
    void anEndpointThatDoesNotAnswerIs504(Version version) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend, "defaults: { timeouts: { first-byte: 100ms } }");

        assertThat(version.get("/").status()).isEqualTo(504);
    }

    @ParameterizedTest
    @EnumSource
    void aBodyBeyondTheLimitIs413(Version version) throws Exception {
        gateway.forward(gateway.backend(), "defaults: { limits: { body: 4B } }");

        assertThat(version.exchange("POST", "/", "12345").status()).isEqualTo(413);
    }

    @ParameterizedTest
    @EnumSource
    void aBodyIsPassedOn(Version version) throws Exception {
        gateway.forward(gateway.echoing());

        assertThat(version.exchange("PUT", "/x", "y".repeat(10_000)).body())
                .isEqualTo("/x" + "y".repeat(10_000));
    }

    @ParameterizedTest
    @EnumSource
    void aHeadAnswerHasNoContent(Version version) throws Exception {
        gateway.forward(gateway.echoing());

        Reply reply = version.exchange("HEAD", "/four", "");

        assertThat(reply.fields()).contains("content-length: 5");
        assertThat(reply.body()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void traceIsNotAllowed(Version version) throws Exception {
        gateway.forward(gateway.backend());

        assertThat(version.exchange("TRACE", "/", "").status()).isEqualTo(405);
    }
}
