package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Http2Wire.Answer;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls of web pages, by octets, to endpoints that speak gRPC only.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class GrpcWebTest {
    private static final String CONFIG =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes:
              orders:
                match: { grpc: { service: [ shop.v1.Orders ] } }
                cors: { origins: [ "https://shop.example.com" ], expose: [ x-more ] }
                grpc-web: true
                upstream: app
              untouched:
                match: { grpc: { service: [ shop.v1.Plain ] } }
                upstream: app
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;

    private static final String MESSAGE = "\0\0\0\0\2hi";
    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\n"
                    + "Content-Type: application/grpc\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n"
                    + "7\r\n\0\0\0\0\2ok\r\n"
                    + "0\r\n"
                    + "grpc-status: 0\r\n\r\n";
    private static final String LAST = "\u0080\0\0\0\u0010grpc-status: 0\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static String encoded(String octets) {
        return Base64.getEncoder().encodeToString(octets.getBytes(ISO_8859_1));
    }

    private static String request(String type, String body) {
        return "POST /shop.v1.Orders/Get HTTP/1.1\r\n"
                + "Host: h\r\n"
                + "Origin: https://shop.example.com\r\n"
                + "Content-Type: "
                + type
                + "\r\n"
                + "X-Grpc-Web: 1\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    private static Http2Wire connect() throws IOException {
        return Http2Wire.over(gateway.connect());
    }

    @Test
    void aBinaryCallOverHttp11ReachesAnEndpointAndItsTrailersComeInTheBody() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Wire client = gateway.send(request("application/grpc-web+proto", MESSAGE));
        Wire upstream = backend.accept();
        String received = upstream.readUntil(MESSAGE);
        upstream.send(ANSWER);
        Message answer = client.readResponse();

        assertThat(received)
                .containsIgnoringCase("\r\ncontent-type: application/grpc+proto\r\n")
                .containsIgnoringCase("\r\nte: trailers\r\n")
                .doesNotContainIgnoringCase("x-grpc-web");
        assertThat(answer.field("content-type")).isEqualTo("application/grpc-web");
        assertThat(answer.field("access-control-expose-headers"))
                .isEqualTo("x-more, grpc-status, grpc-message, grpc-status-details-bin");
        assertThat(answer.body()).isEqualTo("\0\0\0\0\2ok" + LAST);
        assertThat(answer.trailers()).isEmpty();
    }

    @Test
    void aTextCallOverHttp2InPiecesReachesAnEndpointDecoded() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        String text = encoded(MESSAGE);
        Http2Wire client =
                connect()
                        .request(
                                1,
                                false,
                                "POST",
                                "/shop.v1.Orders/Get",
                                "content-type",
                                "application/grpc-web-text");
        for (int i = 0; i < text.length(); i++) {
            client.data(1, i == text.length() - 1, text.substring(i, i + 1));
        }
        Wire upstream = backend.accept();
        String head = upstream.readHead();
        StringBuilder body = new StringBuilder();
        while (!body.toString().endsWith("0\r\n\r\n")) {
            body.append(upstream.read(1));
        }
        upstream.send(ANSWER);
        Answer answer = client.await(1);

        assertThat(head).containsIgnoringCase("\r\ncontent-type: application/grpc\r\n");
        assertThat(body.toString().replaceAll("(^|\r\n)[0-9a-f]+\r\n", "").strip())
                .isEqualTo(MESSAGE.strip());
        assertThat(answer.heads()).hasSize(1);
        assertThat(answer.heads().getFirst())
                .contains(":status: 200", "content-type: application/grpc-web-text");
        assertThat(answer.body()).isEqualTo(encoded("\0\0\0\0\2ok") + encoded(LAST));
    }

    @Test
    void anAnswerThatIsAllHeadStaysSo() throws Exception {
        gateway.serve(
                CONFIG,
                gateway.answering(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Content-Type: application/grpc\r\n"
                                        + "grpc-status: 5\r\n"
                                        + "Content-Length: 0\r\n\r\n")
                        .address());

        Message answer = gateway.send(request("application/grpc-web", MESSAGE)).readResponse();

        assertThat(answer.field("grpc-status")).isEqualTo("5");
        assertThat(answer.body()).isEmpty();
    }

    /// An answer whose head says that nothing follows, which does not count the trailers.
    @ParameterizedTest
    @ValueSource(strings = {"application/grpc-web", "application/grpc-web-text"})
    void trailersBehindAnAnswerWithoutContentAreItsBody(String type) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG.replace("app: {", "app: { protocol: http2,"), backend.address());

        Wire client = gateway.send(request(type, ""));
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
                .head(stream, true, "grpc-status", "0");
        Message answer = client.readResponse();

        assertThat(answer.body()).isEqualTo(type.endsWith("text") ? encoded(LAST) : LAST);
        assertIsInStep(client, endpoint);
    }

    @Test
    void anAnswerThatHasNoContentGetsNone() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG.replace("app: {", "app: { protocol: http2,"), backend.address());

        Wire client = gateway.send(request("application/grpc-web", ""));
        Http2Wire endpoint = Http2Wire.accepting(backend.accept());
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 204, "content-type", "application/grpc")
                .head(stream, true, "grpc-status", "0");

        assertThat(client.readHeadResponse().status()).isEqualTo(204);
        assertIsInStep(client, endpoint);
    }

    @Test
    void anAnswerThatIsAllHeadIsNotFollowedByTrailers() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG.replace("app: {", "app: { protocol: http2,"), backend.address());

        Wire client = gateway.send(request("application/grpc-web", ""));
        Http2Wire endpoint = Http2Wire.accepting(backend.accept());
        int stream = endpoint.awaitRequest();
        endpoint.respond(
                        stream,
                        false,
                        200,
                        "content-type",
                        "application/grpc",
                        "grpc-status",
                        "5",
                        "content-length",
                        "0")
                .head(stream, true, "grpc-status", "0");
        Message answer = client.readResponse();

        assertThat(answer.field("grpc-status")).isEqualTo("5");
        assertThat(answer.body()).isEmpty();
        assertIsInStep(client, endpoint);
    }

    /// What follows an answer is the next one.
    private static void assertIsInStep(Wire client, Http2Wire endpoint) throws IOException {
        client.send(request("application/grpc-web", ""));
        endpoint.respond(
                endpoint.awaitRequest(),
                true,
                200,
                "content-type",
                "application/grpc",
                "grpc-status",
                "7");
        Message next = client.readResponse();
        assertThat(next.field("grpc-status")).isEqualTo("7");
        assertThat(next.body()).isEmpty();
    }

    @Test
    void theGatewaySpeaksTheCallersLanguageItself() throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Message answer = gateway.send(request("application/grpc-web-text", "")).readResponse();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("content-type")).isEqualTo("application/grpc-web-text+proto");
        assertThat(answer.field("grpc-status")).isEqualTo("14");
        assertThat(answer.field("access-control-allow-origin"))
                .isEqualTo("https://shop.example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AAA", "A*==", "AAAA="})
    void aTextThatIsNoBase64IsRefused(String text) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Message answer = gateway.send(request("application/grpc-web-text", text)).readResponse();

        assertThat(answer.field("grpc-status")).isEqualTo("13");
        assertThat(answer.field("grpc-message")).startsWith("REQUEST_MALFORMED: ");
    }

    @Test
    void anAnswerThatBreaksOffIsCut() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        Wire client = gateway.send(request("application/grpc-web", MESSAGE));
        try (Wire upstream = backend.accept()) {
            upstream.readUntil(MESSAGE);
            upstream.send(ANSWER.substring(0, ANSWER.indexOf("0\r\ngrpc-status")));
        }

        assertThat(client.readToReset())
                .doesNotContain("grpc-status: ")
                .doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void aLargeTextPassesInBothDirectionsWithinTheWindows() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        String message = "x".repeat(600_000);
        Wire client = gateway.connect();
        Thread sender =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                client.send(request("application/grpc-web-text", encoded(message)));
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        });
        Wire upstream = backend.accept();
        Message received = upstream.readRequest();
        sender.join();
        Thread answering =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                upstream.send(
                                        "HTTP/1.1 200 OK\r\n"
                                                + "Content-Type: application/grpc\r\n"
                                                + "Content-Length: 600000\r\n\r\n"
                                                + message);
                            } catch (IOException e) {
                                throw new AssertionError(e);
                            }
                        });
        Message answer = client.readResponse();
        answering.join();

        assertThat(received.body()).isEqualTo(message);
        assertThat(decoded(answer.body())).isEqualTo(message);
    }

    /// What is padded wherever it was sent.
    private static String decoded(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i += 4) {
            byte[] group = Base64.getDecoder().decode(text.substring(i, i + 4));
            plain.append(new String(group, ISO_8859_1));
        }
        return plain.toString();
    }

    @Test
    void aPreflightIsToldWhatPagesNeed() throws Exception {
        gateway.serve(CONFIG, FakeBackend.refusing().address());

        Message answer =
                gateway.send(
                                "OPTIONS /shop.v1.Orders/Get HTTP/1.1\r\n"
                                        + "Host: h\r\n"
                                        + "Origin: https://shop.example.com\r\n"
                                        + "Access-Control-Request-Method: POST\r\n\r\n")
                        .readResponse();

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.field("access-control-allow-headers"))
                .isEqualTo("content-type, grpc-timeout, x-grpc-web, x-user-agent");
        assertThat(answer.field("access-control-allow-methods")).contains("POST");
    }

    @Test
    void aRouteThatDoesNotTranslateLeavesTheCallAsItIs() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address());

        gateway.send(request("application/grpc-web-text", "AAAA").replace("v1.Orders", "v1.Plain"));
        String received = backend.accept().readUntil("\r\n\r\nAAAA");

        assertThat(received)
                .containsIgnoringCase("\r\ncontent-type: application/grpc-web-text\r\n")
                .containsIgnoringCase("\r\nx-grpc-web: 1\r\n");
    }
}
