package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.server.wire.Pairing.Version;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A page of another origin, in a real browser, calls a server of grpc-java by gRPC-Web: after a
/// preflight, and reading the answer while it comes.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class BrowserGrpcWebTest {
    private static final String PAGE =
            """
            <!doctype html><title>calls</title><script>
            const target = new URLSearchParams(location.search).get('target');
            const report = (path, text) => fetch(path, { method: 'POST', body: text });
            const call = (method, message) => {
                const body = new Uint8Array(5 + message.length);
                body[4] = message.length;
                body.set(new TextEncoder().encode(message), 5);
                return fetch(target + '/shop.v1.Orders/' + method, {
                    method: 'POST',
                    headers: {
                        'content-type': 'application/grpc-web+proto',
                        'x-grpc-web': '1',
                        'grpc-timeout': '50S' },
                    body });
            };
            const follow = async () => {
                const reader = (await call('Follow', '')).body.getReader();
                let octets = [];
                while (true) {
                    const { value, done } = await reader.read();
                    if (done) {
                        return octets.length === 0 ? 'end' : 'cut';
                    }
                    octets.push(...value);
                    while (octets.length >= 5) {
                        const end = 5 + octets[3] * 256 + octets[4];
                        if (octets.length < end) {
                            break;
                        }
                        const text = String.fromCharCode(...octets.slice(5, end));
                        await report('/frame', octets[0] + ' ' + text.trim());
                        octets = octets.slice(end);
                    }
                }
            };
            const fail = async () => {
                const answer = await call('Fail', 'why');
                return answer.headers.get('grpc-status') + ' '
                    + decodeURIComponent(answer.headers.get('grpc-message')).trim();
            };
            (async () => {
                try {
                    await report('/done', await follow() + ' ' + await fail());
                } catch (e) {
                    await report('/done', String(e));
                }
            })();
            </script>
            """;

    @RegisterExtension
    @Order(1)
    static final Gateway gateway = new Gateway();

    @RegisterExtension
    @Order(2)
    static final GrpcJava peers = new GrpcJava();

    @RegisterExtension
    @Order(3)
    static final Chromium chromium = new Chromium();

    private final Orders orders = new Orders();

    @ParameterizedTest
    @EnumSource(
            value = Version.class,
            names = {"HTTP_1_1", "H2_TLS"})
    void callsAndReadsAsItComes(Version version, @TempDir Path folder) throws Exception {
        FakeBackend pages = gateway.keep(FakeBackend.serving(BrowserGrpcWebTest::serve));
        Pairing pairing = new Pairing(gateway, folder);
        pairing.serve(
                version,
                Version.H2_TLS,
                ", grpc-web: true, cors: { origins: [ \"http://" + pages.address() + "\" ] }",
                peers.serve(orders, pairing.certificates(), "app"));

        chromium.open(
                "http://"
                        + pages.address()
                        + "/?target="
                        + version.scheme()
                        + "://localhost:"
                        + gateway.port(),
                folder);

        assertThat(report(pages)).isEqualTo("/frame 0 event 0");
        orders.goOn();
        assertThat(report(pages)).isEqualTo("/frame 0 event 1");
        assertThat(report(pages)).isEqualTo("/frame 128 grpc-status: 0");
        assertThat(report(pages)).isEqualTo("/done end 5 " + inOctets(Orders.FAILURE.strip()));
    }

    /// What the page has reported next.
    private static String report(FakeBackend pages) throws InterruptedException {
        while (true) {
            Message request = pages.takeRequest();
            if (request.startLine().startsWith("POST ")) {
                return request.target() + " " + request.body();
            }
        }
    }

    private static void serve(Wire wire, FakeBackend.Consumer requests) throws IOException {
        while (wire.available()) {
            Message request = wire.readRequest();
            requests.received(request);
            String page = request.target().startsWith("/?") ? PAGE : "";
            wire.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
                            + page.length()
                            + "\r\n\r\n"
                            + page);
        }
    }

    /// A text as [Message] has it: one character for each octet of its UTF-8.
    private static String inOctets(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }
}
