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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Trailer fields that would frame, route, authenticate or change what came before them reach
/// nobody, whatever is spoken on the two sides (RFC 9110 6.5.1).
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class TrailersTest {
    private static final String[] SENT = {
        "x-sum", "7",
        "content-digest", "sha-256=:AA==:",
        "host", "evil.test",
        "content-length", "5",
        "content-type", "text/html",
        "content-encoding", "gzip",
        "content-range", "bytes 0-1/2",
        "content-location", "/evil",
        "authorization", "Basic YTpi",
        "www-authenticate", "Basic",
        "proxy-authorization", "Basic YTpi",
        "proxy-authenticate", "Basic",
        "proxy-authentication-info", "a",
        "proxy", "evil.test",
        "cookie", "a=b",
        "set-cookie", "a=b",
        "cache-control", "no-store",
        "expires", "0",
        "age", "1",
        "pragma", "no-cache",
        "range", "bytes=0-1",
        "if-none-match", "*",
        "if-match", "*",
        "expect", "100-continue",
        "max-forwards", "0",
        "location", "/evil",
        "retry-after", "1",
        "vary", "*",
        "via", "1.1 evil",
        "x-forwarded-for", "192.0.2.1",
        "forwarded", "for=192.0.2.1",
        "client-cert", ":AA==:",
        "trailer", "x-sum",
    };

    /// What HTTP/2 does not know at all (RFC 9113 8.2.2).
    private static final String OF_CONNECTION =
            "Connection: close\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\n"
                    + "Transfer-Encoding: chunked\r\nUpgrade: websocket\r\nTE: trailers\r\n";

    private static final List<String> PASSED =
            List.of("x-sum: 7", "content-digest: sha-256=:AA==:");

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    /// A body in chunks with all the trailers.
    private static String body() {
        StringBuilder text = new StringBuilder("2\r\nhi\r\n0\r\n");
        for (int i = 0; i < SENT.length; i += 2) {
            text.append(SENT[i]).append(": ").append(SENT[i + 1]).append("\r\n");
        }
        return text.append(OF_CONNECTION).append("\r\n").toString();
    }

    private static List<String> trailers(Message message) {
        return message.trailers().stream()
                .map(field -> field.name().toLowerCase(Locale.ROOT) + ": " + field.value())
                .toList();
    }

    private static List<String> trailers(Http2Wire.Answer received) {
        assertThat(received.heads()).hasSize(2);
        return received.heads().getLast();
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, HTTP_1_1", "HTTP_1_1, H2C", "H2C, HTTP_1_1", "H2C, H2C"})
    void carryNothingThatDecidesIntoEitherDirection(Version client, Version endpoint)
            throws Exception {
        Pairing pairing = new Pairing(gateway, folder);
        pairing.serve(client, endpoint, "");
        Wire wire = pairing.connect(client);
        Http2Wire http2 = client.http2() ? Http2Wire.over(wire) : null;
        if (http2 == null) {
            wire.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n"
                            + body());
        } else {
            http2.request(1, false, "POST", "/", "te", "trailers")
                    .data(1, false, "hi")
                    .head(1, true, SENT);
        }

        assertThat(answer(gateway.keep(pairing.accept(endpoint)), endpoint)).isEqualTo(PASSED);

        assertThat(http2 == null ? trailers(wire.readResponse()) : trailers(http2.await(1)))
                .isEqualTo(PASSED);
    }

    /// Answers a request as the endpoint, and returns the trailers that it came with.
    private static List<String> answer(Wire wire, Version version) throws IOException {
        if (!version.http2()) {
            Message request = wire.readRequest();
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body());
            return trailers(request);
        }
        Http2Wire http2 = Http2Wire.accepting(wire);
        int stream = http2.awaitRequest();
        Http2Wire.Answer request = http2.await(stream);
        http2.respond(stream, false, 200).data(stream, false, "hi").head(stream, true, SENT);
        return trailers(request);
    }
}
