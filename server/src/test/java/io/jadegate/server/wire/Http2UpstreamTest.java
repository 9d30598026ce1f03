package io.jadegate.server.wire;

import static io.jadegate.testkit.Http2Wire.ACK;
import static io.jadegate.testkit.Http2Wire.CONTINUATION;
import static io.jadegate.testkit.Http2Wire.DATA;
import static io.jadegate.testkit.Http2Wire.END_HEADERS;
import static io.jadegate.testkit.Http2Wire.END_STREAM;
import static io.jadegate.testkit.Http2Wire.HEADERS;
import static io.jadegate.testkit.Http2Wire.PING;
import static io.jadegate.testkit.Http2Wire.PUSH_PROMISE;
import static io.jadegate.testkit.Http2Wire.RST_STREAM;
import static io.jadegate.testkit.Http2Wire.SETTINGS;
import static io.jadegate.testkit.Http2Wire.block;
import static io.jadegate.testkit.Http2Wire.number;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.api.plane.ExplainRequest;
import io.jadegate.api.plane.Explanation;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.FreePorts;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP/2 toward endpoints, each a raw one that says, frame by frame, what it should or must not.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class Http2UpstreamTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int INTERNAL_ERROR = 2;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW = 4;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private FakeBackend backend;

    @BeforeEach
    void open() throws IOException {
        backend = gateway.backend();
    }

    /// @param settings of the upstream, `key: value, …`
    private void serve(String settings, String... sections) throws IOException {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { protocol: http2, endpoints: [ "%s" ]\
                """
                        + (settings.isEmpty() ? "" : ", " + settings)
                        + " } }\n"
                        + String.join("\n", sections),
                backend.address());
    }

    /// The same, where nothing is tried again.
    private void serveOnce(String... sections) throws IOException {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, retry: { tries: 1 } } }
                upstreams: { app: { protocol: http2, endpoints: [ "%s" ] } }
                """
                        + String.join("\n", sections),
                backend.address());
    }

    private Http2Wire accept(int... settings) throws IOException {
        return Http2Wire.accepting(backend.accept(), settings);
    }

    private static void assertFailed(Message response, int status, String reason) {
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).contains("\"reason\":\"" + reason + "\"");
    }

    // ---- requests

    @Test
    void aRequestIsSentWithWhatHttp2WantsAndNothingOfTheConnection() throws Exception {
        serve("");
        Wire client =
                gateway.send(
                        "GET /a%20b?c=d HTTP/1.1\r\nHost: example.com\r\nX-One: 1\r\n"
                                + "Connection: TE, X-Hop\r\nTE: trailers\r\nX-Hop: 1\r\n"
                                + "Keep-Alive: timeout=5\r\nCookie: a=b\r\n\r\n");
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();

        assertThat(endpoint.answer(stream).heads().getFirst())
                .startsWith(
                        ":method: GET",
                        ":scheme: http",
                        ":authority: example.com",
                        ":path: /a%20b?c=d")
                .contains("x-one: 1", "te: trailers", "cookie: a=b", "x-forwarded-for: 127.0.0.1")
                .noneMatch(field -> field.startsWith("host:"))
                .noneMatch(field -> field.startsWith("connection:"))
                .noneMatch(field -> field.startsWith("keep-alive:"))
                .noneMatch(field -> field.startsWith("x-hop:"));
        assertThat(endpoint.answer(stream).ended()).isTrue();
        endpoint.respond(stream, false, 200, "content-type", "text/plain").data(stream, true, "hi");
        Message answer = client.readResponse();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hi");
        assertThat(answer.field("via")).startsWith("2.0 ");
    }

    @Test
    void secretsAreNeverKeptInATable() throws Exception {
        serve("");
        gateway.send(
                "GET / HTTP/1.1\r\nHost: example.com\r\nAuthorization: secret\r\nX: y\r\n\r\n");
        Http2Wire endpoint = accept();
        Http2Wire.Frame head = endpoint.await(HEADERS, 0);

        byte[] name = {0x1f, 0x08};
        assertThat(indexOf(head.payload(), name))
                .as("a literal never indexed with the name 23, authorization")
                .isNotNegative();
    }

    private static int indexOf(byte[] in, byte[] what) {
        for (int i = 0; i + what.length <= in.length; i++) {
            if (in[i] == what[0] && in[i + 1] == what[1]) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void aBodyAndItsTrailersGoAlong() throws Exception {
        serve("");
        Wire client =
                gateway.send(
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n");
        Http2Wire endpoint = accept();
        Http2Wire.Answer request = endpoint.await(endpoint.awaitRequest());

        assertThat(request.body()).isEqualTo("hello");
        assertThat(request.heads()).hasSize(2);
        assertThat(request.heads().getLast()).containsExactly("x-sum: 7");
        endpoint.respond(1, true, 204);
        assertThat(client.readHeadResponse().status()).isEqualTo(204);
    }

    @Test
    void aBodyWaitsForTheEndpointsWindow() throws Exception {
        serve("");
        Wire client = gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
        Http2Wire endpoint = accept(INITIAL_WINDOW, 0);
        int stream = endpoint.awaitRequest();
        endpoint.stall(stream);
        client.send("0123456789");
        endpoint.ping();
        assertThat(endpoint.answer(stream).body()).isEmpty();

        endpoint.windowUpdate(stream, 4).awaitBody(stream, 4);
        endpoint.ping();
        assertThat(endpoint.answer(stream).body()).isEqualTo("0123");
        endpoint.settings(INITIAL_WINDOW, 100);

        assertThat(endpoint.await(stream).body()).isEqualTo("0123456789");
        endpoint.respond(stream, true, 200);
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @Test
    void manyRequestsShareTheConnectionThatIsBeingOpened() throws Exception {
        serve("");
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(gateway.send(GET));
        }
        Http2Wire endpoint = Http2Wire.silent(backend.accept());
        Gateway.await("all wait", () -> gateway.target("app", 0).inFlight() == 10);
        assertThat(gateway.target("app", 0).connections()).isEqualTo(1);
        endpoint.settings();

        for (int i = 0; i < 10; i++) {
            endpoint.respond(endpoint.awaitRequest(), true, 200);
        }
        for (Wire client : clients) {
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void aNewConnectionIsMadeWhenAllAreFull() throws Exception {
        serve("");
        Wire first = gateway.send(GET);
        Http2Wire one = accept(MAX_CONCURRENT_STREAMS, 1);
        one.awaitRequest();
        Wire second = gateway.send(GET);
        Http2Wire two = accept(MAX_CONCURRENT_STREAMS, 1);
        two.awaitRequest();
        assertThat(gateway.target("app", 0).connections()).isEqualTo(2);

        one.respond(1, true, 200);
        two.respond(1, true, 201);
        assertThat(first.readResponse().status()).isEqualTo(200);
        assertThat(second.readResponse().status()).isEqualTo(201);

        // The oldest connection carries what one can carry.
        Wire third = gateway.send(GET);
        one.respond(one.awaitRequest(), true, 202);
        assertThat(third.readResponse().status()).isEqualTo(202);
    }

    @Test
    void aCrowdGetsAsManyConnectionsAsItNeeds() throws Exception {
        serve("");
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(gateway.send(GET));
        }
        Http2Wire one = Http2Wire.silent(backend.accept());
        Gateway.await("all wait", () -> gateway.target("app", 0).inFlight() == 5);
        one.settings(MAX_CONCURRENT_STREAMS, 3);
        for (int i = 0; i < 3; i++) {
            one.respond(one.awaitRequest(), true, 200);
        }
        Http2Wire two = accept();
        for (int i = 0; i < 2; i++) {
            two.respond(two.awaitRequest(), true, 200);
        }
        for (Wire client : clients) {
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void requestsWaitWhenNoFurtherConnectionIsAllowed() throws Exception {
        serve("capacity: { connections: 1, pending-timeout: 30s }");
        Wire first = gateway.send(GET);
        Http2Wire endpoint = accept(MAX_CONCURRENT_STREAMS, 1);
        endpoint.awaitRequest();
        Wire second = gateway.send(GET);
        endpoint.ping();

        endpoint.respond(1, true, 200);
        assertThat(first.readResponse().status()).isEqualTo(200);
        endpoint.respond(endpoint.awaitRequest(), true, 201);
        assertThat(second.readResponse().status()).isEqualTo(201);
    }

    @Test
    void settingsThatAllowMoreStreamsLetThoseInWhoWait() throws Exception {
        serve("capacity: { connections: 1, pending-timeout: 30s }");
        gateway.send(GET);
        Http2Wire endpoint = accept(MAX_CONCURRENT_STREAMS, 1);
        endpoint.awaitRequest();
        Wire second = gateway.send(GET);
        endpoint.settings(MAX_CONCURRENT_STREAMS, 2);

        int stream = endpoint.awaitRequest();

        assertThat(stream).isEqualTo(3);
        endpoint.respond(stream, true, 200);
        assertThat(second.readResponse().status()).isEqualTo(200);
    }

    @Test
    void anEndpointThatAllowsNoStreamIsNotConnectedToForEver() throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        assertThat(accept(MAX_CONCURRENT_STREAMS, 0).awaitGoAway().code()).isZero();
        assertThat(accept(MAX_CONCURRENT_STREAMS, 0).awaitGoAway().code()).isZero();

        assertFailed(client.readResponse(), 503, "UPSTREAM_STREAM_REFUSED");
        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void explainShowsTheHeadAsItIsSent() throws Exception {
        serve("");
        String request = "GET /x?y=z HTTP/1.1\r\nHost: example.com\r\nTE: trailers\r\n\r\n";
        Explanation explained =
                gateway.proxy()
                        .explain(
                                new ExplainRequest(
                                        "web",
                                        InetAddress.getLoopbackAddress(),
                                        request.getBytes(ISO_8859_1)));
        assertThat(explained.forwarded())
                .startsWith(
                        ":method: GET\r\n"
                                + ":scheme: http\r\n"
                                + ":authority: example.com\r\n"
                                + ":path: /x?y=z\r\n")
                .endsWith("te: trailers\r\n\r\n");
    }

    @Test
    void aWebSocketThatTheEndpointDoesNotOfferFails() throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, websocket: true } }
                upstreams: { app: { protocol: http2, endpoints: [ "%s" ] } }
                """,
                backend.address());
        Wire client =
                gateway.send(
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                + "Sec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        accept().frame(PING, 0, 0, new byte[8]);

        assertFailed(client.readResponse(), 502, "UPSTREAM_UPGRADE_FAILED");
    }

    // ---- answers

    @Test
    void interimResponsesArePassedOn() throws Exception {
        serve("");
        Http2Wire client = Http2Wire.over(gateway.connect());
        client.get(1, "/");
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 103, "link", "</a.css>");
        endpoint.respond(stream, true, 200);

        Http2Wire.Answer answer = client.await(1);
        assertThat(answer.heads().getFirst()).contains(":status: 103", "link: </a.css>");
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void trailersArePassedOnToWhoTakesThem() throws Exception {
        serve("");
        Http2Wire client = Http2Wire.over(gateway.connect());
        client.get(1, "/", "te", "trailers");
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 200, "content-type", "application/grpc");
        endpoint.data(stream, false, "x").head(stream, true, "grpc-status", "0");

        Http2Wire.Answer answer = client.await(1);
        assertThat(answer.ended()).isTrue();
        assertThat(answer.heads().getLast()).containsExactly("grpc-status: 0");
    }

    @Test
    void anAnswerThatIsAllHeadStaysOne() throws Exception {
        serve("");
        Http2Wire client = Http2Wire.over(gateway.connect());
        client.get(1, "/", "te", "trailers");
        Http2Wire endpoint = accept();
        endpoint.respond(endpoint.awaitRequest(), true, 200, "grpc-status", "12");

        Http2Wire.Frame head = client.await(HEADERS, 0);
        assertThat(head.has(END_STREAM)).isTrue();
        assertThat(client.answer(1).heads().getFirst())
                .contains("grpc-status: 12")
                .noneMatch(field -> field.startsWith("content-length"));
    }

    @Test
    void anAnswerThatIsAllHeadHasItsLengthInHttp1() throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        endpoint.respond(endpoint.awaitRequest(), true, 200);

        Message answer = client.readResponse();
        assertThat(answer.field("content-length")).isEqualTo("0");
        client.send(GET);
        endpoint.respond(endpoint.awaitRequest(), true, 201);
        assertThat(client.readResponse().status()).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD 200", "GET 204", "GET 304"})
    void anAnswerWithoutContentEndsWithItsHead(String what) throws Exception {
        serve("");
        String method = what.substring(0, what.indexOf(' '));
        int status = Integer.parseInt(what.substring(method.length() + 1));
        Wire client = gateway.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        if (status == 204) {
            endpoint.respond(stream, true, status);
        } else {
            // The end may come by itself.
            endpoint.respond(stream, false, status, "content-length", "5").data(stream, true, "");
        }
        Message answer = client.readHeadResponse();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.has("content-length")).isEqualTo(status != 204);

        client.send(GET);
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @Test
    void anAnswerBeforeTheRequestsEndStopsTheUpload() throws Exception {
        serve("");
        Wire client = gateway.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nab");
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.awaitBody(stream, 2);
        endpoint.respond(stream, true, 413).reset(stream, NO_ERROR);

        assertThat(client.readResponse().status()).isEqualTo(413);
        assertThat(endpoint.await(RST_STREAM, 0).number(0)).isEqualTo(NO_ERROR);
        // The connection goes on.
        Wire next = gateway.send(GET);
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        assertThat(next.readResponse().status()).isEqualTo(200);
    }

    @Test
    void creditComesBackAsTheClientReads() throws Exception {
        serve("");
        Http2Wire client = Http2Wire.withWindow(gateway.connect(), 0);
        client.get(1, "/");
        client.get(3, "/");
        Http2Wire endpoint = accept();
        int slow = endpoint.awaitRequest();
        int fast = endpoint.awaitRequest();
        endpoint.respond(slow, false, 200).respond(fast, false, 200);
        // All that its window lets in, in frames of the usual size.
        for (int i = 0; i < 4; i++) {
            endpoint.data(slow, false, "x".repeat(16 * 1024 - (i == 3 ? 1 : 0)));
        }
        endpoint.ping();
        assertThat(endpoint.frames(Http2Wire.WINDOW_UPDATE, slow)).isZero();

        // The other stream is not held up.
        endpoint.data(fast, true, "y");
        client.windowUpdate(3, 10);
        assertThat(client.await(3).body()).isEqualTo("y");

        client.windowUpdate(1, 1 << 20);
        client.awaitBody(1, 64 * 1024 - 1);
        while (endpoint.frames(Http2Wire.WINDOW_UPDATE, slow) == 0) {
            endpoint.read();
        }
        endpoint.data(slow, true, "");
        assertThat(client.await(1).ended()).isTrue();
    }

    // ---- answers that are none

    enum Malformed {
        NO_STATUS {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.head(stream, true, "server", "x");
            }
        },
        TWO_STATUSES {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.head(stream, true, ":status", "200", ":status", "200");
            }
        },
        A_STATUS_OF_TWO_DIGITS {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.head(stream, true, ":status", "20");
            }
        },
        A_STATUS_BEYOND_599 {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.head(stream, true, ":status", "600");
            }
        },
        A_STATUS_THAT_IS_NO_NUMBER {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.head(stream, true, ":status", "2 0");
            }
        },
        SWITCHING_PROTOCOLS {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, false, 101);
            }
        },
        A_REQUESTS_PSEUDO_FIELD {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.head(stream, true, ":status", "200", ":path", "/");
            }
        },
        STATUS_BEHIND_A_FIELD {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.head(stream, true, "server", "x", ":status", "200");
            }
        },
        UPPER_CASE {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, true, 200, "Server", "x");
            }
        },
        A_LINE_END_IN_A_VALUE {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, true, 200, "server", "x\r\nset-cookie: a=b");
            }
        },
        CONNECTION {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, true, 200, "connection", "close");
            }
        },
        TRANSFER_ENCODING {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, false, 200, "transfer-encoding", "chunked");
            }
        },
        TWO_LENGTHS {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, false, 200, "content-length", "1", "content-length", "1");
            }
        },
        A_LENGTH_AND_NO_CONTENT {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, true, 200, "content-length", "1");
            }
        },
        CONTENT_BEFORE_A_HEAD {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.data(stream, false, "x");
            }
        },
        AN_INTERIM_RESPONSE_THAT_ENDS {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, true, 103);
            }
        },
        INTERIM_RESPONSES_WITHOUT_END {
            @Override
            void answer(Http2Wire endpoint, int stream) throws IOException {
                for (int i = 0; i < 40; i++) {
                    endpoint.respond(stream, false, 103);
                }
            }
        };

        abstract void answer(Http2Wire endpoint, int stream) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aMalformedAnswerIs502AndItsStreamReset(Malformed malformed) throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        malformed.answer(endpoint, stream);

        assertFailed(client.readResponse(), 502, "UPSTREAM_MALFORMED");
        assertThat(endpoint.await(RST_STREAM, 0).number(0)).isEqualTo(PROTOCOL_ERROR);
        // The connection goes on.
        client.send(GET);
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    enum Wrong {
        LESS_THAN_DECLARED {
            @Override
            void goOn(Http2Wire endpoint, int stream) throws IOException {
                endpoint.data(stream, true, "x");
            }
        },
        MORE_THAN_DECLARED {
            @Override
            void goOn(Http2Wire endpoint, int stream) throws IOException {
                endpoint.data(stream, false, "x".repeat(11));
            }
        },
        TRAILERS_TOO_EARLY {
            @Override
            void goOn(Http2Wire endpoint, int stream) throws IOException {
                endpoint.head(stream, true, "x", "y");
            }
        },
        TRAILERS_WITHOUT_END {
            @Override
            void goOn(Http2Wire endpoint, int stream) throws IOException {
                endpoint.data(stream, false, "x".repeat(10)).head(stream, false, "x", "y");
            }
        },
        TRAILERS_WITH_PSEUDO_FIELDS {
            @Override
            void goOn(Http2Wire endpoint, int stream) throws IOException {
                endpoint.data(stream, false, "x".repeat(10)).head(stream, true, ":status", "200");
            }
        };

        abstract void goOn(Http2Wire endpoint, int stream) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatGoesWrongIsCut(Wrong wrong) throws Exception {
        serve("");
        Http2Wire client = Http2Wire.over(gateway.connect());
        client.get(1, "/");
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 200, "content-length", "10");
        client.await(HEADERS, 0);
        wrong.goOn(endpoint, stream);

        assertThat(client.await(1).reset()).isEqualTo(INTERNAL_ERROR);
        assertThat(endpoint.await(RST_STREAM, 0).number(0)).isEqualTo(PROTOCOL_ERROR);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCutAnswerIsSeenAsCut(boolean byReset) throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 200).data(stream, false, "half");
        assertThat(client.readUntil("half")).startsWith("HTTP/1.1 200");
        if (byReset) {
            endpoint.reset(stream, NO_ERROR);
        } else {
            endpoint.close();
        }

        assertThat(client.readToReset()).doesNotContain("0\r\n\r\n");
    }

    // ---- resets

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
            })
    void aRefusedStreamIsTriedAgainWhateverTheMethod(String request) throws Exception {
        serve("");
        Wire client = gateway.send(request);
        Http2Wire endpoint = accept();
        int first = endpoint.awaitRequest();
        endpoint.await(first);
        endpoint.reset(first, REFUSED_STREAM);
        int second = endpoint.awaitRequest();

        assertThat(endpoint.await(second).body()).isEqualTo(endpoint.answer(first).body());
        endpoint.respond(second, true, 200);
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @Test
    void aStreamRefusedEachTimeIs503() throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        endpoint.reset(endpoint.awaitRequest(), REFUSED_STREAM);
        endpoint.reset(endpoint.awaitRequest(), REFUSED_STREAM);

        assertFailed(client.readResponse(), 503, "UPSTREAM_STREAM_REFUSED");
    }

    @Test
    void anEndpointThatWantsCalmIs503() throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        endpoint.reset(endpoint.awaitRequest(), ENHANCE_YOUR_CALM);

        assertFailed(client.readResponse(), 503, "UPSTREAM_CALM_ASKED");
    }

    @Test
    void aResetBeforeTheAnswerIs502() throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        endpoint.reset(endpoint.awaitRequest(), INTERNAL_ERROR);

        assertFailed(client.readResponse(), 502, "UPSTREAM_RESET");
    }

    @Test
    void aConnectionIsGivenUpBeforeItsEndpointTakesResetsOfClientsForAnAttack() throws Exception {
        serve("");
        Http2Wire client = Http2Wire.over(gateway.connect());
        client.get(1, "/stays");
        Http2Wire endpoint = accept();
        int stays = endpoint.awaitRequest();
        for (int i = 1; i <= 100; i++) {
            client.get(1 + 2 * i, "/");
            int stream = endpoint.awaitRequest();
            client.reset(1 + 2 * i, CANCEL);
            assertThat(endpoint.await(RST_STREAM, 0).stream()).isEqualTo(stream);
        }
        client.get(203, "/");
        Http2Wire other = accept();

        other.respond(other.awaitRequest(), true, 200);
        assertThat(client.await(203).status()).isEqualTo(200);
        endpoint.respond(stays, true, 200);
        assertThat(client.await(1).status()).isEqualTo(200);
        assertThat(endpoint.awaitGoAway().code()).isEqualTo(NO_ERROR);
    }

    /// Endpoints that do not want an upload say so by a reset behind their answer, which comes when
    /// the stream is over: as often as clients make them. Clients give up what is answered.
    @Test
    void uploadsThatAreRefusedManyTimesCostNobodyTheConnection() throws Exception {
        serve("pool: { max-requests: 100000 }");
        Http2Wire client = Http2Wire.over(gateway.connect());
        Http2Wire endpoint = null;
        for (int i = 0; i < 55; i++) {
            for (int j = 0; j < 100; j++) {
                client.request(1 + 2 * (100 * i + j), /* end= */ false, "POST", "/");
            }
            endpoint = endpoint == null ? accept() : endpoint;
            for (int j = 0; j < 100; j++) {
                int stream = endpoint.awaitRequest();
                endpoint.respond(stream, true, 401).reset(stream, NO_ERROR);
            }
            for (int j = 0; j < 100; j++) {
                int stream = 1 + 2 * (100 * i + j);
                assertThat(client.await(stream).status()).isEqualTo(401);
                client.reset(stream, CANCEL);
            }
        }
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void aClientThatGoesAwayCancelsItsStreamOnly() throws Exception {
        serve("");
        Http2Wire client = Http2Wire.over(gateway.connect());
        client.get(1, "/").get(3, "/");
        Http2Wire endpoint = accept();
        int first = endpoint.awaitRequest();
        int second = endpoint.awaitRequest();
        client.reset(1, CANCEL);

        Http2Wire.Frame reset = endpoint.await(RST_STREAM, 0);
        assertThat(reset.stream()).isEqualTo(first);
        assertThat(reset.number(0)).isEqualTo(CANCEL);
        endpoint.respond(second, true, 200);
        assertThat(client.await(3).status()).isEqualTo(200);
    }

    @Test
    void anEndpointThatDoesNotAnswerIsAskedWhetherItIsThere() throws Exception {
        serve("", "defaults: { timeouts: { connect: 30s, first-byte: 1s } }");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        endpoint.respond(endpoint.awaitRequest(), true, 200).ping();
        assertThat(client.readResponse().status()).isEqualTo(200);
        client.send(GET);
        int stream = endpoint.awaitRequest();

        assertFailed(client.readResponse(), 504, "UPSTREAM_FIRST_BYTE_TIMEOUT");
        assertThat(endpoint.await(RST_STREAM, 0).number(0)).isEqualTo(CANCEL);
        assertThat(endpoint.answer(stream).reset()).isEqualTo(CANCEL);
        assertThat(endpoint.await(PING, 0).has(ACK)).isFalse();
    }

    // ---- the end of connections

    @Test
    void aGoAwayLetsLowerStreamsFinishAndHigherOnesGoElsewhere() throws Exception {
        serve("");
        Wire first = gateway.send(GET);
        Http2Wire endpoint = accept();
        endpoint.awaitRequest();
        Wire second = gateway.send("POST /two HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab");
        endpoint.awaitRequest();
        endpoint.frame(Http2Wire.GOAWAY, 0, 0, concat(number(1), number(NO_ERROR)));

        Http2Wire other = accept();
        int again = other.awaitRequest();
        assertThat(other.await(again).body()).isEqualTo("ab");
        other.respond(again, true, 201);
        assertThat(second.readResponse().status()).isEqualTo(201);

        endpoint.respond(1, true, 200);
        assertThat(first.readResponse().status()).isEqualTo(200);
        // With its last stream the connection ends.
        assertThat(endpoint.awaitGoAway().code()).isEqualTo(NO_ERROR);
        endpoint.wire().awaitGone();
    }

    @Test
    void aConnectionServesSoManyRequestsAndEnds() throws Exception {
        serve("pool: { max-requests: 2 }");
        Http2Wire client = Http2Wire.over(gateway.connect());
        client.get(1, "/");
        Http2Wire endpoint = accept();
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        client.await(1);
        client.get(3, "/");
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        client.await(3);

        assertThat(endpoint.awaitGoAway().code()).isEqualTo(NO_ERROR);
        client.get(5, "/");
        Http2Wire next = accept();
        next.respond(next.awaitRequest(), true, 200);
        assertThat(client.await(5).status()).isEqualTo(200);
    }

    @Test
    void anIdleConnectionEnds() throws Exception {
        serve("pool: { idle: 100ms }");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        assertThat(client.readResponse().status()).isEqualTo(200);

        assertThat(endpoint.awaitGoAway().code()).isEqualTo(NO_ERROR);
        endpoint.wire().awaitGone();
        Gateway.await("closed", () -> gateway.target("app", 0).connections() == 0);
    }

    @Test
    void anEndpointThatLeavesTheConfigurationKeepsWhatItHas() throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        gateway.serveNow(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, respond: { status: 200 } } }
                """);
        endpoint.ping();
        endpoint.respond(stream, true, 202);

        assertThat(client.readResponse().status()).isEqualTo(202);
        assertThat(endpoint.awaitGoAway().code()).isEqualTo(NO_ERROR);
    }

    @Test
    void aConnectionThatDiesUnderAnIdempotentRequestIsReplaced() throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        assertThat(client.readResponse().status()).isEqualTo(200);
        client.send(GET);
        endpoint.awaitRequest();
        endpoint.close();

        Http2Wire next = accept();
        next.respond(next.awaitRequest(), true, 201);
        assertThat(client.readResponse().status()).isEqualTo(201);
    }

    // ---- endpoints that speak something else

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
                "",
                "\0\0\0\6\0\0\0\0\0"
            })
    void anEndpointThatDoesNotSpeakHttp2IsNamed(String answer) throws Exception {
        serveOnce();
        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        endpoint.read(Http2Wire.PREFACE.length());
        endpoint.send(answer);
        endpoint.endOutput();

        assertFailed(client.readResponse(), 502, "UPSTREAM_NO_HTTP2");
    }

    @Test
    void anEndpointThatSaysNothingIsNotWaitedForForEver() throws Exception {
        serveOnce("defaults: { timeouts: { connect: 200ms } }");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = Http2Wire.silent(backend.accept());

        assertFailed(client.readResponse(), 502, "UPSTREAM_NO_HTTP2");
        assertThat(endpoint.awaitGoAway().code()).isEqualTo(4);
    }

    // ---- hostile endpoints

    @Test
    void aHeadThatIsTooLargeIs502AndTheConnectionGoesOn() throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        String[] fields = new String[400];
        for (int i = 0; i < fields.length; i += 2) {
            fields[i] = "f" + i;
            fields[i + 1] = "v";
        }
        endpoint.respond(stream, true, 200, fields);

        assertFailed(client.readResponse(), 502, "UPSTREAM_HEAD_TOO_LARGE");
        client.send(GET);
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    enum Hostile {
        A_PUSH(PROTOCOL_ERROR) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.frame(
                        PUSH_PROMISE,
                        END_HEADERS,
                        stream,
                        concat(number(2), block(":method", "GET")));
            }
        },
        SETTINGS_THAT_ALLOW_PUSHES(PROTOCOL_ERROR) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.settings(2, 1);
            }
        },
        A_STREAM_OF_ITS_OWN(PROTOCOL_ERROR) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(2, true, 200);
            }
        },
        A_STREAM_NOT_BEGUN(PROTOCOL_ERROR) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(99, true, 200);
            }
        },
        DATA_ON_A_STREAM_NOT_BEGUN(PROTOCOL_ERROR) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.data(99, true, "x");
            }
        },
        CONTINUATION_WITHOUT_END(ENHANCE_YOUR_CALM) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.frame(HEADERS, 0, stream, block(":status", "200"));
                for (int i = 0; i < 20; i++) {
                    endpoint.frame(CONTINUATION, 0, stream, block("a", "b"));
                }
            }
        },
        PINGS_WITHOUT_END(ENHANCE_YOUR_CALM) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                for (int i = 0; i < 1100; i++) {
                    endpoint.frame(PING, 0, 0, new byte[8]);
                }
            }
        },
        SETTINGS_WITHOUT_END(ENHANCE_YOUR_CALM) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                for (int i = 0; i < 1100; i++) {
                    endpoint.frame(SETTINGS, 0, 0);
                }
            }
        },
        EMPTY_DATA_WITHOUT_END(ENHANCE_YOUR_CALM) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, false, 200);
                for (int i = 0; i < 200; i++) {
                    endpoint.frame(DATA, 0, stream);
                }
            }
        },
        A_HEAD_AFTER_THE_END_AGAIN_AND_AGAIN(ENHANCE_YOUR_CALM) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.respond(stream, true, 200);
                for (int i = 0; i < 5500; i++) {
                    endpoint.respond(stream, true, 200);
                }
            }
        },
        A_HEADER_BLOCK_THAT_IS_NONE(9) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.frame(HEADERS, END_HEADERS, stream, (byte) 0xff, (byte) 0xff);
            }
        },
        A_WINDOW_TOO_LARGE(FLOW_CONTROL_ERROR) {
            @Override
            void attack(Http2Wire endpoint, int stream) throws IOException {
                endpoint.windowUpdate(0, Integer.MAX_VALUE);
            }
        };

        private final int code;

        Hostile(int code) {
            this.code = code;
        }

        abstract void attack(Http2Wire endpoint, int stream) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void aHostileEndpointLosesItsConnectionAndNobodyElseSuffers(Hostile hostile) throws Exception {
        serve("");
        Wire client = gateway.send(GET);
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        try {
            hostile.attack(endpoint, stream);
        } catch (IOException closed) {
            // It was closed meanwhile.
        }
        assertThat(goAwayOf(endpoint)).isIn(hostile.code, -1);
        endpoint.close();
        Gateway.await("closed", () -> gateway.target("app", 0).connections() == 0);
        client.close();

        Wire next = gateway.send(GET);
        Http2Wire sound = accept();
        sound.respond(sound.awaitRequest(), true, 200);
        assertThat(next.readResponse().status()).isEqualTo(200);
    }

    /// The code that the gateway ended the connection with; -1 when its words were lost, as they
    /// may be where it closes while it is being sent to.
    private static int goAwayOf(Http2Wire endpoint) {
        try {
            return endpoint.awaitGoAway().code();
        } catch (IOException lost) {
            return -1;
        }
    }

    @Test
    void moreThanAStreamsWindowIsRefused() throws Exception {
        serve("");
        Http2Wire client = Http2Wire.withWindow(gateway.connect(), 0);
        client.get(1, "/");
        Http2Wire endpoint = accept();
        int stream = endpoint.awaitRequest();
        endpoint.respond(stream, false, 200);
        for (int i = 0; i < 5; i++) {
            endpoint.data(stream, false, "x".repeat(16 * 1024));
        }

        assertThat(endpoint.await(RST_STREAM, 0).number(0)).isEqualTo(FLOW_CONTROL_ERROR);
        assertThat(client.await(1).reset()).isEqualTo(INTERNAL_ERROR);
    }

    // ---- many streams

    @Test
    void stalledClientsHoldUpNobodyElse() throws Exception {
        serve("");
        int stalled = 20;
        Http2Wire slow = Http2Wire.withWindow(gateway.connect(), 0);
        for (int i = 0; i < stalled; i++) {
            slow.get(2 * i + 1, "/slow");
        }
        Http2Wire endpoint = accept();
        String half = "x".repeat(32 * 1024);
        for (int i = 0; i < stalled; i++) {
            int stream = endpoint.awaitRequest();
            endpoint.respond(stream, false, 200);
            for (int sent = 0; sent < 48 * 1024; sent += 16 * 1024) {
                endpoint.data(stream, false, half.substring(0, 16 * 1024));
            }
        }
        Http2Wire fast = Http2Wire.over(gateway.connect());
        for (int i = 0; i < 80; i++) {
            fast.get(2 * i + 1, "/fast");
        }
        for (int i = 0; i < 80; i++) {
            int stream = endpoint.awaitRequest();
            endpoint.respond(stream, false, 200).data(stream, true, half.substring(0, 16 * 1024));
        }
        for (int i = 0; i < 80; i++) {
            assertThat(fast.await(2 * i + 1).body()).hasSize(16 * 1024);
        }
        assertThat(IntStream.range(0, stalled).map(i -> slow.answer(2 * i + 1).body().length()))
                .containsOnly(0);
        assertThat(backend.connections()).isEqualTo(1);
    }

    // ---- TLS

    private static SSLEngine engine(TestAuthority authority, String... protocols) {
        SSLEngine engine = authority.engine(authority.issue("app.test"));
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        return engine;
    }

    private void serveTls(Path folder, TestAuthority authority, String protocol)
            throws IOException {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app, retry: { tries: 1 } } }
                upstreams:
                  app: { protocol: PROTOCOL, endpoints: [ "%s" ], tls: { server-name: app.test, trusted: TRUSTED } }
                """
                        .replace("PROTOCOL", protocol)
                        .replace("TRUSTED", authority.trustedIn(folder).toString()),
                backend.address());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http2", "auto"})
    void underTlsHttp2IsAgreedOn(String protocol, @TempDir Path folder) throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        serveTls(folder, authority, protocol);
        Wire first = gateway.send(GET);
        Wire second = gateway.send(GET);
        Http2Wire endpoint =
                Http2Wire.accepting(backend.accept().secure(engine(authority, "h2", "http/1.1")));
        int stream = endpoint.awaitRequest();

        assertThat(endpoint.answer(stream).heads().getFirst()).contains(":scheme: https");
        endpoint.respond(stream, true, 200);
        endpoint.respond(endpoint.awaitRequest(), true, 200);
        assertThat(first.readResponse().status()).isEqualTo(200);
        assertThat(second.readResponse().status()).isEqualTo(200);
        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void underTlsAutoTakesHttp1WhereThatIsAgreedOn(@TempDir Path folder) throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        serveTls(folder, authority, "auto");
        Wire first = gateway.send(GET);
        Wire second = gateway.send(GET);
        Gateway.await("both wait", () -> gateway.target("app", 0).inFlight() == 2);
        for (int i = 0; i < 2; i++) {
            Wire endpoint = backend.accept().secure(engine(authority, "http/1.1"));
            assertThat(endpoint.readRequest().target()).isEqualTo("/");
            endpoint.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
        assertThat(first.readResponse().status()).isEqualTo(200);
        assertThat(second.readResponse().status()).isEqualTo(200);
    }

    @Test
    void underTlsHttp2ThatIsNotAgreedOnHasAReasonOfItsOwn(@TempDir Path folder) throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        serveTls(folder, authority, "http2");
        Wire client = gateway.send(GET);
        Wire endpoint = backend.accept();
        // It hears of its end within the handshake or behind it.
        assertThatThrownBy(() -> endpoint.secure(engine(authority)).read(1))
                .isInstanceOf(IOException.class);

        assertFailed(client.readResponse(), 502, "UPSTREAM_NO_HTTP2");
    }

    // ---- the server of others

    @Test
    void nghttpdServesFilesLargeAndSmall(@TempDir Path folder) throws Exception {
        byte[] large = new byte[1 << 20];
        Arrays.fill(large, (byte) 'x');
        Files.write(folder.resolve("large"), large);
        Files.writeString(folder.resolve("small"), "hi");
        int port = FreePorts.next();
        Process server = nghttpd(folder, port);
        try {
            gateway.serve(
                    """
                    listeners: { web: { address: "127.0.0.1:0" } }
                    routes: { all: { match: { path: / }, upstream: app } }
                    upstreams: { app: { protocol: http2, endpoints: [ "127.0.0.1:%s" ] } }
                    """,
                    Integer.toString(port));
            Gateway.await("nghttpd listens", () -> listens(port));
            Wire client = gateway.connect();
            for (int i = 0; i < 3; i++) {
                client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(client.readResponse().body()).hasSize(large.length);
                client.send("GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(client.readResponse().body()).isEqualTo("hi");
                client.send("POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
                assertThat(client.readResponse().status()).isEqualTo(404);
            }
            assertThat(gateway.target("app", 0).connections()).isEqualTo(1);
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    private static Process nghttpd(Path folder, int port) throws IOException {
        List<String> command =
                List.of("nghttpd", "--no-tls", "-a", "127.0.0.1", "-d", folder.toString());
        List<String> whole = new ArrayList<>(command);
        whole.add(Integer.toString(port));
        try {
            return new ProcessBuilder(whole)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "nghttpd is not installed");
            throw e;
        }
    }

    private static boolean listens(int port) {
        try (Wire _ = Wire.connect(port)) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = new byte[a.length + b.length];
        System.arraycopy(a, 0, both, 0, a.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
