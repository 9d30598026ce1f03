package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.proxy.forward.NameLookups;
import io.jadegate.testkit.Beside;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.TlsWire;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tunnels that clients ask a forward proxy for: where they may go, what goes through, and how
/// either side ends.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ConnectTest {
    private static final String ROUTE = "forward:egress";
    private static final int LARGE = 16 * 1024 * 1024;

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private static FakeBackend serve(String... more) throws IOException {
        FakeBackend backend = gateway.backend();
        serve(backend, more);
        return backend;
    }

    private static void serve(FakeBackend backend, String... more) throws IOException {
        gateway.serve(config(backend, more));
    }

    /// A forward proxy that may go to the loopback address by the backend's port.
    ///
    /// @param more of the key `forward`, and of the listener
    private static String config(FakeBackend backend, String... more) {
        return """
        listeners:
          egress:
            address: "127.0.0.1:0"
            protocol: forward
            forward:
              {
                allow: [ { network: 127.0.0.0/8, ports: [ %s ] }, { host: "*.test", ports: [ 443 ] } ]
                %s
              }
            %s
        """
                .formatted(
                        port(backend),
                        more.length > 0 ? more[0] : "",
                        more.length > 1 ? more[1] : "");
    }

    private static String port(FakeBackend backend) {
        return backend.address().substring(backend.address().lastIndexOf(':') + 1);
    }

    private static void resolving(Map<String, List<String>> names) {
        gateway.resolving(name -> addresses(names.getOrDefault(name, List.of())));
    }

    private static List<InetAddress> addresses(List<String> addresses) throws UnknownHostException {
        if (addresses.isEmpty()) {
            throw new UnknownHostException();
        }
        return addresses.stream().map(InetAddress::ofLiteral).toList();
    }

    private static String connect(String target) {
        return "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
    }

    private static Wire ask(String target) throws IOException {
        return gateway.send(connect(target));
    }

    private static Wire opened(String target) throws IOException {
        Wire client = ask(target);
        assertThat(client.readHead()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
        return client;
    }

    private static Wire accept(FakeBackend backend) throws IOException {
        return gateway.keep(backend.accept());
    }

    private static Message refused(String target) throws IOException {
        return ask(target).readResponse();
    }

    private static double counted(String metric, String... labels) {
        return TestReadings.of(gateway).value(metric, labels);
    }

    private static void awaitReason(String reason) {
        Gateway.await(reason, () -> counted("jadegate_route_reasons", ROUTE, reason) == 1);
    }

    private static void awaitNoTunnel() {
        Gateway.await("over", () -> counted("jadegate_tunnels_open", ROUTE, "connect") == 0);
    }

    // ---- what goes through

    @Test
    void carriesOctetsBothWaysBehindAnAnswerWithoutALength() throws Exception {
        FakeBackend backend = serve();

        Wire client = opened(backend.address()).send("ping\0\u00ff");
        Wire target = accept(backend);

        assertThat(target.read(6)).isEqualTo("ping\0\u00ff");
        target.send("pong");
        assertThat(client.read(4)).isEqualTo("pong");
        assertThat(counted("jadegate_tunnels_open", ROUTE, "connect")).isEqualTo(1);
        assertThat(counted("jadegate_tunnel_received_bytes", ROUTE, "connect")).isEqualTo(6);
        assertThat(counted("jadegate_tunnel_sent_bytes", ROUTE, "connect")).isEqualTo(4);
    }

    @Test
    void dialsTheAddressOfAName() throws Exception {
        FakeBackend backend = gateway.backend();
        resolving(Map.of("a.test", List.of("127.0.0.1")));
        serve(backend);

        Wire client = opened("A.test.:" + port(backend)).send("x");

        assertThat(accept(backend).read(1)).isEqualTo("x");
        client.endOutput();
    }

    @Test
    void passesOnWhatCameBeforeTheAnswer() throws Exception {
        FakeBackend backend = serve();

        Wire client = gateway.send(connect(backend.address()) + "GET / HTTP/1.1\r\n\r\n");
        Wire target = accept(backend);

        assertThat(target.readHead()).isEqualTo("GET / HTTP/1.1\r\n\r\n");
        assertThat(client.readHead()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
    }

    @Test
    void takesAClientOfHttp10ThatNamesNoHost() throws Exception {
        FakeBackend backend = serve();

        Wire client = gateway.send("CONNECT " + backend.address() + " HTTP/1.0\r\n\r\n");

        assertThat(client.readHead()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
        accept(backend).send("hello");
        assertThat(client.read(5)).isEqualTo("hello");
    }

    @Test
    void slowsASenderDownToItsReader() throws Exception {
        FakeBackend backend = serve();
        Wire client = opened(backend.address());
        Wire target = accept(backend);

        byte[] octets = new byte[LARGE];
        CompletableFuture<Wire> sent = Beside.start(() -> target.send(octets).endOutput());
        client.skip(1);
        assertThat(sent).isNotDone();
        client.skip(LARGE - 1);

        sent.join();
        assertThat(client.endOutput().readToEnd()).isEmpty();
    }

    @Test
    void whatATargetDoesNotTakeIsHeldForTheClient() throws Exception {
        FakeBackend backend = serve();
        Wire client = opened(backend.address());
        Wire target = accept(backend);

        CompletableFuture<Wire> sent = Beside.start(() -> client.send(new byte[LARGE]).endOutput());
        Gateway.await("held", () -> gateway.heldForClients() > 0);
        target.skip(LARGE);

        sent.join();
        Gateway.await("taken", () -> gateway.heldForClients() == 0);
    }

    @Test
    void passesEachEndOnByItself() throws Exception {
        FakeBackend backend = serve();
        Wire client = opened(backend.address()).send("question").endOutput();
        Wire target = accept(backend);

        assertThat(target.readToEnd()).isEqualTo("question");
        target.send("answer").endOutput();

        assertThat(client.readToEnd()).isEqualTo("answer");
        awaitNoTunnel();
    }

    @Test
    void takesAnEndThatCameBeforeTheAnswer() throws Exception {
        FakeBackend backend = serve();
        Wire client = gateway.send(connect(backend.address()) + "question").endOutput();
        Wire target = accept(backend);

        assertThat(target.readToEnd()).isEqualTo("question");
        target.send("answer").endOutput();
        assertThat(client.readToEnd()).endsWith("\r\n\r\nanswer");
    }

    @Test
    void passesAResetOnBothWays() throws Exception {
        FakeBackend backend = serve();
        Wire first = opened(backend.address());
        accept(backend).reset();
        first.readToReset();

        Wire second = opened(backend.address());
        Wire target = accept(backend);
        second.reset();
        target.readToReset();
        awaitNoTunnel();
    }

    @Test
    void speaksTlsWithItsOwnClientsWhereItIsToldTo() throws Exception {
        FakeBackend backend = gateway.backend();
        TestCertificates certificates = new TestCertificates(folder);
        certificates.write("proxy", "localhost");
        serve(
                backend,
                "",
                "tls: { hosts: { localhost: { %s } } }".formatted(certificates.entry("proxy")));

        try (TlsWire client =
                TlsWire.connect(
                        certificates.client(),
                        gateway.port(),
                        "localhost",
                        "TLSv1.3",
                        "http/1.1")) {
            client.send(connect(backend.address()));
            assertThat(client.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
            client.send("over tls");
            Wire target = accept(backend);
            assertThat(target.read(8)).isEqualTo("over tls");
            target.endOutput();
        }
    }

    // ---- limits

    @Test
    void carriesAsMuchAsItMayToTheOctet() throws Exception {
        FakeBackend backend = serve(", tunnel-bytes: 10B");
        Wire client = opened(backend.address()).send("123456");
        Wire target = accept(backend);
        assertThat(target.read(6)).isEqualTo("123456");

        target.send("789");
        assertThat(client.read(3)).isEqualTo("789");
        client.send("0xyz");

        target.awaitGone();
        client.awaitGone();
        // The octets that end a tunnel are counted behind its end.
        Gateway.await(
                "counts", () -> counted("jadegate_tunnel_received_bytes", ROUTE, "connect") == 7);
        awaitReason("TUNNEL_BYTES");
        assertThat(counted("jadegate_route_received_bytes", ROUTE)).isEqualTo(7);
        assertThat(counted("jadegate_route_sent_bytes", ROUTE)).isEqualTo(3);
        assertThat(counted("jadegate_tunnel_sent_bytes", ROUTE, "connect")).isEqualTo(3);
        assertThat(counted("jadegate_target_failures", ROUTE, "*", "TUNNEL_BYTES")).isZero();
    }

    @Test
    void endsATunnelThroughWhichNothingGoes() throws Exception {
        FakeBackend backend = serve("", "timeouts: { tunnel-idle: 100ms }");
        Wire client = opened(backend.address());
        Wire target = accept(backend);

        client.readToReset();
        target.readToReset();
        awaitReason("TUNNEL_IDLE_TIMEOUT");
    }

    @Test
    void endsATunnelThatIsTooOld() throws Exception {
        FakeBackend backend = serve("", "max-age: 100ms");
        Wire client = opened(backend.address());
        accept(backend);

        client.readToReset();
        awaitReason("TUNNEL_MAX_AGE");
    }

    // ---- where it does not go

    @ParameterizedTest
    @CsvSource({
        "www.example.com:443, FORWARD_NOT_ALLOWED, http_request_denied",
        "a.test:22, FORWARD_PORT_NOT_ALLOWED, http_request_denied",
        "bad.test:443, FORWARD_DENIED, http_request_denied",
        "8.8.8.8:443, FORWARD_ADDRESS_NOT_ALLOWED, destination_ip_prohibited",
        "127.9.9.9:443, FORWARD_ADDRESS_SPECIAL, destination_ip_prohibited",
        "[::ffff:10.0.0.1]:443, FORWARD_ADDRESS_SPECIAL, destination_ip_prohibited",
        "inside.test:443, FORWARD_ADDRESS_SPECIAL, destination_ip_prohibited",
        "metadata.test:443, FORWARD_ADDRESS_SPECIAL, destination_ip_prohibited",
    })
    void refusesWhatTheRulesDoNotAllow(String target, String reason, String error)
            throws Exception {
        FakeBackend backend = gateway.backend();
        resolving(
                Map.of(
                        "inside.test", List.of("10.1.2.3"),
                        "metadata.test", List.of("169.254.169.254")));
        serve(backend, ", deny: [ { host: bad.test } ]");

        Message answer = refused(target);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.field("proxy-status")).isEqualTo("jadegate; error=" + error);
        assertThat(answer.body())
                .contains("\"reason\":\"" + reason + "\"")
                .doesNotContain("10.1.2.3", "169.254.169.254");
        awaitReason(reason);
    }

    @Test
    void tellsATrustedClientWhichAddressItWas() throws Exception {
        FakeBackend backend = gateway.backend();
        resolving(Map.of("inside.test", List.of("10.1.2.3")));
        gateway.serve(
                config(backend) + "defaults: { client-address: { trusted: [ 127.0.0.0/8 ] } }\n");

        assertThat(refused("inside.test:443").body()).contains("inside.test:443 is at 10.1.2.3");
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT 127.0.0.1:9 HTTP/1.1, 127.0.0.1:9",
        "CONNECT A.example.:8443 HTTP/1.1, a.example:8443",
        "CONNECT 0x7f.1:443 HTTP/1.1, 0x7f.1:443",
        "GET http://a.example/ HTTP/1.1, a.example:80",
        "GET http://[::1]:81/ HTTP/1.1, [::1]:81"
    })
    void logsWhereARefusedRequestWantedToGo(String line, String destination) throws Exception {
        Path log = folder.resolve("access.log");
        gateway.serve(
                """
                node:
                  event-loops: 1
                  access-log: { to: { file: "%s" }, format: json }
                """
                                .formatted(log)
                        + config(gateway.backend()));
        String host = line.split("[ /]+", -1)[line.startsWith("GET") ? 2 : 1];

        int status = gateway.send(line + "\r\nHost: " + host + "\r\n\r\n").readResponse().status();

        assertThat(status).isIn(400, 403);
        Gateway.await(
                "the line",
                () -> Files.readString(log).contains("\"destination\":\"" + destination + "\","));
    }

    @Test
    void readsNoRequestBehindARefusedOne() throws Exception {
        serve();

        Wire client =
                gateway.send(
                        connect("www.example.com:443")
                                + "CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().field("connection")).isEqualTo("close");
        assertThat(client.readToEnd()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.test",
                "a.test:",
                "a.test:0",
                "a.test:65536",
                "user@a.test:443",
                "/",
                "*",
                "http://a.test:443/",
                "a.test:443/",
                ":443",
                "2130706433:443",
                "0x7f.1:443",
                "0177.0.0.1:443",
                "127.1:443",
                "[fe80::1%25lo]:443",
                "[127.0.0.1]:443",
            })
    void wantsHostAndPortAndNothingElse(String target) throws Exception {
        serve();

        Wire client = gateway.send("CONNECT " + target + " HTTP/1.1\r\nHost: a.test:443\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(400);
        assertThat(client.readToEnd()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: b.test:443\r\n",
                "Host: a.test:80\r\n",
                "Host: a.test:443\r\nContent-Length: 0\r\n",
                "Host: a.test:443\r\nContent-Length: 5\r\n",
                "Host: a.test:443\r\nTransfer-Encoding: chunked\r\n",
                "",
            })
    void refusesFieldsThatGoWithNoTunnel(String fields) throws Exception {
        serve();

        Wire client = gateway.send("CONNECT a.test:443 HTTP/1.1\r\n" + fields + "\r\n");

        assertThat(client.readResponse().status()).isEqualTo(400);
        assertThat(client.readToEnd()).isEmpty();
    }

    @Test
    void takesAHostWithoutThePort() throws Exception {
        FakeBackend backend = serve();

        Wire client =
                gateway.send(
                        "CONNECT %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                                .formatted(backend.address()));

        assertThat(client.readHead()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
        accept(backend);
    }

    // ---- names and addresses

    @Test
    void dialsWhatItHasCheckedThoughTheNameMeansSomethingElseMeanwhile() throws Exception {
        FakeBackend backend = gateway.backend();
        List<String> asked = new ArrayList<>();
        gateway.resolving(name -> {
            asked.add(name);
            return addresses(List.of(asked.size() == 1 ? "127.0.0.1" : "10.0.0.1"));
        });
        serve(backend);

        Wire client = opened("a.test:" + port(backend)).send("x");
        assertThat(accept(backend).read(1)).isEqualTo("x");
        client.endOutput();

        assertThat(asked).containsExactly("a.test");
    }

    @Test
    void triesTheAllowedAddressesOfANameOneBehindTheOther() throws Exception {
        FakeBackend backend = gateway.backend();
        resolving(Map.of("a.test", List.of("10.0.0.1", "127.0.0.2", "127.0.0.1")));
        serve(backend);

        opened("a.test:" + port(backend));

        accept(backend);
        assertThat(counted("jadegate_target_failures", ROUTE, "*", "UPSTREAM_CONNECT_REFUSED"))
                .isEqualTo(1);
    }

    @Test
    void triesFourOfManyAddresses() throws Exception {
        FakeBackend backend = gateway.backend();
        resolving(
                Map.of(
                        "a.test",
                        List.of("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1")));
        serve(backend);

        Message answer = refused("a.test:" + port(backend));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(counted("jadegate_target_failures", ROUTE, "*", "UPSTREAM_CONNECT_REFUSED"))
                .isEqualTo(4);
        assertThat(backend.untouched()).isTrue();
    }

    @Test
    void saysThatANameHasNoAddress() throws Exception {
        FakeBackend backend = gateway.backend();
        resolving(Map.of());
        serve(backend);

        Message answer = refused("a.test:443");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.field("proxy-status")).isEqualTo("jadegate; error=dns_error");
    }

    @Test
    void waitsForANameAsLongAsForAConnection() throws Exception {
        FakeBackend backend = gateway.backend();
        CountDownLatch over = new CountDownLatch(1);
        gateway.resolving(slow(over, new Semaphore(0)));
        serve(backend, "", "timeouts: { connect: 100ms }");

        Message answer = refused("a.test:443");

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.field("proxy-status")).isEqualTo("jadegate; error=dns_timeout");
        over.countDown();
    }

    @Test
    void forgetsAClientThatGoesWhileItsNameIsLookedUp() throws Exception {
        FakeBackend backend = gateway.backend();
        CountDownLatch over = new CountDownLatch(1);
        Semaphore asked = new Semaphore(0);
        gateway.resolving(slow(over, asked));
        serve(backend);
        Wire client = ask("a.test:" + port(backend));
        asked.acquire();

        client.reset();
        awaitReason("CLIENT_ABORTED");
        over.countDown();

        assertThat(backend.untouched()).isTrue();
    }

    private static NameLookups.Resolver slow(CountDownLatch over, Semaphore asked) {
        return _ -> {
            try {
                asked.release();
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return addresses(List.of("127.0.0.1"));
        };
    }

    @Test
    void saysThatATargetRefuses() throws Exception {
        FakeBackend backend = gateway.keep(FakeBackend.refusing());
        serve(backend);

        Message answer = refused(backend.address());

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.field("proxy-status")).isEqualTo("jadegate; error=connection_refused");
    }

    @Test
    void saysThatATargetIsSilent() throws Exception {
        FakeBackend backend = gateway.keep(FakeBackend.hanging());
        serve(backend, "", "timeouts: { connect: 100ms }");

        Message answer = refused(backend.address());

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.field("proxy-status")).isEqualTo("jadegate; error=connection_timeout");
    }

    @Test
    void forgetsAClientThatGoesWhileItsTargetIsSilent() throws Exception {
        FakeBackend backend = gateway.keep(FakeBackend.hanging());
        serve(backend, "", "timeouts: { connect: 2s }");
        Wire client = ask(backend.address());
        Gateway.await("dialling", () -> counted("jadegate_listener_requests", "egress") == 1);

        client.reset();

        awaitReason("CLIENT_ABORTED");
    }

    @Test
    void timesASlowHead() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(config(backend) + "defaults: { timeouts: { header: 1s } }\n");

        Wire client = gateway.send("CONNECT " + backend.address() + " HT");

        assertThat(client.readResponse().status()).isEqualTo(408);
    }

    // ---- other configurations

    @Test
    void endsATunnelThatTheRulesDoNotAllowAnyMore() throws Exception {
        FakeBackend backend = serve();
        Wire client = opened(backend.address());
        Wire target = accept(backend);

        denyFromNowOn(backend);

        client.awaitGone();
        target.awaitGone();
        awaitReason("POLICY_CHANGED");
    }

    private static void denyFromNowOn(FakeBackend backend) {
        gateway.serveNow(
                config(
                        backend,
                        ", deny: [ { network: 127.0.0.1, ports: [ %s ] } ]"
                                .formatted(port(backend))));
    }

    @Test
    void saysWhyATunnelHadToGoHoweverItsSidesTakeIt() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(
                "node: { event-loops: 1, access-log: { to: off }, drain: { deadline: 1h } }\n"
                        + config(backend));
        Wire client = opened(backend.address());
        Wire target = accept(backend);

        denyFromNowOn(backend);

        assertThat(target.readToEnd()).isEmpty();
        target.send("farewell").endOutput();
        client.awaitGone();
        awaitReason("POLICY_CHANGED");
        awaitNoTunnel();
    }

    @Test
    void keepsATunnelThatTheRulesStillAllow() throws Exception {
        FakeBackend backend = serve();
        Wire client = opened(backend.address());
        Wire target = accept(backend);

        gateway.serveNow(config(backend, ", deny: [ { host: other.test } ]"));

        client.send("still here");
        assertThat(target.read(10)).isEqualTo("still here");
    }

    @Test
    void endsTheTunnelsOfAListenerThatGoes() throws Exception {
        FakeBackend backend = serve();
        Wire client = opened(backend.address());
        Wire target = accept(backend);

        gateway.serveNow("listeners: { other: { address: \"127.0.0.1:0\" } }\n");

        client.awaitGone();
        target.awaitGone();
    }

    // ---- HTTP/2

    private static Http2Wire http2() throws IOException {
        return Http2Wire.over(gateway.connect());
    }

    private static Http2Wire tunnel(FakeBackend backend) throws IOException {
        Http2Wire client =
                http2().head(1, false, ":method", "CONNECT", ":authority", backend.address());
        client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);
        assertThat(client.answer(1).heads().getLast()).containsExactly(":status: 200");
        assertThat(client.answer(1).ended()).isFalse();
        return client;
    }

    @Test
    void carriesOctetsBothWaysOnAStream() throws Exception {
        FakeBackend backend = serve();
        Http2Wire client = tunnel(backend);
        Wire target = accept(backend);

        client.data(1, false, "ping");
        assertThat(target.read(4)).isEqualTo("ping");
        target.send("pong");
        assertThat(client.awaitBody(1, 4).body()).isEqualTo("pong");

        client.data(1, true, "bye");
        assertThat(target.readToEnd()).isEqualTo("bye");
        target.send("now").endOutput();
        assertThat(client.await(1).body()).isEqualTo("pongnow");
        assertThat(client.answer(1).ended()).isTrue();
    }

    @Test
    void carriesOctetsBothWaysOnAStreamUnderTls() throws Exception {
        FakeBackend backend = gateway.backend();
        TestCertificates certificates = new TestCertificates(folder);
        certificates.write("proxy", "localhost");
        serve(
                backend,
                "",
                "tls: { hosts: { localhost: { %s } } }".formatted(certificates.entry("proxy")));
        SSLEngine engine = certificates.client().createSSLEngine("localhost", gateway.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("localhost")));
        parameters.setApplicationProtocols(new String[] {"h2"});
        engine.setSSLParameters(parameters);
        Wire wire = gateway.connect();
        wire.secure(engine);
        assertThat(engine.getApplicationProtocol()).isEqualTo("h2");

        Http2Wire client =
                Http2Wire.over(wire)
                        .head(1, false, ":method", "CONNECT", ":authority", backend.address());
        Wire target = accept(backend);
        client.data(1, false, "ping");
        assertThat(target.read(4)).isEqualTo("ping");
        target.send("pong").endOutput();
        assertThat(client.awaitBody(1, 4).body()).isEqualTo("pong");
        client.data(1, true, "bye");
        assertThat(target.readToEnd()).isEqualTo("bye");
        assertThat(client.await(1).heads()).containsExactly(List.of(":status: 200"));
    }

    @Test
    void keepsWhatCameOnAStreamBeforeItsAnswer() throws Exception {
        FakeBackend backend = gateway.backend();
        CountDownLatch over = new CountDownLatch(1);
        Semaphore asked = new Semaphore(0);
        gateway.resolving(slow(over, asked));
        serve(backend);
        http2().head(1, false, ":method", "CONNECT", ":authority", "a.test:" + port(backend))
                .data(1, true, "early");
        asked.acquire();
        over.countDown();

        Wire target = accept(backend);
        assertThat(target.readToEnd()).isEqualTo("early");
        target.endOutput();
    }

    @Test
    void passesAResetOnFromAStreamAndToIt() throws Exception {
        FakeBackend backend = serve();
        Http2Wire client = tunnel(backend);
        accept(backend).reset();
        assertThat(client.await(1).reset()).isPositive();

        client.head(3, false, ":method", "CONNECT", ":authority", backend.address());
        Wire target = accept(backend);
        client.await(Http2Wire.HEADERS, Http2Wire.END_HEADERS);
        client.reset(3, 8);
        target.readToReset();
        awaitNoTunnel();
    }

    @Test
    void refusesOnAStreamAndServesTheNext() throws Exception {
        FakeBackend backend = serve();
        Http2Wire client =
                http2().head(1, false, ":method", "CONNECT", ":authority", "www.example.com:443");
        assertThat(client.await(1).status()).isEqualTo(403);

        client.head(3, false, ":method", "CONNECT", ":authority", backend.address());
        client.data(3, true, "x");
        Wire target = accept(backend);
        assertThat(target.readToEnd()).isEqualTo("x");
        target.endOutput();
    }

    @Test
    void resetsAStreamWhoseConnectHasAPath() throws Exception {
        serve();

        Http2Wire client =
                http2().head(
                                1,
                                false,
                                ":method",
                                "CONNECT",
                                ":scheme",
                                "http",
                                ":authority",
                                "a.test:443",
                                ":path",
                                "/");

        assertThat(client.await(1).reset()).as("PROTOCOL_ERROR").isEqualTo(1);
    }
}
