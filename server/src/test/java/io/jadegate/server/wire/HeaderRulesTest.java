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
@Timeout(60)
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
    @Row("header-rules/hop-by-hop-request")
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
    @Row("header-rules/hop-by-hop-response")
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
    @Row("header-rules/connection-protected")
    void letsNoClientTakeAwayWhatDecidesAboutAccess(String field) throws Exception {
        String name = field.substring(0, field.indexOf(':'));

        Message request = forwarded(field + "\r\nConnection: close, " + name + "\r\n", TRUSTING);

        assertThat(String.join(", ", request.all(name)))
                .startsWith(field.substring(name.length() + 2));
    }

    @Test
    @Row("header-rules/identity")
    void neverForwardsWhatOnlyTheGatewayMaySay() throws Exception {
        Message request =
                forwarded(
                        "X-Forwarded-Client-Cert: x\r\nClient-Cert: x\r\nClient-Cert-Chain: x\r\n",
                        TRUSTING);

        assertThat(request.names())
                .doesNotContain("x-forwarded-client-cert", "client-cert", "client-cert-chain");
    }

    @Test
    @Row("header-rules/proxy-field")
    void neverForwardsAFieldThatCgiTakesForItsProxy() throws Exception {
        assertThat(forwarded("Proxy: http://evil.test\r\n", TRUSTING).has("proxy")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content_Length", "X_Forwarded_For", "x_Real-ip", "Client_Cert"})
    @Row("header-rules/look-alikes")
    void dropsFieldsThatCgiTakesForOthers(String name) throws Exception {
        Message request = forwarded(name + ": 5\r\nX_Own: 1\r\n", TRUSTING);

        assertThat(request.has(name)).isFalse();
        assertThat(request.field("x_own")).isEqualTo("1");
    }

    @Test
    @Row("header-rules/te")
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
    @Row("header-rules/x-forwarded-for-stranger")
    void replacesTheAddressesThatAStrangerWrites() throws Exception {
        Message request = forwarded("X-Forwarded-For: 10.9.9.9\r\nX-Forwarded-For: 10.8.8.8\r\n");

        assertThat(request.field("x-forwarded-for")).isEqualTo("127.0.0.1");
    }

    @Test
    @Row("header-rules/x-forwarded-for-trusted")
    void putsTheTrustedPeerBehindTheAddressesThatItWrites() throws Exception {
        Message request =
                forwarded(
                        "X-Forwarded-For: 203.0.113.5, 10.1.1.1\r\nX-Forwarded-For: 10.2.2.2\r\n",
                        TRUSTING);

        assertThat(request.field("x-forwarded-for"))
                .isEqualTo("203.0.113.5, 10.1.1.1, 10.2.2.2, 127.0.0.1");
    }

    @Test
    @Row("header-rules/origin-stranger")
    void replacesWhatAStrangerSaysAboutItsOrigin() throws Exception {
        Message request =
                forwarded(
                        "X-Forwarded-Proto: https\r\n"
                                + "X-Forwarded-Host: evil.test\r\n"
                                + "X-Forwarded-Port: 1\r\n");

        assertThat(request.field("x-forwarded-proto")).isEqualTo("http");
        assertThat(request.field("x-forwarded-host")).isEqualTo("a.test");
        assertThat(request.field("x-forwarded-port")).isEqualTo(String.valueOf(gateway.port()));
    }

    @Test
    @Row("header-rules/origin-trusted")
    void keepsWhatATrustedPeerSaysAboutTheOrigin() throws Exception {
        Message request =
                forwarded(
                        "X-Forwarded-Proto: https\r\n"
                                + "X-Forwarded-Host: shop.test\r\n"
                                + "X-Forwarded-Port: 443\r\n",
                        TRUSTING);

        assertThat(request.field("x-forwarded-proto")).isEqualTo("https");
        assertThat(request.field("x-forwarded-host")).isEqualTo("shop.test");
        assertThat(request.field("x-forwarded-port")).isEqualTo("443");
    }

    @Test
    @Row("header-rules/forwarded-stranger")
    void dropsTheElementsOfAStranger() throws Exception {
        Message request = forwarded("Forwarded: for=10.9.9.9\r\nX-Real-IP: 10.9.9.9\r\n");

        assertThat(request.names()).doesNotContain("forwarded", "x-real-ip");
    }

    @Test
    @Row("header-rules/forwarded-trusted")
    void addsAnElementBehindThoseOfATrustedPeer() throws Exception {
        Message request =
                forwarded(
                        "Forwarded: for=203.0.113.5;proto=https\r\nX-Real-IP: 203.0.113.5\r\n",
                        TRUSTING);

        assertThat(request.all("forwarded"))
                .containsExactly(
                        "for=203.0.113.5;proto=https",
                        "for=127.0.0.1;by=_jadegate;host=\"a.test\";proto=http");
        assertThat(request.field("x-real-ip")).isEqualTo("203.0.113.5");
    }

    @Test
    @Row("header-rules/forwarded-ipv6")
    void putsAnIpv6AddressIntoBracketsAndQuotes() throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        serveIpv6(backend, "forwarded");

        Wire client = gateway.keep(Wire.connect(gateway.address("web")));
        client.send(
                "GET / HTTP/1.1\r\nHost: a.test\r\n"
                        + "Forwarded: for=\"[2001:db8::7]:4711\", for=\"[::1]\"\r\n\r\n");
        client.readResponse();
        Message request = backend.takeRequest();

        assertThat(request.all("forwarded").getLast())
                .isEqualTo("for=\"[::1]\";by=_jadegate;host=\"a.test\";proto=http");
        assertThat(request.field("x-client")).isEqualTo("2001:db8::7");
    }

    @Test
    @Row("header-rules/client-address")
    void findsAnIpv6ClientBehindAnIpv6Proxy() throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        serveIpv6(backend, "x-forwarded-for");

        Wire client = gateway.keep(Wire.connect(gateway.address("web")));
        client.send("GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 2001:DB8:0::7\r\n\r\n");
        client.readResponse();
        Message request = backend.takeRequest();

        assertThat(request.field("x-forwarded-for")).isEqualTo("2001:DB8:0::7, ::1");
        assertThat(request.field("x-client")).isEqualTo("2001:db8::7");
    }

    private static void serveIpv6(FakeBackend backend, String header) throws Exception {
        gateway.serve(
                """
                defaults: { client-address: { trusted: [ "::1/128" ], header: %s } }
                listeners: { web: { address: "[::1]:0" } }
                routes:
                  all:
                    match: { path: / }
                    upstream: app
                    filters: [ { request-headers: { set: { x-client: "{{client.address}}" } } } ]
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                header, backend.address());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 203.0.113.5 | 203.0.113.5",
                "1 | 198.51.100.1, 203.0.113.5 | 203.0.113.5",
                "2 | 203.0.113.5, 10.1.1.1 | 203.0.113.5",
                "2 | 198.51.100.1, 203.0.113.5, 10.1.1.1 | 203.0.113.5",
                "2 | 203.0.113.5 | 127.0.0.1",
                "2 | '' | 127.0.0.1",
                "2 | nonsense, 10.1.1.1 | 10.1.1.1"
            })
    @Row("header-rules/hops")
    void countsTheProxiesInFront(int hops, String written, String client) throws Exception {
        gateway.serve(
                """
                defaults: { client-address: { hops: %s } }
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { who: { match: { path: / }, respond: { status: 200, body: "{{client.address}}" } } }
                """,
                String.valueOf(hops));
        String field = written.isEmpty() ? "" : "X-Forwarded-For: " + written + "\r\n";

        Message response =
                gateway.send("GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n").readResponse();

        assertThat(response.body()).isEqualTo(client);
    }

    @Test
    @Row("header-rules/origin-trusted")
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
    @Row("header-rules/client-address")
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

    @Test
    @Row("header-rules/request-id-stranger")
    void makesARequestIdForAStranger() throws Exception {
        assertThat(forwarded("X-Request-Id: theirs\r\n").field("x-request-id"))
                .matches("[0-9a-f]{32}");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 128})
    @Row("header-rules/request-id-trusted")
    void keepsTheRequestIdOfATrustedPeer(int length) throws Exception {
        String id = "i".repeat(length);

        assertThat(forwarded("X-Request-Id: " + id + "\r\n", TRUSTING).field("x-request-id"))
                .isEqualTo(id);
    }

    @Test
    @Row("header-rules/request-id-trusted")
    void makesARequestIdWhereATrustedPeerGivesTooLongAOne() throws Exception {
        String id = "i".repeat(129);

        assertThat(forwarded("X-Request-Id: " + id + "\r\n", TRUSTING).field("x-request-id"))
                .matches("[0-9a-f]{32}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "has space", "x\"y"})
    @Row("header-rules/request-id-trusted")
    void makesARequestIdWhereATrustedPeerGivesNoUsableOne(String id) throws Exception {
        Message request = forwarded("X-Request-Id: " + id + "\r\n", TRUSTING);

        assertThat(request.field("x-request-id")).matches("[0-9a-f]{32}");
    }

    @Test
    @Row("header-rules/request-id-returned")
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
    @Row("header-rules/via")
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
    @Row("header-rules/via-hidden")
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
    @Row("header-rules/date")
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
                "Location: https://ENDPOINT/x | http://a.test/x",
                "Location: http://a.test:80/x | http://a.test/x",
                "Location: https://a.test/x | https://a.test/x",
                "Location: https://a.test:443/x | https://a.test:443/x",
                "Content-Location: http://ENDPOINT/doc | http://a.test/doc",
                "Refresh: 5; url=http://ENDPOINT/next | 5; url=http://a.test/next",
                "Refresh: 5; URL=http://ENDPOINT/next | 5; URL=http://a.test/next",
                "Refresh: 5; url=\"http://ENDPOINT\" | 5; url=\"http://a.test\"",
                "Refresh: 5 | 5",
                "Location: /login?then=http://ENDPOINT/x | /login?then=http://ENDPOINT/x"
            })
    @Row("header-rules/location")
    void namesTheGatewayInsteadOfTheEndpoint(String field, String seen) throws Exception {
        Message response = returned(field + "\r\n");

        assertThat(response.field(field.substring(0, field.indexOf(':'))))
                .isEqualTo(seen.replace("ENDPOINT", address()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5; url=http://ENDPOINT/next | 5; url=http://a.test/next",
                "5; URL=http://ENDPOINT/next | 5; URL=http://a.test/next",
                "5; Url=http://ENDPOINT/next | 5; Url=http://a.test/next",
                "0;uRL='http://ENDPOINT/' | 0;uRL='http://a.test/'",
                "5; URL=\"//ENDPOINT\" | 5; URL=\"//a.test\"",
                "5; URL=/next | 5; URL=/next",
                "5; URL=http://elsewhere.test/ | 5; URL=http://elsewhere.test/"
            })
    @Row("header-rules/refresh")
    void namesTheGatewayInARefreshHoweverItIsWritten(String value, String seen) throws Exception {
        assertThat(returned("Refresh: " + value + "\r\n").field("refresh"))
                .isEqualTo(seen.replace("ENDPOINT", address()));
    }

    @Test
    @Row("header-rules/server")
    void keepsTheServerOfTheEndpointAndNamesNoneOfItsOwn() throws Exception {
        assertThat(returned("Server: app/1\r\n").field("server")).isEqualTo("app/1");
    }

    @Test
    @Row("header-rules/server")
    void namesNoServerWhereTheEndpointNamesNone() throws Exception {
        assertThat(returned("").has("server")).isFalse();
    }

    // ---- host

    @ParameterizedTest
    @CsvSource({"pass, a.test", "endpoint, ENDPOINT", "inner.test, inner.test"})
    @Row("header-rules/host-upstream")
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

    @ParameterizedTest
    @ValueSource(strings = {"a.test", "a.test:8080", "A.Test:80", "[::1]:8080", "127.0.0.1", "a:"})
    @Row("header-rules/host-port")
    void forwardsTheHostAsItWasWritten(String host) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        gateway.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").readResponse();

        assertThat(backend.takeRequest().field("host")).isEqualTo(host);
    }

    @Test
    @Row("header-rules/host-absolute")
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
        "/a;p=1/b, /a;p=1/b",
        "/a[0]|b^c?d[]=|, /a%5B0%5D%7Cb%5Ec?d[]=|"
    })
    @Row("header-rules/path")
    void forwardsThePathThatWasMatched(String written, String sent) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        gateway.send("GET " + written + " HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();

        assertThat(backend.takeRequest().target()).isEqualTo(sent);
    }

    @Test
    @Row("header-rules/max-forwards")
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

    // ---- targets

    @ParameterizedTest
    @ValueSource(strings = {"/a%2fb", "/a%2Fb", "/%2f", "/a/%2F..%2fetc"})
    @Row("header-rules/encoded-slash")
    void refusesPathsWithAnEncodedSlash(String path) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        Message response =
                gateway.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();

        assertThat(response.status()).isEqualTo(400);
        assertThat(backend.connections()).isZero();
    }

    @Test
    @Row("header-rules/encoded-slash")
    void forwardsAnEncodedSlashInAQuery() throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        gateway.send("GET /a?b=%2fc HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();

        assertThat(backend.takeRequest().target()).isEqualTo("/a?b=%2fc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%00b", "/a\\b", "/a%5cb", "/a%5Cb", "/%zz", "/a%2", "/%", "/a\"b", "/a{b}",
                "/\u00e9"
            })
    @Row("header-rules/path-refused")
    void refusesPathsThatNoUriMayHold(String path) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        Message response =
                gateway.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).contains("REQUEST_MALFORMED");
        assertThat(backend.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "http://a.test"})
    @Row("header-rules/options-asterisk")
    void forwardsOptionsAboutTheServerAsAWholeByARouteWithoutPath(String target) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        serveAllOf("hosts: [ a.test ]", backend);

        Wire client = gateway.send("OPTIONS " + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(backend.takeRequest().startLine()).isEqualTo("OPTIONS * HTTP/1.1");
    }

    @Test
    @Row("header-rules/options-asterisk")
    void findsNoRouteForOptionsAboutTheServerWhereAllHaveAPath() throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        serveAllOf("path: /", backend);

        Wire client = gateway.send("OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n");
        Message response = client.readResponse();
        client.send("OPTIONS / HTTP/1.1\r\nHost: a.test\r\n\r\n");

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.body()).contains("ROUTE_NOT_FOUND");
        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(backend.takeRequest().startLine()).isEqualTo("OPTIONS / HTTP/1.1");
    }

    @Test
    @Row("header-rules/options-asterisk")
    void answersOptionsAboutTheServerItselfAtTheLastHop() throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        serveAllOf("hosts: [ a.test ]", backend);

        Wire client = gateway.send("OPTIONS * HTTP/1.1\r\nHost: a.test\r\nMax-Forwards: 0\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(backend.connections()).isZero();
    }

    private static void serveAllOf(String match, FakeBackend backend) throws Exception {
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes: { all: { match: { %s }, upstream: app } }
                upstreams: { app: { endpoints: [ "%s" ] } }
                """,
                match, backend.address());
    }

    @ParameterizedTest
    @CsvSource({"TRACE /, a", "TRACE *, a", "CONNECT a:443, a:443"})
    @Row("header-rules/trace")
    void refusesMethodsThatShowOrOpenTooMuch(String line, String host) throws Exception {
        FakeBackend backend = gateway.answering(EMPTY);
        gateway.forward(backend);

        Wire client =
                gateway.send(line + " HTTP/1.1\r\nHost: " + host + "\r\nMax-Forwards: 0\r\n\r\n");
        Message response = client.readResponse();

        assertThat(response.status()).isEqualTo(line.contains("*") ? 400 : 405);
        assertThat(response.has("allow")).isEqualTo(response.status() == 405);
        assertThat(backend.connections()).isZero();
    }

    @Test
    @Row("header-rules/proxy-status")
    void saysWhatWentWrongInItsOwnAnswersOnly() throws Exception {
        FakeBackend backend = gateway.answering("HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n");
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" } }
                routes:
                  app: { match: { path: /app }, upstream: app }
                  nobody: { match: { path: /nobody }, upstream: nobody }
                upstreams:
                  app: { endpoints: [ "%s" ] }
                  nobody: { endpoints: [ "%s" ] }
                """,
                backend.address(), FakeBackend.refusing().address());

        Wire client = gateway.connect();

        assertThat(proxyStatus(client, "/app")).isNull();
        assertThat(proxyStatus(client, "/nobody")).isEqualTo("jadegate; error=connection_refused");
        assertThat(proxyStatus(client, "/none")).isEqualTo("jadegate; error=destination_not_found");
    }

    private static String proxyStatus(Wire client, String path) throws Exception {
        return client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
                .readResponse()
                .field("proxy-status");
    }
}
