package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The PROXY protocol: whom the gateway believes, what a header of either version leads to, and
/// what endpoints are told.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ProxyProtocolTest {
    private static final String V1 = "PROXY TCP4 198.51.100.7 203.0.113.1 4711 443\r\n";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private static final String CONFIG =
            """
            listeners: { web: { address: "127.0.0.1:0", proxy-protocol: { trusted: [ %s ] %s } } }
            routes: { all: { match: { path: / }, respond: { body: "{{client.address}}" } } }
            """;

    private static void serve(String trusted, String more) throws IOException {
        gateway.serve(CONFIG, trusted, more);
    }

    private static double refused(String reason) {
        return TestReadings.of(gateway)
                .value("jadegate_listener_connections_refused", "web", reason);
    }

    private static String seen(byte[] header) throws IOException {
        Wire client = gateway.connect().send(header).send(GET);
        String body = client.readResponse().body();
        client.close();
        return body;
    }

    private static byte[] v1(String line) {
        return line.getBytes(ISO_8859_1);
    }

    /// A header of version 2.
    private static byte[] v2(int command, int family, byte[]... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        return ByteBuffer.allocate(16 + body.size())
                .put(SIGNATURE.getBytes(ISO_8859_1))
                .put((byte) command)
                .put((byte) family)
                .putShort((short) body.size())
                .put(body.toByteArray())
                .array();
    }

    private static byte[] addresses() {
        return new byte[] {
            (byte) 198, 51, 100, 8, (byte) 203, 0, 113, 1, 0x12, 0x67, 1, (byte) 187
        };
    }

    private static byte[] value(int type, byte[] octets) {
        return ByteBuffer.allocate(3 + octets.length)
                .put((byte) type)
                .putShort((short) octets.length)
                .put(octets)
                .array();
    }

    // ---- believed

    @Test
    void takesTheClientFromAHeaderOfEitherVersion() throws Exception {
        serve("127.0.0.0/8", "");
        byte[] v6 = new byte[36];
        v6[0] = 0x20;
        v6[1] = 0x01;
        v6[15] = 9;
        v6[31] = 1;
        v6[33] = 1;

        assertThat(seen(v1(V1))).isEqualTo("198.51.100.7");
        assertThat(seen(v1("PROXY TCP6 2001:db8::7 ::1 1 2\r\n"))).isEqualTo("2001:db8::7");
        assertThat(seen(v2(0x21, 0x11, addresses()))).isEqualTo("198.51.100.8");
        assertThat(seen(v2(0x21, 0x21, v6))).isEqualTo("2001::9");
        assertThat(seen(v2(0x21, 0x11, addresses(), value(0xe0, new byte[500]))))
                .isEqualTo("198.51.100.8");
    }

    @Test
    void takesAConnectionOfTheProxysOwnForWhatItIs() throws Exception {
        serve("127.0.0.0/8", "");

        assertThat(seen(v1("PROXY UNKNOWN\r\n"))).isEqualTo("127.0.0.1");
        assertThat(seen(v1("PROXY UNKNOWN and whatever else\r\n"))).isEqualTo("127.0.0.1");
        assertThat(seen(v2(0x20, 0, new byte[0]))).isEqualTo("127.0.0.1");
        assertThat(seen(v2(0x21, 0x31, new byte[216]))).isEqualTo("127.0.0.1");
    }

    @Test
    void readsAHeaderThatComesOctetByOctet() throws Exception {
        serve("127.0.0.0/8", "");

        Wire first = gateway.connect().trickle(V1).send(GET);
        assertThat(first.readResponse().body()).isEqualTo("198.51.100.7");
        Wire second =
                gateway.connect()
                        .trickle(new String(v2(0x21, 0x11, addresses()), ISO_8859_1))
                        .send(GET);
        assertThat(second.readResponse().body()).isEqualTo("198.51.100.8");
    }

    @Test
    void verifiesAChecksum() throws Exception {
        serve("127.0.0.0/8", "");
        byte[] header = v2(0x21, 0x11, addresses(), value(0x03, new byte[4]));
        CRC32C sum = new CRC32C();
        sum.update(header);
        ByteBuffer.wrap(header).putInt(header.length - 4, (int) sum.getValue());

        assertThat(seen(header)).isEqualTo("198.51.100.8");
        header[header.length - 1]++;
        assertThat(gateway.connect().send(header).readToReset()).isEmpty();
    }

    @Test
    void asksConnectionFiltersAboutTheClientAndNotTheProxy() throws Exception {
        gateway.serve(
                """
                listeners:
                  web:
                    address: "127.0.0.1:0"
                    proxy-protocol: { trusted: [ 127.0.0.1 ] }
                    filters: [ { ip-filter: { deny: [ 198.51.100.0/24 ] } }, { connection-limit: { per-client: 1 } } ]
                routes: { all: { match: { path: / }, respond: { body: "{{client.address}}" } } }
                """);

        assertThat(gateway.connect().send(V1 + GET).readToReset()).isEmpty();
        assertThat(refused("IP_DENIED")).isEqualTo(1);
        String other = "PROXY TCP4 192.0.2.1 203.0.113.1 1 443\r\n";
        assertThat(gateway.connect().send(other + GET).readResponse().body())
                .isEqualTo("192.0.2.1");
        assertThat(gateway.connect().send(other + GET).readToReset()).isEmpty();
        assertThat(refused("CONNECTION_LIMIT_CLIENT")).isEqualTo(1);
        String third = "PROXY TCP4 192.0.2.3 203.0.113.1 1 443\r\n";
        assertThat(gateway.connect().send(third + GET).readResponse().body())
                .isEqualTo("192.0.2.3");
    }

    @Test
    void standsBeforeTls() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.write("a", "a.test");
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners:
                  web: { address: "127.0.0.1:0", protocol: tcp, upstream: db, proxy-protocol: { trusted: [ 127.0.0.1 ] }, tls: { hosts: { a.test: { %s } } } }
                upstreams: { db: { endpoints: [ "%%s" ], proxy-protocol: v2 } }
                """
                        .formatted(certificates.entry("a")),
                backend.address());

        Wire client = gateway.connect().send(V1);
        client.secure(engine(certificates.client(), "a.test"));
        client.send("ping");

        Wire endpoint = gateway.keep(backend.accept());
        byte[] fixed = endpoint.readBytes(16);
        byte[] rest = endpoint.readBytes(ByteBuffer.wrap(fixed).getShort(14));
        assertThat(rest).startsWith((byte) 198, (byte) 51, (byte) 100, (byte) 7);
        assertThat(new String(rest, ISO_8859_1)).contains("\u0002\0\u0006a.test");
        assertThat(endpoint.read(4)).isEqualTo("ping");
        client.close();
    }

    private static SSLEngine engine(SSLContext client, String name) {
        SSLEngine engine = client.createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        engine.setSSLParameters(parameters);
        return engine;
    }

    // ---- not believed

    @Test
    void doesNotLookForHeadersOfOthers() throws Exception {
        serve("10.0.0.0/8", "");

        assertThat(gateway.connect().send(V1 + GET).readResponse().status()).isEqualTo(400);
        assertThat(gateway.connect().send(GET).readResponse().body()).isEqualTo("127.0.0.1");
    }

    @Test
    void refusesTheTrustedWithoutAHeader() throws Exception {
        serve("127.0.0.1", "");

        assertThat(gateway.connect().send(GET).readToReset()).isEmpty();
        assertThat(refused("PROXY_HEADER_MALFORMED")).isEqualTo(1);
        assertThat(gateway.clientConnections()).isZero();
    }

    @Test
    void servesTheTrustedWithoutAHeaderWhereItIsOptional() throws Exception {
        serve("127.0.0.1", ", required: false");

        assertThat(seen(new byte[0])).isEqualTo("127.0.0.1");
        assertThat(seen(v1(V1))).isEqualTo("198.51.100.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 198.51.100.7 203.0.113.1 4711\r\n",
                "PROXY TCP4 198.51.100.7 203.0.113.1 4711 443 1\r\n",
                "PROXY TCP4 198.51.100.7  203.0.113.1 4711 443\r\n",
                "PROXY TCP4 198.51.100.256 203.0.113.1 4711 443\r\n",
                "PROXY TCP4 2001:db8::7 203.0.113.1 4711 443\r\n",
                "PROXY TCP6 198.51.100.7 ::1 4711 443\r\n",
                "PROXY TCP4 198.51.100.7 203.0.113.1 65536 443\r\n",
                "PROXY TCP4 198.51.100.7 203.0.113.1 0 443\r\n",
                "PROXY TCP4 198.51.100.7 203.0.113.1 04711 443\r\n",
                "PROXY TCP4 198.51.100.7 203.0.113.1 -1 443\r\n",
                "PROXY TCP4 198.51.100.7 203.0.113.1 4711 443\n",
                "PROXY UDP4 198.51.100.7 203.0.113.1 4711 443\r\n",
                "PROXY \r\n",
                "PROXZ TCP4 198.51.100.7 203.0.113.1 4711 443\r\n",
                "PROXY UNKNOWN"
                        + " xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
                "\r\n\r\n\0\r\nQUIT\n1\u0011\0\0",
                "\r\n\r\n\0\r\nQUIT\n\42\u0011\0\0",
                "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u0004aaaa",
                "\r\n\r\n\0\r\nQUIT\n!\u0011\u00ff\u00ff",
                "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u000eaaaabbbbccdd\u0001\u0001",
                "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u0010aaaabbbbccdd\u0001\0\u0002x",
            })
    void resetsWhatIsNoHeader(String octets) throws Exception {
        serve("127.0.0.1", "");

        assertThat(gateway.connect().send(octets).readToReset()).isEmpty();

        assertThat(refused("PROXY_HEADER_MALFORMED")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "PROXY", "PROXY TCP4 198.51", "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u000c"})
    void waitsNoLongerForAHeaderThanItMay(String octets) throws Exception {
        gateway.serve("defaults: { timeouts: { header: 300ms } }\n" + CONFIG, "127.0.0.1", "");

        assertThat(gateway.connect().offer(octets).readToReset()).isEmpty();

        assertThat(refused("PROXY_HEADER_TIMEOUT")).isEqualTo(1);
    }

    @Test
    void resetsAHeaderThatIsCut() throws Exception {
        serve("127.0.0.1", "");

        Wire client = gateway.connect().send("PROXY TCP4 198.51").endOutput();

        assertThat(client.readToReset()).isEmpty();
        assertThat(refused("PROXY_HEADER_MALFORMED")).isEqualTo(1);
    }

    @Test
    void endsAConnectionInOrderWhoseHeaderComesWhenTheListenerHasGone() throws Exception {
        String yaml =
                """
                node: { event-loops: 1, access-log: { to: off }, drain: { announce: 0s, deadline: 1h } }
                listeners: { web: { address: "127.0.0.%s:0", proxy-protocol: { trusted: [ 127.0.0.0/8 ] } } }
                routes: { all: { match: { path: / }, respond: { body: "{{client.address}}" } } }
                """;
        gateway.serve(yaml, "1");
        Wire silent = gateway.connect().send("PROXY TCP4");
        Wire asking = gateway.connect().send("PROXY TCP4");
        // Who is served later than both had come.
        assertThat(seen(v1(V1))).isEqualTo("198.51.100.7");

        gateway.serveNow(yaml, "2");
        silent.send(V1.substring(10));
        asking.send(V1.substring(10) + GET);

        assertThat(silent.readToEnd()).isEmpty();
        Message answer = asking.readResponse();
        assertThat(answer.body()).isEqualTo("198.51.100.7");
        assertThat(answer.field("connection")).isEqualTo("close");
        assertThat(asking.readToEnd()).isEmpty();
    }

    @Test
    void asksTheFiltersThatStandWhenTheHeaderIsThere() throws Exception {
        String yaml =
                """
                listeners:
                  web:
                    address: "127.0.0.1:0"
                    proxy-protocol: { trusted: [ 127.0.0.1 ] }
                    filters: [ { ip-filter: { deny: [ %s ] } } ]
                routes: { all: { match: { path: / }, respond: { body: "{{client.address}}" } } }
                """;
        gateway.serve(yaml, "10.0.0.1");
        Wire early = gateway.connect().send("PROXY TCP4");
        // Who is served later than it had come.
        assertThat(seen(v1(V1))).isEqualTo("198.51.100.7");

        gateway.serveNow(yaml, "198.51.100.7");
        early.send(V1.substring(10) + GET);

        assertThat(early.readToReset()).isEmpty();
        assertThat(refused("IP_DENIED")).isEqualTo(1);
    }

    // ---- told

    @Test
    void tellsEndpointsOfTheClientInALine() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ], proxy-protocol: v1 } }
                """,
                backend.address());
        gateway.connect();

        // Before the client has said a word, for it may be the endpoint who speaks first.
        assertThat(gateway.keep(backend.accept()).readUntil("\r\n"))
                .matches(
                        "PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 [0-9]+ "
                                + gateway.port()
                                + "\r\n");
    }

    @Test
    void passesOnWhatItWasToldItself() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db, proxy-protocol: { trusted: [ 127.0.0.1 ] } } }
                upstreams: { db: { endpoints: [ "%s" ], proxy-protocol: v2 } }
                """,
                backend.address());
        byte[] id = value(0x05, "abc".getBytes(ISO_8859_1));
        byte[] authority = value(0x02, "a.test".getBytes(ISO_8859_1));
        byte[] alpn = value(0x01, "h2".getBytes(ISO_8859_1));
        byte[] header = v2(0x21, 0x11, addresses(), alpn, authority, id);
        gateway.connect().send(header).send("ping");

        Wire endpoint = gateway.keep(backend.accept());
        assertThat(endpoint.readBytes(header.length)).isEqualTo(header);
        assertThat(endpoint.read(4)).isEqualTo("ping");
    }

    @Test
    void givesAConnectionANameOfItsOwn() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ], proxy-protocol: v2 } }
                """,
                backend.address());
        gateway.connect().send("ping");

        Wire endpoint = gateway.keep(backend.accept());
        byte[] header = endpoint.readBytes(16 + 12 + 3 + 32);
        assertThat(new String(header, ISO_8859_1))
                .startsWith(SIGNATURE + "!\u0011\0/")
                .matches("(?s).*\u0005\0 [0-9a-f]{32}");
        assertThat(endpoint.read(4)).isEqualTo("ping");
    }

    @Test
    void speaksBeforeTlsWithEndpoints() throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        SSLEngine engine = authority.engine(authority.issue("db.test"));
        FakeBackend backend = gateway.backend();
        gateway.serve(
                """
                listeners: { db: { address: "127.0.0.1:0", protocol: tcp, upstream: db } }
                upstreams: { db: { endpoints: [ "%s" ], proxy-protocol: v1, tls: { server-name: db.test, trusted: "%s" } } }
                """,
                backend.address(), authority.trustedIn(folder).toString());
        gateway.connect().send("ping");

        Wire endpoint = gateway.keep(backend.accept());
        assertThat(endpoint.readUntil("\r\n")).startsWith("PROXY TCP4 127.0.0.1 ");
        endpoint.secure(engine);
        assertThat(endpoint.read(4)).isEqualTo("ping");
    }

    // ---- told, for requests

    private static final String FORWARDING =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            upstreams: { app: { endpoints: [ "%s" ], %s } }
            """;

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void tellsEndpointsOfRequestsTheClientAndServesNoOtherByItsConnection() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(FORWARDING, backend.address(), "proxy-protocol: v1");
        Wire one = gateway.send(GET);
        Wire ofOne = gateway.keep(backend.accept());
        String header = ofOne.readUntil("\r\n");
        assertThat(header)
                .matches(
                        "PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 [0-9]+ "
                                + gateway.port()
                                + "\r\n");
        ofOne.readRequest();
        ofOne.send(OK);
        assertThat(one.readResponse().body()).isEqualTo("ok");
        Gateway.await("idle", () -> gateway.target("app", 0).idle() == 1);

        Wire two = gateway.send(GET);
        Wire ofTwo = gateway.keep(backend.accept());
        assertThat(ofTwo.readUntil("\r\n")).startsWith("PROXY TCP4 ").isNotEqualTo(header);
        ofTwo.readRequest();
        ofTwo.send(OK);
        assertThat(two.readResponse().body()).isEqualTo("ok");

        one.send(GET);
        assertThat(ofOne.readRequest().target()).isEqualTo("/");
        ofOne.send(OK);
        assertThat(one.readResponse().body()).isEqualTo("ok");
        assertThat(backend.connections()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void closesWhatStoodForAClientThatHasGone(String protocol) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                FORWARDING,
                backend.address(),
                "proxy-protocol: v1, pool: { idle: 1h }, protocol: " + protocol);
        Wire client = gateway.send(GET);
        Wire endpoint = gateway.keep(backend.accept());
        endpoint.readUntil("\r\n");
        if (protocol.equals("http2")) {
            Http2Wire http2 = Http2Wire.accepting(endpoint);
            http2.respond(http2.awaitRequest(), true, 204);
        } else {
            endpoint.readRequest();
            endpoint.send(OK);
        }
        client.readResponse();
        Gateway.await("idle", () -> gateway.target("app", 0).idle() == 1);

        client.close();

        Gateway.await("closed", () -> gateway.target("app", 0).connections() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void givesUpAConnectionThatIsBeingMadeForAClientThatHasGone(String protocol) throws Exception {
        FakeBackend backend = gateway.keep(FakeBackend.hanging());
        gateway.serve(
                FORWARDING + "defaults: { timeouts: { connect: 1h } }\n",
                backend.address(),
                "proxy-protocol: v1, protocol: " + protocol);
        Wire client = gateway.send(GET);
        Gateway.await("on its way", () -> gateway.target("app", 0).connections() == 1);

        client.close();

        Gateway.await("given up", () -> gateway.target("app", 0).connections() == 0);
    }

    /// Idle connections of other clients give way.
    @Test
    void servesManyClientsOneAfterAnotherByFewConnections() throws Exception {
        FakeBackend backend =
                gateway.keep(
                        FakeBackend.serving((wire, requests) -> {
                            String header = wire.readUntil("\r\n");
                            while (wire.available()) {
                                requests.received(wire.readRequest());
                                wire.send(
                                        "HTTP/1.1 200 OK\r\nContent-Length: "
                                                + header.length()
                                                + "\r\n\r\n"
                                                + header);
                            }
                        }));
        gateway.serve(
                FORWARDING,
                backend.address(),
                "proxy-protocol: v1, capacity: { connections: 2, pending-timeout: 5s }");
        Set<String> headers = new HashSet<>();

        for (int i = 0; i < 20; i++) {
            headers.add(gateway.send(GET).readResponse().body());
        }

        assertThat(headers).hasSize(20);
        assertThat(gateway.target("app", 0).connections()).isLessThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void tellsEndpointsOfRequestsInFrontOfTls(String protocol) throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        FakeBackend backend = gateway.backend();
        gateway.serve(
                FORWARDING,
                backend.address(),
                "proxy-protocol: v2, protocol: "
                        + protocol
                        + ", tls: { server-name: app.test, trusted: '"
                        + authority.trustedIn(folder)
                        + "' }");
        Wire client = gateway.send(GET);

        Wire endpoint = gateway.keep(backend.accept());
        byte[] header = endpoint.readBytes(16 + 12);
        assertThat(new String(header, ISO_8859_1))
                .startsWith(SIGNATURE + "!\u0011\0\f\u007f\0\0\1");
        SSLEngine engine = authority.engine(authority.issue("app.test"));
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(
                new String[] {protocol.equals("http2") ? "h2" : "http/1.1"});
        engine.setSSLParameters(parameters);
        endpoint.secure(engine);
        if (protocol.equals("http2")) {
            Http2Wire http2 = Http2Wire.accepting(endpoint);
            http2.respond(http2.awaitRequest(), true, 204);
        } else {
            endpoint.readRequest();
            endpoint.send("HTTP/1.1 204 No Content\r\n\r\n");
        }

        assertThat(client.readResponse().status()).isEqualTo(204);
    }

    @Test
    void hasAConnectionForEachClientWhoseRequestsShareIt() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(FORWARDING, backend.address(), "proxy-protocol: v1, protocol: http2");
        Http2Wire one = Http2Wire.over(gateway.connect()).get(1, "/a");
        Wire ofOne = gateway.keep(backend.accept());
        assertThat(ofOne.readUntil("\r\n")).startsWith("PROXY TCP4 127.0.0.1 ");
        Http2Wire endpointOfOne = Http2Wire.accepting(ofOne);
        int first = endpointOfOne.awaitRequest();

        one.get(3, "/b");
        int second = endpointOfOne.awaitRequest();
        Wire two = gateway.send(GET);
        Wire ofTwo = gateway.keep(backend.accept());
        assertThat(ofTwo.readUntil("\r\n")).startsWith("PROXY TCP4 127.0.0.1 ");
        Http2Wire endpointOfTwo = Http2Wire.accepting(ofTwo);
        endpointOfTwo.respond(endpointOfTwo.awaitRequest(), true, 202);
        endpointOfOne.respond(first, true, 200).respond(second, true, 201);

        assertThat(one.await(1).status()).isEqualTo(200);
        assertThat(one.await(3).status()).isEqualTo(201);
        assertThat(two.readResponse().status()).isEqualTo(202);
        assertThat(backend.connections()).isEqualTo(2);
    }
}
