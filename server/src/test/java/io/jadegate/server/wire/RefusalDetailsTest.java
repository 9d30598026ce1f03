package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// What exactly is wrong with a message, the section of the RFC and the offset of the octet: told
/// in the access log always, and to peers that are trusted.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class RefusalDetailsTest {
    private static final String CONFIG =
            """
            node: { event-loops: 1, access-log: { to: { file: "%s" } } }
            defaults: { limits: { head: 2KiB, fields: 5, uri: 1KiB } %s }
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;
    private static final String TRUSTING = ", client-address: { trusted: [ 127.0.0.0/8 ] }";
    private static final String HOPS = ", client-address: { hops: 1 }";
    private static final String CHUNKED =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    /// A request that is refused, and why.
    private record Case(int status, String octets, String detail) {}

    private static Case bad(String octets, String detail) {
        return new Case(400, octets, detail);
    }

    private static final List<Case> REQUESTS =
            List.of(
                    bad("\0", "not a method (RFC 9112 3.1) at octet 0"),
                    bad("GET  / HTTP/1.1\r\n", "not a request target (RFC 9112 3.2) at octet 4"),
                    bad("GET / HTTP/x.1\r\n", "not an HTTP version (RFC 9112 2.3) at octet 6"),
                    bad("GET / HTTP/1.1\n", "line end without CR (RFC 9112 2.2) at octet 14"),
                    bad("\r\n\r\n\r\n", "no start line (RFC 9112 2.2) at octet 4"),
                    bad(
                            "GET /\\ HTTP/1.1\r\nHost: a\r\n\r\n",
                            "octet not allowed in a path (RFC 3986 3.3) at octet 5"),
                    bad(
                            "GET /a/..;/ HTTP/1.1\r\nHost: a\r\n\r\n",
                            "dot segment with a parameter (RFC 3986 3.3) at octet 9"),
                    bad(
                            "GET /?a<b HTTP/1.1\r\nHost: a\r\n\r\n",
                            "octet not allowed in a query (RFC 3986 3.4) at octet 7"),
                    bad(
                            "GET x HTTP/1.1\r\nHost: a\r\n\r\n",
                            "target in none of the four forms (RFC 9112 3.2) at octet 4"),
                    bad(
                            "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n",
                            "target without a host (RFC 9110 4.2.1) at octet 11"),
                    bad(
                            "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
                            "Host differs from the target's authority (RFC 9112 3.2.2) at octet"
                                    + " 11"),
                    bad("GET / HTTP/1.1\r\n\r\n", "no Host field (RFC 9112 3.2) at octet 0"),
                    bad(
                            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                            "more than one Host field (RFC 9112 3.2) at octet 25"),
                    bad(
                            "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n",
                            "not a host and port (RFC 3986 3.2) at octet 23"),
                    bad(
                            "GET / HTTP/1.1\r\nHost: [::\r\n\r\n",
                            "not a host (RFC 3986 3.2.2) at octet 22"),
                    bad(
                            "GET / HTTP/1.1\r\nX : 1\r\n",
                            "white space in or behind a field name (RFC 9112 5.1) at octet 17"),
                    bad(
                            "GET / HTTP/1.1\r\nX: 1\r\n 2\r\n",
                            "continuation line (RFC 9112 5.2) at octet 22"),
                    bad("GET / HTTP/1.1\r\n: 1\r\n", "not a field name (RFC 9110 5.1) at octet 16"),
                    bad(
                            "GET / HTTP/1.1\r\nX: a\0\r\n",
                            "control character in a field value (RFC 9110 5.5) at octet 20"),
                    bad(
                            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n",
                            "not a length (RFC 9110 8.6) at octet 43"),
                    bad(
                            "POST / HTTP/1.1\r\n"
                                    + "Host: a\r\n"
                                    + "Content-Length: 1\r\n"
                                    + "Content-Length: 1\r\n\r\n",
                            "more than one Content-Length (RFC 9112 6.3) at octet 45"),
                    bad(
                            "POST / HTTP/1.1\r\n"
                                    + "Host: a\r\n"
                                    + "Content-Length: 1\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n",
                            "Content-Length beside Transfer-Encoding (RFC 9112 6.1) at octet 26"),
                    bad(
                            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                            "a Transfer-Encoding that is not chunked alone (RFC 9112 6.1) at octet"
                                    + " 45"),
                    bad(
                            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                            "Transfer-Encoding in HTTP/1.0 (RFC 9112 6.1) at octet 26"),
                    bad(CHUNKED + "x", "no chunk size (RFC 9112 7.1) at octet 0 of the body"),
                    bad(
                            CHUNKED + "1\r\nab",
                            "chunk data not ended by CRLF (RFC 9112 7.1) at octet 4 of the body"),
                    bad(
                            CHUNKED + "1;a=\"\r\n",
                            "not text in a chunk extension (RFC 9112 7.1) at octet 5 of the body"),
                    bad(
                            CHUNKED + "0\r\nX\r\n",
                            "not a field name (RFC 9110 5.1) at octet 1 of the trailer section"),
                    new Case(
                            421,
                            "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                            "an https target on a connection that is not encrypted (RFC 9110 7.4)"
                                    + " at octet 4"),
                    new Case(
                            505,
                            "GET / HTTP/3.0\r\n",
                            "a version other than HTTP/1.0 and HTTP/1.1 (RFC 9110 15.6.6) at octet"
                                    + " 6"),
                    new Case(
                            414,
                            "GET /" + "x".repeat(1500),
                            "a target of more than 1024 octets (RFC 9110 15.5.15) at octet 1028"),
                    new Case(
                            414,
                            "GET /" + "x".repeat(1024) + " HTTP/1.1\r\n",
                            "a target of more than 1024 octets (RFC 9110 15.5.15) at octet 1028"),
                    new Case(
                            431,
                            "GET / HTTP/1.1\r\nX: " + "x".repeat(2500),
                            "more than 2048 octets (RFC 6585 5) at octet 2048"),
                    new Case(
                            431,
                            "GET / HTTP/1.1\r\n" + "X: 1\r\n".repeat(6),
                            "more than 5 fields (RFC 6585 5) at octet 46"));

    private static final List<Case> ANSWERS =
            List.of(
                    new Case(502, "HTTP/2 200 OK\r\n", "not a status line (RFC 9112 4) at octet 0"),
                    new Case(
                            502,
                            "HTTP/1.1 2x0 OK\r\n",
                            "not a status code (RFC 9112 4) at octet 10"),
                    new Case(
                            502,
                            "HTTP/1.1 600 OK\r\n",
                            "not a status code (RFC 9110 15) at octet 9"),
                    new Case(
                            502,
                            "HTTP/1.1 200 O\0\r\n",
                            "control character in a reason phrase (RFC 9112 4) at octet 14"),
                    new Case(
                            502,
                            "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
                            "not a length (RFC 9110 8.6) at octet 34"),
                    new Case(
                            502,
                            "HTTP/1.1 102 X\r\n\r\n".repeat(33),
                            "more than 32 interim responses (RFC 9110 15.2)"));

    private static String json(String detail) {
        return "\"detail\":\"" + detail + "\"";
    }

    private static void assertLogged(Path log, List<Case> cases) throws Exception {
        Gateway.await("the log", () -> Files.readAllLines(log).size() >= cases.size());
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).hasSameSizeAs(cases);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i))
                    .contains("\"status\":" + cases.get(i).status, json(cases.get(i).detail));
        }
    }

    private static List<Message> responses(Path log, String trust) throws Exception {
        gateway.serve(CONFIG, log.toString(), trust, gateway.backend().address());
        List<Message> responses = new ArrayList<>();
        for (Case each : REQUESTS) {
            Message response = gateway.send(each.octets).readResponse();
            assertThat(response.status()).as(each.octets).isEqualTo(each.status);
            assertThat(response.field("connection")).isEqualTo("close");
            responses.add(response);
        }
        return responses;
    }

    @Test
    void tellsTrustedPeersWhatIsWrongWithARequest(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("access.log");

        List<Message> responses = responses(log, TRUSTING);

        for (int i = 0; i < responses.size(); i++) {
            assertThat(responses.get(i).body()).contains(json(REQUESTS.get(i).detail));
        }
        assertLogged(log, REQUESTS);
    }

    @Test
    void tellsStrangersOnlyThatItIs(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("access.log");

        assertThat(responses(log, "")).noneMatch(response -> response.body().contains("RFC"));

        assertLogged(log, REQUESTS);
    }

    @Test
    void takesNobodyForTrustedWhoComesByANumberOfHops(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("access.log");

        assertThat(responses(log, HOPS)).noneMatch(response -> response.body().contains("RFC"));

        assertLogged(log, REQUESTS);
    }

    @Test
    void tellsTrustedPeersWhatIsWrongWithAnAnswer(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("access.log");
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, log.toString(), TRUSTING, backend.address());

        for (Case each : ANSWERS) {
            Wire client = gateway.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Wire upstream = backend.accept();
            upstream.readRequest();
            upstream.send(each.octets);
            Message response = client.readResponse();
            while (response.status() < 200) {
                response = client.readResponse();
            }
            assertThat(response.status()).isEqualTo(502);
            assertThat(response.body()).contains(json(each.detail));
        }
        assertLogged(log, ANSWERS);
    }
}
