package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Http2Wire.Answer;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// gRPC calls by octets: what goes through, and what the gateway says by itself.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class GrpcTest {
    private static final int CANCEL = 8;

    private static final String CONFIG =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes:
              orders:
                match: { grpc: { service: [ shop.v1.Orders ] } }
                filters: [ { response-headers: { set: { x-filtered: "yes" } } } ]
                limits: { body: 1KiB }
                upstream: app
              slow:
                match: { grpc: { service: [ shop.v1.Slow ] } }
                timeouts: { total: 10s }
                upstream: app
              closed:
                match: { grpc: { service: [ "shop.admin.*" ] } }
                filters: [ { ip-filter: { deny: [ 127.0.0.0/8 ] } } ]
                upstream: app
              down:
                match: { grpc: { method: [ Sleep ] } }
                respond: { status: 503, body: "back at six\\n", headers: { retry-after: "60" } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\n"
                    + "Content-Type: application/grpc\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static Http2Wire connect() throws IOException {
        return Http2Wire.over(gateway.connect());
    }

    private static Http2Wire call(Http2Wire client, int stream, String path, String... fields)
            throws IOException {
        String[] all = new String[fields.length + 4];
        System.arraycopy(fields, 0, all, 4, fields.length);
        all[0] = "content-type";
        all[1] = "application/grpc+proto";
        all[2] = "te";
        all[3] = "trailers";
        return client.request(stream, /* end= */ false, "POST", path, all);
    }

    private static List<String> trailersOnly(Answer answer) {
        assertThat(answer.heads()).hasSize(1);
        assertThat(answer.ended()).isTrue();
        assertThat(answer.body()).isEmpty();
        assertThat(answer.heads().getFirst())
                .contains(":status: 200", "content-type: application/grpc")
                .anyMatch(line -> line.startsWith("x-request-id: "))
                .noneMatch(line -> line.startsWith("content-length"));
        return answer.heads().getFirst();
    }

    // ---- what goes through

    @Test
    void aCallGoesThroughWithItsMetadataMessagesAndTrailers() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get", "trace-bin", "AAEC/w,/w==", "trace-bin", "AA")
                .data(1, /* end= */ true, "\0\0\0\0\2hi");
        Wire upstream = backend.accept();
        String request = upstream.readUntil("\0\0\0\0\2hi\r\n0\r\n\r\n");
        upstream.send(
                ANSWER
                        + "7\r\n\0\0\0\0\2ok\r\n"
                        + "0\r\n"
                        + "grpc-status: 5\r\n"
                        + "grpc-message: no such%20thing\r\n"
                        + "detail-bin: AAEC/w\r\n\r\n");
        Answer answer = client.await(1);

        assertThat(request)
                .startsWith("POST /shop.v1.Orders/Get HTTP/1.1\r\n")
                .contains("\r\ntrace-bin: AAEC/w,/w==\r\n", "\r\ntrace-bin: AA\r\n")
                .contains("\r\nTE: trailers\r\n")
                .containsIgnoringCase("\r\ncontent-type: application/grpc+proto\r\n")
                .doesNotContainIgnoringCase("grpc-timeout");
        assertThat(answer.heads().getFirst())
                .contains(":status: 200", "content-type: application/grpc", "x-filtered: yes");
        assertThat(answer.body()).isEqualTo("\0\0\0\0\2ok");
        assertThat(answer.heads().getLast())
                .containsExactly(
                        "grpc-status: 5", "grpc-message: no such%20thing", "detail-bin: AAEC/w");
    }

    @Test
    void trailersReachACallerThatDoesNotSayThatItTakesThem() throws Exception {
        gateway.serve(CONFIG, gateway.answering(ANSWER + "0\r\ngrpc-status: 0\r\n\r\n").address());

        Http2Wire client =
                connect()
                        .request(
                                1,
                                true,
                                "POST",
                                "/shop.v1.Orders/Get",
                                "content-type",
                                "application/grpc");

        assertThat(client.await(1).heads().getLast()).containsExactly("grpc-status: 0");
    }

    @Test
    void trailersBehindAnAnswerWithoutContentGoThrough() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG.replace("app: {", "app: { protocol: http2,"), backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get").data(1, /* end= */ true, "");
        Http2Wire endpoint = Http2Wire.accepting(backend.accept());
        int stream = endpoint.awaitRequest();
        endpoint.respond(
                        stream,
                        false,
                        200,
                        "content-type",
                        "application/grpc",
                        "content-length",
                        "0")
                .head(stream, true, "grpc-status", "5");

        assertThat(client.await(1).heads().getLast()).containsExactly("grpc-status: 5");
    }

    // ---- answers of the gateway's own

    @Test
    void aCallThatNoRouteTakesIsUnimplemented() throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Http2Wire client = connect();
        call(client, 1, "/no.Such/Thing");

        assertThat(trailersOnly(client.await(1)))
                .contains(
                        "grpc-status: 12",
                        "grpc-message: ROUTE_NOT_FOUND: No route matches the request.",
                        "proxy-status: jadegate; error=destination_not_found");
    }

    @Test
    void anEndpointThatRefusesIsUnavailableAndResponseFiltersSeeTheAnswer() throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get");

        assertThat(trailersOnly(client.await(1)))
                .contains("grpc-status: 14", "x-filtered: yes")
                .contains("proxy-status: jadegate; error=connection_refused");
    }

    @Test
    void aFilterThatDeniesIsPermissionDenied() throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Http2Wire client = connect();
        call(client, 1, "/shop.admin.v1.Users/Drop");

        assertThat(trailersOnly(client.await(1))).contains("grpc-status: 7");
    }

    @Test
    void aFixedAnswerThatRefusesBecomesAStatusWithItsTextAndFields() throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Http2Wire client = connect();
        call(client, 1, "/any.Service/Sleep");

        assertThat(trailersOnly(client.await(1)))
                .contains("grpc-status: 14", "grpc-message: back at six", "retry-after: 60");
    }

    @Test
    void tooLargeARequestIsResourceExhausted() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Put").data(1, /* end= */ false, "x".repeat(1025));

        assertThat(client.await(1).heads().getFirst()).contains(":status: 200", "grpc-status: 8");
    }

    @Test
    void anEndpointThatBreaksBeforeItsAnswerIsUnavailable() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get").data(1, /* end= */ true, "");
        try (Wire upstream = backend.accept()) {
            upstream.readHead();
        }

        assertThat(trailersOnly(client.await(1))).contains("grpc-status: 14");
    }

    /// As gRPC has it, with the raw frames of an endpoint.
    @ParameterizedTest
    @CsvSource({"0, 13", "1, 13", "2, 13", "5, 2", "7, 14", "8, 1", "11, 8", "12, 7", "13, 2"})
    void aResetByTheEndpointSaysHowTheCallEnded(int code, String status) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                CONFIG.replace("app: {", "app: { protocol: http2,")
                        .replace("limits:", "retry: { tries: 1 }\n    limits:"),
                backend.address());
        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get");
        Http2Wire endpoint = Http2Wire.accepting(backend.accept());
        endpoint.reset(endpoint.awaitRequest(), code);
        assertThat(trailersOnly(client.await(1))).contains("grpc-status: " + status);

        call(client, 3, "/shop.v1.Orders/List");
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 200, "content-type", "application/grpc")
                .data(stream, false, "\0\0\0\0\2ok")
                .reset(stream, code);
        Answer answer = client.await(3);
        assertThat(answer.ended()).isTrue();
        assertThat(answer.body()).isEqualTo("\0\0\0\0\2ok");
        assertThat(answer.heads().getLast()).contains("grpc-status: " + status);
    }

    @Test
    void aTimeThatIsUpFromTheBeginningIsToldToTheEndpointToo() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get", "grpc-timeout", "0n");

        assertThat(timeout(backend.accept().readHead())).isEqualTo("1n");
        assertThat(trailersOnly(client.await(1))).contains("grpc-status: 4");
    }

    @Test
    void overHttp11TheStatusIsInTheHeadToo() throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Message answer =
                gateway.send(
                                "POST /no.Such/Thing HTTP/1.1\r\n"
                                        + "Host: h\r\n"
                                        + "Content-Type: application/grpc\r\n"
                                        + "Content-Length: 0\r\n\r\n")
                        .readResponse();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("grpc-status")).isEqualTo("12");
        assertThat(answer.field("content-length")).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({"POST, application/json, 415", "POST, , 415", "GET, application/grpc, 405"})
    void aRouteForCallsTakesNothingElse(String method, String type, String status)
            throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Http2Wire client = connect();
        if (type == null) {
            client.request(1, true, method, "/shop.v1.Orders/Get");
        } else {
            client.request(1, true, method, "/shop.v1.Orders/Get", "content-type", type);
        }

        assertThat(client.await(1).heads().getFirst())
                .contains(":status: " + status, "content-type: application/problem+json");
    }

    // ---- deadlines

    @ParameterizedTest
    @ValueSource(strings = {"1", "123456789S", "1s", "-1S", "1,2S"})
    void aMalformedTimeoutIsAnInternalErrorAndReachesNoEndpoint(String timeout) throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get", "grpc-timeout", timeout);

        assertThat(trailersOnly(client.await(1)))
                .contains("grpc-status: 13")
                .anyMatch(line -> line.startsWith("grpc-message: REQUEST_MALFORMED: "));
    }

    @Test
    void theEndpointLearnsTheTimeThatIsLeft() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get", "grpc-timeout", "5S");
        String caller = timeout(backend.accept().readHead());
        call(client, 3, "/shop.v1.Slow/Get", "grpc-timeout", "1H");
        String route = timeout(backend.accept().readHead());
        call(client, 5, "/shop.v1.Slow/Get");
        String none = timeout(backend.accept().readHead());

        assertThat(caller).endsWith("u");
        assertThat(micros(caller)).isBetween(1L, 5_000_000L);
        assertThat(micros(route)).isBetween(5_000_001L, 10_000_000L);
        assertThat(micros(none)).isBetween(5_000_001L, 10_000_000L);
    }

    private static String timeout(String head) {
        List<String> values =
                head.lines()
                        .filter(line -> line.startsWith("grpc-timeout: "))
                        .map(line -> line.substring(14))
                        .toList();
        assertThat(values).hasSize(1);
        return values.getFirst();
    }

    private static long micros(String timeout) {
        return Long.parseLong(timeout.substring(0, timeout.length() - 1));
    }

    @Test
    void theLongestTimeThatCanBeWrittenIsNotOverAtOnce() throws Exception {
        gateway.serve(CONFIG, gateway.answering(ANSWER + "0\r\ngrpc-status: 0\r\n\r\n").address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get", "grpc-timeout", "99999999H").data(1, true, "");

        assertThat(client.await(1).heads().getLast()).containsExactly("grpc-status: 0");
    }

    @Test
    void aCallWhoseTimeIsUpEndsOnBothSides() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get", "grpc-timeout", "50m").data(1, true, "");
        Wire upstream = backend.accept();
        upstream.readHead();
        List<String> head = trailersOnly(client.await(1));
        upstream.awaitGone();

        assertThat(head)
                .contains("grpc-status: 4")
                .anyMatch(line -> line.startsWith("grpc-message: CLIENT_DEADLINE: "));
    }

    @Test
    void anEndpointThatGivesUpWhenTheTimeIsUpChangesNothing() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                CONFIG.replace("endpoints:", "protocol: http2, endpoints:"), backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get", "grpc-timeout", "20m").data(1, true, "");
        Http2Wire upstream = Http2Wire.accepting(backend.accept());
        int stream = upstream.awaitRequest();
        long told = System.nanoTime();
        Gateway.await("its time is up", () -> System.nanoTime() - told > 20_000_000);
        upstream.reset(stream, CANCEL);

        assertThat(trailersOnly(client.await(1)))
                .contains("grpc-status: 4")
                .anyMatch(line -> line.startsWith("grpc-message: CLIENT_DEADLINE: "));
    }

    @Test
    void aCallWhoseTimeIsUpInsideItsAnswerEndsByTrailers() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get", "grpc-timeout", "300m").data(1, true, "");
        Wire upstream = backend.accept();
        upstream.readHead();
        upstream.send(ANSWER + "7\r\n\0\0\0\0\2ok\r\n");
        Answer answer = client.await(1);
        upstream.awaitGone();

        assertThat(answer.body()).isEqualTo("\0\0\0\0\2ok");
        assertThat(answer.ended()).isTrue();
        assertThat(answer.heads().getLast()).contains("grpc-status: 4");
    }

    // ---- answers that are cut

    @Test
    void anAnswerThatBreaksOffEndsWithAStatusThatSaysSo() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get").data(1, true, "");
        try (Wire upstream = backend.accept()) {
            upstream.readHead();
            upstream.send(ANSWER + "7\r\n\0\0\0\0\2o");
        }
        Answer answer = client.await(1);

        assertThat(answer.heads().getLast())
                .contains("grpc-status: 14")
                .anyMatch(line -> line.startsWith("grpc-message: UPSTREAM_INCOMPLETE: "));
    }

    @Test
    void anAnswerOfDeclaredLengthThatBreaksOffIsReset() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get").data(1, true, "");
        try (Wire upstream = backend.accept()) {
            upstream.readHead();
            upstream.send(
                    "HTTP/1.1 200 OK\r\n"
                            + "Content-Type: application/grpc\r\n"
                            + "Content-Length: 7\r\n\r\n\0\0\0\0\2o");
        }

        assertThat(client.await(1).reset()).isEqualTo(2);
    }

    @Test
    void aCallerThatGivesUpEndsTheCallAtTheEndpoint() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Http2Wire client = connect();
        call(client, 1, "/shop.v1.Orders/Get");
        Wire upstream = backend.accept();
        upstream.readHead();
        client.reset(1, CANCEL);

        upstream.awaitGone();
        client.ping();
    }
}
