package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.server.wire.Pairing.Version;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Calls by gRPC-Web, in octets and in text, of clients of every version of HTTP, to servers of
/// grpc-java in clear text and by TLS. Each test leaves no descriptor and no call behind.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class GrpcWebPairingsTest {
    private static final int DATA = 0;
    private static final int TRAILERS = 0x80;

    @RegisterExtension
    @Order(1)
    static final Gateway gateway = new Gateway();

    @RegisterExtension
    @Order(2)
    static final GrpcJava peers = new GrpcJava();

    private final Orders orders = new Orders();

    @TempDir private Path folder;
    private Pairing pairing;

    /// How messages are written.
    enum Mode {
        BINARY("application/grpc-web+proto"),
        TEXT("application/grpc-web-text+proto");

        private final String type;

        Mode(String type) {
            this.type = type;
        }

        String written(String octets) {
            return this == BINARY
                    ? octets
                    : Base64.getEncoder().encodeToString(octets.getBytes(ISO_8859_1));
        }

        /// A text is padded wherever it was sent.
        String read(String body) {
            if (this == BINARY) {
                return body;
            }
            StringBuilder octets = new StringBuilder();
            for (int i = 0; i < body.length(); i += 4) {
                byte[] group = Base64.getDecoder().decode(body.substring(i, i + 4));
                octets.append(new String(group, ISO_8859_1));
            }
            return octets.toString();
        }
    }

    static Stream<Arguments> pairings() {
        return Arrays.stream(Mode.values())
                .flatMap(mode ->
                        Arrays.stream(Version.values())
                                .flatMap(client ->
                                        Stream.of(Version.H2C, Version.H2_TLS)
                                                .map(server ->
                                                        Arguments.of(mode, client, server))));
    }

    @BeforeEach
    void open() throws IOException {
        pairing = new Pairing(gateway, folder);
    }

    private void serve(Version client, Version server) throws IOException {
        String address =
                server.secure()
                        ? peers.serve(orders, pairing.certificates(), "app")
                        : peers.serve(orders);
        pairing.serve(client, server, ", grpc-web: true", address);
    }

    /// The fields of an answer that say how it ended, and what stands in its body.
    private record Answer(String status, String type, String body) {}

    private Answer call(Mode mode, Version version, String method, String message)
            throws IOException {
        String body = mode.written(frame(DATA, message));
        Wire wire = pairing.connect(version);
        if (version.http2()) {
            Http2Wire client = Http2Wire.over(wire);
            client.request(
                            1,
                            false,
                            "POST",
                            "/shop.v1.Orders/" + method,
                            "content-type",
                            mode.type,
                            "x-grpc-web",
                            "1")
                    .data(1, true, body);
            Http2Wire.Answer answer = client.await(1);
            assertThat(answer.ended()).isTrue();
            assertThat(answer.heads()).hasSize(1);
            return new Answer(
                    field(answer, "grpc-status"), field(answer, "content-type"), answer.body());
        }
        wire.send(
                "POST /shop.v1.Orders/"
                        + method
                        + " HTTP/1.1\r\nHost: localhost\r\nX-Grpc-Web: 1\r\nContent-Type: "
                        + mode.type
                        + "\r\nContent-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
        Message answer = wire.readResponse();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.trailers()).isEmpty();
        return new Answer(
                String.valueOf(answer.field("grpc-status")),
                String.valueOf(answer.field("content-type")),
                answer.body());
    }

    private static String field(Http2Wire.Answer answer, String name) {
        return answer.heads().getFirst().stream()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst()
                .orElse("null");
    }

    private static String frame(int kind, String content) {
        int length = content.length();
        return ""
                + (char) kind
                + (char) (length >>> 24)
                + (char) (length >> 16 & 0xff)
                + (char) (length >> 8 & 0xff)
                + (char) (length & 0xff)
                + content;
    }

    // ---- what holds for all

    @ParameterizedTest
    @MethodSource("pairings")
    void messagesComeInTheirOrderAndTheTrailersBehindThem(Mode mode, Version client, Version server)
            throws Exception {
        serve(client, server);

        Answer answer = call(mode, client, "Watch", "3");

        assertThat(answer.type()).startsWith(mode.type.replace("+proto", ""));
        assertThat(mode.read(answer.body()))
                .isEqualTo(
                        frame(DATA, "event 0")
                                + frame(DATA, "event 1")
                                + frame(DATA, "event 2")
                                + frame(TRAILERS, "grpc-status: 0\r\n"));
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void aFailureWithoutAMessageStandsInTheHead(Mode mode, Version client, Version server)
            throws Exception {
        serve(client, server);

        Answer answer = call(mode, client, "Fail", "details");

        assertThat(answer.status()).isEqualTo("5");
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void messagesOfManyOctetsPass(Mode mode, Version client, Version server) throws Exception {
        serve(client, server);
        // What a client of HTTP/2 may send in one frame.
        String large = "x".repeat(10_000);

        Answer answer = call(mode, client, "Get", large);

        assertThat(mode.read(answer.body()))
                .isEqualTo(frame(DATA, large) + frame(TRAILERS, "grpc-status: 0\r\n"));
    }
}
