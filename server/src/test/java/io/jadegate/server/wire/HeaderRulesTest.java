package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What either side learns of the other through header fields.
@Timeout(10)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class HeaderRulesTest {
    private static final String TRUSTING =
            "defaults: { client-address: { trusted: [ 127.0.0.0/8, 10.0.0.0/8 ] } }";
    private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    @RegisterExtension static final Gateway gateway = new Gateway();

    /// The request as an endpoint gets it.
    private static Message forwarded(String fields, String... sections) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend, sections);
        Message response =
                gateway.send("GET /p HTTP/1.1\r\nHost: a.test\r\n" + fields + "\r\n")
                        .readResponse();
        assertThat(response.status()).isEqualTo(200);
        return backend.takeRequest();
    }

    /// The response as a client gets it.
    private static Message returned(String fields) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        Wire client = gateway.send("GET /p HTTP/1.1\r\nHost: a.test\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                        + fields.replace("ENDPOINT", backend.address())
                        + "\r\n");
        return client.readResponse();
    }

    /// The address of the only endpoint.
    private static String address() {
        return gateway.target("app", 0).address();
    }

    // ---- hop by hop

    @Test
    void keepsWhatBelongsToTheConnectionOfTheClient() throws Exception {
        Message request =
                forwarded(
                        "Connection: keep-alive, X-Hop\r\n"
                                + "Keep-Alive: timeout=5\r\n"
                                + "X-Hop: 1\r\n"
                                + "Proxy-Connection: keep-alive\r\n"
                                + "Proxy-Authorization: Basic eA==\r\n"
                                + "Proxy-Authenticate: Basic\r\n"
                                + "TE: gzip, deflate\r\n"
                                + "Trailer: X-A\r\n"
                                + "Upgrade: h2c\r\n"
                                + "HTTP2-Settings: AAAA\r\n"
                                + "Proxy: http://evil\r\n"
                                + "X-End: to-end\r\n");

        assertThat(request.names())
                .containsExactlyInAnyOrder(
                        "host",
                        "x-end",
                        "x-forwarded-for",
                        "x-forwarded-proto",
                        "x-forwarded-host",
                        "x-forwarded-port",
                        "via",
                        "x-request-id");
    }

    @Test
    void keepsWhatBelongsToTheConnectionOfTheEndpoint() throws Exception {
        Message response =
                returned(
                        "Connection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\n"
                                + "Proxy-Authenticate: Basic\r\nUpgrade: h2c\r\nTrailer: X-A\r\n"
                                + "Server: app/1\r\nX-End: to-end\r\n");

        assertThat(response.names())
                .containsExactlyInAnyOrder(
                        "content-length", "server", "x-end", "date", "via", "x-request-id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer x", "Cookie: a=b", "X-Forwarded-For: 203.0.113.9",
                "X-Forwarded-Proto: https", "X-Real-IP: 203.0.113.9", "Content-Type: text/plain",
                "Via: 1.0 old"
            })
    void letsNoClientTakeAwayWhatDecidesAboutAccess(String field) throws Exception {
        String name = field.substring(0, field.indexOf(':'));

        Message request = forwarded(field + "\r\nConnection: close, " + name + "\r\n", TRUSTING);

        assertThat(String.join(", ", request.all(name)))
                .startsWith(field.substring(name.length() + 2));
    }

    @Test
    void neverForwardsWhatOnlyTheGatewayMaySay() throws Exception {
        Message request =
                forwarded(
                        "X-Forwarded-Client-Cert: x\r\nClient-Cert: x\r\nClient-Cert-Chain: x\r\n",
                        TRUSTING);

        assertThat(request.names())
                .doesNotContain("x-forwarded-client-cert", "client-cert", "client-cert-chain");
    }

    @Test
    void tellsTheEndpointThatTheClientTakesTrailers() throws Exception {
        Message request = forwarded("TE: deflate;q=0.5, trailers\r\n");

        assertThat(request.field("te")).isEqualTo("trailers");
        assertThat(request.field("connection")).isEqualTo("TE");
    }

    @Test
    void forwardsFieldsAsTheyWereWrittenAndInOrder() throws Exception {
        Message request =
                forwarded("X-MiXed: a  b\r\nx-1:1\r\nAccept:  */* \r\nX-Empty:\r\nx-1: 2\r\n");

        assertThat(request.fields())
                .containsSubsequence(
                        new Message.Field("X-MiXed", "a  b"),
                        new Message.Field("x-1", "1"),
                        new Message.Field("Accept", "*/*"),
                        new Message.Field("X-Empty", ""),
                        new Message.Field("x-1", "2"));
    }

    // ---- where a request came from

    @Test
    void replacesWhatAStrangerSaysAboutItsOrigin() throws Exception {
        Message request =
                forwarded(
                        "X-Forwarded-For: 10.9.9.9\r\n"
                                + "X-Forwarded-For: 10.8.8.8\r\n"
                                + "X-Forwarded-Proto: https\r\n"
                                + "X-Forwarded-Host: evil.test\r\n"
                                + "X-Forwarded-Port: 1\r\n"
                                + "Forwarded: for=10.9.9.9\r\n"
                                + "X-Real-IP: 10.9.9.9\r\n"
                                + "X-Request-Id: theirs\r\n");

        assertThat(request.field("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(request.field("x-forwarded-proto")).isEqualTo("http");
        assertThat(request.field("x-forwarded-host")).isEqualTo("a.test");
        assertThat(request.field("x-forwarded-port")).isEqualTo(String.valueOf(gateway.port()));
        assertThat(request.names()).doesNotContain("forwarded", "x-real-ip");
        assertThat(request.field("x-request-id")).matches("[0-9a-f]{32}");
    }

    @Test
    void believesATrustedPeerAndAddsWhatItSees() throws Exception {
        Message request =
                forwarded(
                        "X-Forwarded-For: 203.0.113.5, 10.1.1.1\r\n"
                                + "X-Forwarded-For: 10.2.2.2\r\n"
                                + "X-Forwarded-Proto: https\r\n"
                                + "X-Forwarded-Host: shop.test\r\n"
                                + "X-Forwarded-Port: 443\r\n"
                                + "X-Real-IP: 203.0.113.5\r\n"
                                + "Forwarded: for=203.0.113.5;proto=https\r\n"
                                + "X-Request-Id: abc-1\r\n",
                        TRUSTING);

        assertThat(request.field("x-forwarded-for"))
                .isEqualTo("203.0.113.5, 10.1.1.1, 10.2.2.2, 127.0.0.1");
        assertThat(request.field("x-forwarded-proto")).isEqualTo("https");
        assertThat(request.field("x-forwarded-host")).isEqualTo("shop.test");
        assertThat(request.field("x-forwarded-port")).isEqualTo("443");
        assertThat(request.field("x-real-ip")).isEqualTo("203.0.113.5");
        assertThat(request.all("forwarded"))
                .containsExactly(
                        "for=203.0.113.5;proto=https", "for=127.0.0.1;host=\"a.test\";proto=http");
        assertThat(request.field("x-request-id")).isEqualTo("abc-1");
    }

    @Test
    void fillsInWhatATrustedPeerDoesNotSay() throws Exception {
        Message request = forwarded("", TRUSTING);

        assertThat(request.field("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(request.field("x-forwarded-proto")).isEqualTo("http");
        assertThat(request.field("x-forwarded-host")).isEqualTo("a.test");
        assertThat(request.has("forwarded")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.5, 10.1.1.1 | 203.0.113.5",
                "198.51.100.1, 203.0.113.5 | 203.0.113.5",
                "10.1.1.1, 10.2.2.2 | 10.1.1.1",
                "nonsense, 10.2.2.2 | 10.2.2.2",
                "203.0.113.5:8080 | 203.0.113.5",
                "[2001:db8::1]:80 | 2001:db8::1"
            })
    void findsTheClientBehindTrustedProxies(String written, String client) throws Exception {
        gateway.serve(
                """
                defaults: { client-address: { trusted: [ 127.0.0.0/8, 10.0.0.0/8 ] } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { who: { match: { path: / }, respond: { status: 200, body: "{{client.address}}" } } }
                """);

        Message response =
                gateway.send(
                                "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: "
                                        + written
                                        + "\r\n\r\n")
                        .readResponse();

        assertThat(response.body()).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "has space", "x\"y"})
    void makesARequestIdWhereATrustedPeerGivesNoUsableOne(String id) throws Exception {
        Message request = forwarded("X-Request-Id: " + id + "\r\n", TRUSTING);

        assertThat(request.field("x-request-id")).matches("[0-9a-f]{32}");
    }

    @Test
    void returnsTheRequestIdThatTheEndpointGot() throws Exception {
        FakeBackend backend =
                gateway.answering(
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Request-Id: own\r\n\r\n");
        gateway.forward(backend);

        Message response = gateway.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();

        assertThat(response.field("x-request-id"))
                .isEqualTo(backend.takeRequest().field("x-request-id"));
    }

    // ---- via and date

    @Test
    void addsItselfToViaBothWays() throws Exception {
        FakeBackend backend =
                gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nVia: 1.1 inner\r\n\r\n");
        gateway.forward(backend);

        Message response =
                gateway.send("GET / HTTP/1.0\r\nHost: a\r\nVia: 1.1 outer\r\n\r\n").readResponse();

        assertThat(backend.takeRequest().all("via")).containsExactly("1.1 outer", "1.0 jadegate");
        assertThat(response.all("via")).containsExactly("1.1 inner", "1.1 jadegate");
    }

    @Test
    void saysNothingOfItselfWhenItShallNot() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                node: { event-loops: 1, access-log: { to: off }, via: "" }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                backend.address());

        Wire client = gateway.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire upstream = backend.accept();
        assertThat(upstream.readRequest().has("via")).isFalse();
        upstream.reset();
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(502);
        assertThat(response.names()).doesNotContain("via", "proxy-status");
    }

    @Test
    void keepsTheDateOfTheEndpointAndFillsAMissingOneIn() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.forward(backend);
        String date = "Sun, 06 Nov 1994 08:49:37 GMT";

        Wire client = gateway.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire upstream = backend.accept();
        upstream.readRequest();
        upstream.send("HTTP/1.1 200 OK\r\nDate: " + date + "\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.readResponse().field("date")).isEqualTo(date);
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        upstream.readRequest();
        upstream.send(EMPTY);

        assertThat(client.readResponse().field("date"))
                .matches(
                        "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4}"
                                + " \\d\\d:\\d\\d:\\d\\d GMT");
    }

    // ---- where the endpoint says that things are

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Location: http://ENDPOINT/x?y=1#z | http://a.test/x?y=1#z",
                "Location: http://a.test/x | http://a.test/x",
                "Location: /relative | /relative",
                "Location: https://elsewhere.test/x | https://elsewhere.test/x",
                "Location: //ENDPOINT/x | //a.test/x",
                "Content-Location: http://ENDPOINT/doc | http://a.test/doc",
                "Refresh: 5; url=http://ENDPOINT/next | 5; url=http://a.test/next",
                "Refresh: 5; URL=http://ENDPOINT/next | 5; URL=http://a.test/next",
                "Refresh: 5; url=\"http://ENDPOINT\" | 5; url=\"http://a.test\"",
                "Refresh: 5 | 5",
                "Location: /login?then=http://ENDPOINT/x | /login?then=http://ENDPOINT/x"
            })
    void namesTheGatewayInsteadOfTheEndpoint(String field, String seen) throws Exception {
        Message response = returned(field + "\r\n");

        assertThat(response.field(field.substring(0, field.indexOf(':'))))
                .isEqualTo(seen.replace("ENDPOINT", address()));
    }

    // ---- host

    @ParameterizedTest
    @CsvSource({"pass, a.test", "endpoint, ENDPOINT", "inner.test, inner.test"})
    void sendsTheHostThatTheUpstreamAsksFor(String policy, String host) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { path: / }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ], host-header: %s } }
                """,
                backend.address(), policy);

        gateway.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").readResponse();
        Message request = backend.takeRequest();

        assertThat(request.field("host")).isEqualTo(host.replace("ENDPOINT", backend.address()));
        assertThat(request.field("x-forwarded-host")).isEqualTo("a.test");
    }

    @Test
    void takesTheAuthorityOfAnAbsoluteTarget() throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        gateway.send("GET http://a.test/x?y HTTP/1.1\r\nHost: a.test\r\n\r\n").readResponse();
        Message request = backend.takeRequest();

        assertThat(request.startLine()).isEqualTo("GET /x?y HTTP/1.1");
        assertThat(request.field("host")).isEqualTo("a.test");
    }

    @ParameterizedTest
    @CsvSource({
        "/a/./b/../c, /a/c",
        "/%7euser/%41, /~user/A",
        "/a//b, /a/b",
        "/../../etc, /etc",
        "/%2e%2e/x, /x",
        "/caf%c3%a9, /caf%C3%A9",
        "/a?q=%2e%2e/../x, /a?q=%2e%2e/../x",
        "/a;p=1/b, /a;p=1/b"
    })
    void forwardsThePathThatWasMatched(String written, String sent) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        gateway.send("GET " + written + " HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();

        assertThat(backend.takeRequest().target()).isEqualTo(sent);
    }

    @Test
    void countsMaxForwardsDownAndAnswersTheLastHopItself() throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        Wire client = gateway.send("OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 3\r\n\r\n");
        client.readResponse();
        client.send("OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(backend.takeRequest().field("max-forwards")).isEqualTo("2");
        assertThat(backend.untaken()).isZero();
    }
}
