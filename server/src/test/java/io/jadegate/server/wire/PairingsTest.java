package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every version of HTTP that clients speak with every one that endpoints speak: what goes through
/// the gateway is the same, and what breaks on one side is seen on the other.
@Timeout(30)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class PairingsTest {
    private static final String BODY = "0123456789abcdef".repeat(2048);

    @RegisterExtension static final Gateway gateway = new Gateway();

    private final TestAuthority authority = new TestAuthority("test authority");
    private final Credential app = authority.issue("app.test");

    @TempDir private Path folder;
    private TestCertificates certificates;
    private FakeBackend backend;

    /// A version of HTTP, and whether it goes by TLS.
    enum Version {
        HTTP_1_1,
        H2C,
        H2_TLS
    }

    /// A message as either side sees it.
    ///
    /// @param fields in lower case, pseudo-header fields among them
    record Seen(List<String> fields, String body, List<String> trailers) {}

    static Stream<Arguments> pairings() {
        return Arrays.stream(Version.values())
                .flatMap(client ->
                        Arrays.stream(Version.values())
                                .map(endpoint -> Arguments.of(client, endpoint)));
    }

    @BeforeEach
    void open() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("local", "localhost");
        backend = gateway.backend();
    }

    private void serve(Version client, Version endpoint) throws IOException {
        String upstream =
                switch (endpoint) {
                    case HTTP_1_1 -> "";
                    case H2C -> "protocol: http2,";
                    case H2_TLS ->
                            "protocol: http2, tls: { server-name: app.test, trusted: "
                                    + authority.trustedIn(folder)
                                    + " },";
                };
        String tls =
                client == Version.H2_TLS
                        ? "tls: { hosts: { localhost: { " + certificates.entry("local") + " } } }"
                        : "";
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0", TLS } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { UPSTREAM endpoints: [ "%s" ] } }
                """
                        .replace("TLS", tls)
                        .replace("UPSTREAM", upstream),
                backend.address());
    }

    private static void offerHttp2(SSLEngine engine) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        engine.setSSLParameters(parameters);
    }

    // ---- the two ends

    private Client client(Version version) throws IOException {
        Wire wire = gateway.connect();
        if (version == Version.H2_TLS) {
            SSLEngine engine = certificates.client().createSSLEngine("localhost", gateway.port());
            engine.setUseClientMode(true);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("localhost")));
            engine.setSSLParameters(parameters);
            offerHttp2(engine);
            wire.secure(engine);
        }
        return version == Version.HTTP_1_1
                ? new Http1Client(wire)
                : new Http2Client(Http2Wire.over(wire), version == Version.H2_TLS);
    }

    private Endpoint accept(Version version) throws IOException {
        Wire wire = backend.accept();
        if (version == Version.H2_TLS) {
            SSLEngine engine = authority.engine(app);
            offerHttp2(engine);
            wire.secure(engine);
        }
        return version == Version.HTTP_1_1
                ? new Http1Endpoint(wire)
                : new Http2Endpoint(Http2Wire.accepting(wire));
    }

    private interface Client {
        /// Sends a request that takes trailers.
        ///
        /// @param trailers names and values in turn; empty for none
        void send(String method, String body, String... trailers) throws IOException;

        /// Reads the whole answer.
        Seen read(String method) throws IOException;

        /// Reads an answer that does not come to its end.
        ///
        /// @return what came of its body
        String readCut() throws IOException;

        void goAway() throws IOException;
    }

    private interface Endpoint {
        /// Reads a whole request.
        Seen read() throws IOException;

        /// Sends an interim response, and an answer.
        ///
        /// @param trailers names and values in turn; empty for none
        void answer(int status, String body, String... trailers) throws IOException;

        /// Begins an answer that never ends.
        void answerHalf(String part) throws IOException;

        void goAway() throws IOException;

        /// Waits until the request under way has been given up.
        void awaitGivenUp() throws IOException;
    }

    private record Http1Client(Wire wire) implements Client {
        @Override
        public void send(String method, String body, String... trailers) throws IOException {
            String head = method + " /path HTTP/1.1\r\nHost: localhost\r\n";
            String te = "Connection: TE\r\nTE: trailers\r\n";
            wire.send(head + te + (body.isEmpty() ? "\r\n" : chunked(body, trailers)));
        }

        @Override
        public Seen read(String method) throws IOException {
            return seen(method.equals("HEAD") ? wire.readHeadResponse() : wire.readResponse());
        }

        @Override
        public String readCut() throws IOException {
            String all = wire.readToReset();
            assertThat(all).doesNotContain("\r\n0\r\n");
            return all;
        }

        @Override
        public void goAway() throws IOException {
            wire.reset();
        }
    }

    private record Http1Endpoint(Wire wire) implements Endpoint {
        @Override
        public Seen read() throws IOException {
            Message request = wire.readRequest();
            Seen seen = seen(request);
            assertThat(request.startLine()).endsWith(" /path HTTP/1.1");
            return seen;
        }

        @Override
        public void answer(int status, String body, String... trailers) throws IOException {
            wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            wire.send("HTTP/1.1 " + status + " X\r\n");
            wire.send(body.isEmpty() ? "Content-Length: 0\r\n\r\n" : chunked(body, trailers));
        }

        @Override
        public void answerHalf(String part) throws IOException {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + part);
        }

        @Override
        public void goAway() throws IOException {
            wire.close();
        }

        @Override
        public void awaitGivenUp() throws IOException {
            wire.awaitGone();
        }
    }

    private static final class Http2Client implements Client {
        private final Http2Wire http2;
        private final boolean secure;
        private int stream = -1;

        Http2Client(Http2Wire http2, boolean secure) {
            this.http2 = http2;
            this.secure = secure;
        }

        @Override
        public void send(String method, String body, String... trailers) throws IOException {
            stream += 2;
            http2.head(
                    stream,
                    body.isEmpty(),
                    ":method",
                    method,
                    ":scheme",
                    secure ? "https" : "http",
                    ":authority",
                    "localhost",
                    ":path",
                    "/path",
                    "te",
                    "trailers");
            if (!body.isEmpty()) {
                sendBody(http2, stream, body, trailers);
            }
        }

        @Override
        public Seen read(String method) throws IOException {
            Http2Wire.Answer answer = http2.await(stream);
            assertThat(answer.ended()).isTrue();
            // 103 is for those only who know what to do with it.
            assertThat(answer.heads().getFirst()).contains(":status: 103");
            return seen(answer, 1);
        }

        @Override
        public String readCut() throws IOException {
            Http2Wire.Answer answer = http2.await(stream);
            assertThat(answer.ended()).isFalse();
            return answer.body();
        }

        @Override
        public void goAway() throws IOException {
            http2.reset(stream, /* code= */ 8);
        }
    }

    private static final class Http2Endpoint implements Endpoint {
        private final Http2Wire http2;
        private int stream;

        Http2Endpoint(Http2Wire http2) {
            this.http2 = http2;
        }

        @Override
        public Seen read() throws IOException {
            stream = http2.awaitRequest();
            Http2Wire.Answer request = http2.await(stream);
            assertThat(request.heads().getFirst()).contains(":path: /path");
            return seen(request, 0);
        }

        @Override
        public void answer(int status, String body, String... trailers) throws IOException {
            http2.respond(stream, false, 103, "link", "</a>");
            http2.respond(stream, body.isEmpty(), status);
            if (!body.isEmpty()) {
                sendBody(http2, stream, body, trailers);
            }
        }

        @Override
        public void answerHalf(String part) throws IOException {
            http2.respond(stream, false, 200, "content-length", "1000").data(stream, false, part);
        }

        @Override
        public void goAway() throws IOException {
            http2.close();
        }

        @Override
        public void awaitGivenUp() throws IOException {
            Http2Wire.Answer request = http2.answer(stream);
            while (request.reset() < 0) {
                http2.read();
            }
        }
    }

    private static String chunked(String body, String... trailers) {
        StringBuilder octets = new StringBuilder("Transfer-Encoding: chunked\r\n\r\n");
        octets.append(Integer.toHexString(body.length())).append("\r\n").append(body);
        octets.append("\r\n0\r\n");
        for (int i = 0; i < trailers.length; i += 2) {
            octets.append(trailers[i]).append(": ").append(trailers[i + 1]).append("\r\n");
        }
        return octets.append("\r\n").toString();
    }

    private static void sendBody(Http2Wire http2, int stream, String body, String... trailers)
            throws IOException {
        int frame = 16 * 1024;
        for (int at = 0; at < body.length(); at += frame) {
            boolean last = at + frame >= body.length();
            http2.data(
                    stream,
                    last && trailers.length == 0,
                    body.substring(at, Math.min(body.length(), at + frame)));
        }
        if (trailers.length > 0) {
            http2.head(stream, true, trailers);
        }
    }

    private static Seen seen(Message message) {
        return new Seen(lower(message.fields()), message.body(), lower(message.trailers()));
    }

    private static List<String> lower(List<Message.Field> fields) {
        return fields.stream()
                .map(field -> field.name().toLowerCase(Locale.ROOT) + ": " + field.value())
                .toList();
    }

    /// @param head which of the heads is the one that counts
    private static Seen seen(Http2Wire.Answer answer, int head) {
        List<List<String>> heads = answer.heads();
        return new Seen(
                heads.get(head),
                answer.body(),
                heads.size() > head + 1 ? heads.getLast() : List.of());
    }

    // ---- what holds for all

    @ParameterizedTest
    @MethodSource("pairings")
    void bodiesAndTrailersGoBothWays(Version from, Version to) throws Exception {
        serve(from, to);
        Client client = client(from);
        client.send("POST", BODY, "x-sum", "1");
        Endpoint endpoint = accept(to);

        Seen request = endpoint.read();
        assertThat(request.body()).isEqualTo(BODY);
        assertThat(request.trailers()).containsExactly("x-sum: 1");
        assertThat(request.fields()).contains("te: trailers");

        endpoint.answer(200, BODY, "x-end", "2");
        Seen answer = client.read("POST");
        assertThat(answer.body()).isEqualTo(BODY);
        assertThat(answer.trailers()).containsExactly("x-end: 2");
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void oneRequestFollowsAnother(Version from, Version to) throws Exception {
        serve(from, to);
        Client client = client(from);
        client.send("GET", "");
        Endpoint endpoint = accept(to);
        for (int i = 0; i < 3; i++) {
            Seen request = endpoint.read();
            assertThat(request.body()).isEmpty();
            endpoint.answer(200, i == 1 ? "" : "some");
            assertThat(client.read("GET").body()).isEqualTo(i == 1 ? "" : "some");
            client.send("GET", "");
        }
        endpoint.read();
        assertThat(backend.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void aCutAnswerIsCut(Version from, Version to) throws Exception {
        serve(from, to);
        Client client = client(from);
        client.send("GET", "");
        Endpoint endpoint = accept(to);
        endpoint.read();
        endpoint.answerHalf("half");
        endpoint.goAway();

        assertThat(client.readCut()).endsWith("half");
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void aClientThatGoesAwayIsNotWorkedForAnyMore(Version from, Version to) throws Exception {
        serve(from, to);
        Client client = client(from);
        client.send("GET", "");
        Endpoint endpoint = accept(to);
        endpoint.read();
        endpoint.answerHalf("half");
        client.goAway();

        endpoint.awaitGivenUp();
        Gateway.await("given up", () -> gateway.target("app", 0).inFlight() == 0);
    }
}
