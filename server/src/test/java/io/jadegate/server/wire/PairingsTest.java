package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.server.wire.Pairing.Version;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every version of HTTP that clients speak with every one that endpoints speak: what goes through
/// the gateway is the same, and what breaks on one side is seen on the other. Each test leaves no
/// descriptor and no request behind.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class PairingsTest {
    private static final String BODY = "0123456789abcdef".repeat(2048);

    private static final String HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;
    private Pairing pairing;

    /// A message as either side sees it.
    ///
    /// @param fields in lower case, pseudo-header fields among them
    record Seen(List<String> fields, String body, List<String> trailers) {}

    @BeforeEach
    void open() throws IOException {
        pairing = new Pairing(gateway, folder);
    }

    // ---- the two ends

    private Client client(Version version) throws IOException {
        Wire wire = pairing.connect(version);
        return version.http2()
                ? new Http2Client(Http2Wire.over(wire), version.scheme())
                : new Http1Client(wire);
    }

    private Endpoint accept(Version version) throws IOException {
        Wire wire = pairing.accept(version);
        return version.http2()
                ? new Http2Endpoint(Http2Wire.accepting(wire))
                : new Http1Endpoint(wire);
    }

    private interface Client {
        /// Sends a request that takes trailers.
        ///
        /// @param trailers names and values in turn; empty for none
        void send(String method, String body, String... trailers) throws IOException;

        /// Reads the whole answer.
        Seen read(String method) throws IOException;

        /// Reads what comes of an answer's body until it ends with some octets.
        void readUntil(String end) throws IOException;

        /// Reads the orderly end of an answer.
        void readEnd() throws IOException;

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

        /// Sends an interim response, and to HEAD what GET would get with so many octets.
        void answerHead(int length) throws IOException;

        /// Begins an answer whose end is not in sight.
        void begin(String type) throws IOException;

        /// Sends a part of what has been begun.
        void part(String octets) throws IOException;

        /// Ends what has been begun.
        void end() throws IOException;

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
        public void readUntil(String end) throws IOException {
            wire.readUntil(end);
        }

        @Override
        public void readEnd() throws IOException {
            wire.readUntil("\r\n0\r\n\r\n");
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
            wire.send(HINTS);
            wire.send("HTTP/1.1 " + status + " X\r\n");
            wire.send(body.isEmpty() ? "Content-Length: 0\r\n\r\n" : chunked(body, trailers));
        }

        @Override
        public void answerHead(int length) throws IOException {
            wire.send(HINTS);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
        }

        @Override
        public void begin(String type) throws IOException {
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n");
            wire.send("Transfer-Encoding: chunked\r\n\r\n");
        }

        @Override
        public void part(String octets) throws IOException {
            wire.send(Integer.toHexString(octets.length()) + "\r\n" + octets + "\r\n");
        }

        @Override
        public void end() throws IOException {
            wire.send("0\r\n\r\n");
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
        private final String scheme;
        private int stream = -1;

        Http2Client(Http2Wire http2, String scheme) {
            this.http2 = http2;
            this.scheme = scheme;
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
                    scheme,
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
        public void readUntil(String end) throws IOException {
            Http2Wire.Answer answer = http2.answer(stream);
            while (!answer.body().endsWith(end)) {
                http2.read();
            }
        }

        @Override
        public void readEnd() throws IOException {
            assertThat(http2.await(stream).ended()).isTrue();
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
        public void answerHead(int length) throws IOException {
            http2.respond(stream, false, 103, "link", "</a>");
            http2.respond(stream, true, 200, "content-length", Integer.toString(length));
        }

        @Override
        public void begin(String type) throws IOException {
            http2.respond(stream, false, 200, "content-type", type);
        }

        @Override
        public void part(String octets) throws IOException {
            http2.data(stream, false, octets);
        }

        @Override
        public void end() throws IOException {
            http2.data(stream, true, "");
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
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void bodiesAndTrailersGoBothWays(Version from, Version to) throws Exception {
        pairing.serve(from, to, "");
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
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void oneRequestFollowsAnother(Version from, Version to) throws Exception {
        pairing.serve(from, to, "");
        Client client = client(from);
        client.send("GET", "");
        Endpoint endpoint = accept(to);
        assertThat(endpoint.read().body()).isEmpty();
        endpoint.answer(200, "first");
        assertThat(client.read("GET").body()).isEqualTo("first");
        for (String body : List.of("", "some", "")) {
            client.send("GET", "");
            assertThat(endpoint.read().body()).isEmpty();
            endpoint.answer(200, body);
            assertThat(client.read("GET").body()).isEqualTo(body);
        }
        assertThat(pairing.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void headIsAnsweredByAHeadAlone(Version from, Version to) throws Exception {
        pairing.serve(from, to, "");
        Client client = client(from);
        client.send("HEAD", "");
        Endpoint endpoint = accept(to);
        assertThat(endpoint.read().body()).isEmpty();
        endpoint.answerHead(12345);
        Seen head = client.read("HEAD");
        client.send("GET", "");
        endpoint.read();
        endpoint.answer(200, "some");

        assertThat(head.fields()).contains("content-length: 12345");
        assertThat(head.body()).isEmpty();
        assertThat(client.read("GET").body()).isEqualTo("some");
        assertThat(pairing.connections()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void eachEventArrivesBeforeTheNextIsSentAndTheEndIsTheEnd(Version from, Version to)
            throws Exception {
        pairing.serve(from, to, "");
        Client client = client(from);
        client.send("GET", "");
        Endpoint endpoint = accept(to);
        endpoint.read();
        endpoint.begin("text/event-stream");
        for (int i = 0; i < 3; i++) {
            endpoint.part("data: " + i + "\n\n");
            client.readUntil("data: " + i + "\n\n");
        }
        endpoint.end();

        client.readEnd();
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void anEventStreamEndsAtTheEndpointWhenItsReaderGoes(Version from, Version to)
            throws Exception {
        pairing.serve(from, to, "");
        Client client = client(from);
        client.send("GET", "");
        Endpoint endpoint = accept(to);
        endpoint.read();
        endpoint.begin("text/event-stream");
        endpoint.part("data: 0\n\n");
        client.readUntil("data: 0\n\n");
        client.goAway();

        endpoint.awaitGivenUp();
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void aCutAnswerIsCut(Version from, Version to) throws Exception {
        pairing.serve(from, to, "");
        Client client = client(from);
        client.send("GET", "");
        Endpoint endpoint = accept(to);
        endpoint.read();
        endpoint.answerHalf("half");
        endpoint.goAway();

        assertThat(client.readCut()).endsWith("half");
    }

    @ParameterizedTest
    @MethodSource("io.jadegate.server.wire.Pairing#all")
    void aClientThatGoesAwayIsNotWorkedForAnyMore(Version from, Version to) throws Exception {
        pairing.serve(from, to, "");
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
