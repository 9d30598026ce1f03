package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.FreePorts;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that clients send to a forward proxy with a whole URL.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class AbsoluteFormTest {
    private static final String PROXY =
            """
            listeners:
              egress:
                address: "127.0.0.1:%s"
                protocol: forward
                forward: { allow: [ { network: 127.0.0.0/8, ports: [ %s ] }, { host: "*.test", ports: [ 80 ] } ] %s }
            """;

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static String config(FakeBackend backend, String more) {
        return PROXY.formatted("0", port(backend), more);
    }

    private static void serve(FakeBackend backend) throws IOException {
        gateway.serve(config(backend, ""));
    }

    private static String port(FakeBackend backend) {
        return backend.address().substring(backend.address().lastIndexOf(':') + 1);
    }

    private static String get(String url, String... fields) {
        URI uri = URI.create(url);
        return "GET "
                + url
                + " HTTP/1.1\r\nHost: "
                + uri.getAuthority()
                + "\r\n"
                + String.join("", fields)
                + "\r\n";
    }

    // ---- what the target gets

    @Test
    void asksTheTargetInOriginFormAndTellsNothingOfTheClient() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        serve(backend);
        String url = "http://" + backend.address() + "/a/b?c=d";

        Message answer =
                gateway.send(
                                get(
                                        url,
                                        "Accept: text/plain\r\n",
                                        "Proxy-Authorization: Basic YTpi\r\n",
                                        "Proxy-Connection: keep-alive\r\n",
                                        "Proxy-Something: x\r\n",
                                        "Connection: X-Hop\r\n",
                                        "X-Hop: 1\r\n",
                                        "X-Own: 2\r\n"))
                        .readResponse();

        assertThat(answer.body()).isEqualTo("ok");
        Message request = backend.takeRequest();
        assertThat(request.startLine()).isEqualTo("GET /a/b?c=d HTTP/1.1");
        assertThat(request.field("host")).isEqualTo(backend.address());
        assertThat(request.names()).containsExactlyInAnyOrder("host", "accept", "x-own");
    }

    @Test
    void asksTheTargetAboutItselfAsAWholeWhereTheUrlHasNoPath() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        serve(backend);

        Wire client =
                gateway.send(
                        "OPTIONS http://%1$s HTTP/1.1\r\nHost: %1$s\r\nMax-Forwards: 1\r\n\r\n"
                                .formatted(backend.address()));

        assertThat(client.readResponse().body()).isEqualTo("ok");
        Message request = backend.takeRequest();
        assertThat(request.startLine()).isEqualTo("OPTIONS * HTTP/1.1");
        assertThat(request.field("max-forwards")).isEqualTo("0");
    }

    @Test
    void asksTheTargetAboutItselfAsAWholeOverHttp2() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        serve(backend);

        Http2Wire client =
                Http2Wire.over(gateway.connect())
                        .head(
                                1,
                                true,
                                ":method",
                                "OPTIONS",
                                ":scheme",
                                "http",
                                ":authority",
                                backend.address(),
                                ":path",
                                "*");

        assertThat(client.await(1).body()).isEqualTo("ok");
        assertThat(backend.takeRequest().startLine()).isEqualTo("OPTIONS * HTTP/1.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPTIONS * HTTP/1.1\r\nHost: proxy.test:3128\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: proxy.test:3128\r\nMax-Forwards: 7\r\n\r\n",
                "OPTIONS http://a.test/ HTTP/1.1\r\nHost: a.test\r\nMax-Forwards: 0\r\n\r\n"
            })
    void answersItselfWhatIsAskedOfItself(String request) throws Exception {
        serve(gateway.backend());
        Wire client = gateway.send(request);

        for (int i = 0; i < 2; i++) {
            Message answer = client.readResponse();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.field("allow")).startsWith("CONNECT, GET");
            assertThat(answer.field("content-length")).isEqualTo("0");
            client.send(request);
        }
    }

    @Test
    void closesIdleConnectionsToWhereNobodyMayGoAnyMore() throws Exception {
        FakeBackend backend = gateway.backend();
        FakeBackend other = gateway.backend();
        gateway.serve(config(backend, ""));
        Wire client = gateway.send(get("http://" + backend.address() + "/"));
        Wire kept = gateway.keep(backend.accept());
        kept.readHead();
        kept.send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");

        gateway.serveNow(config(backend, ", deny: [ { network: 10.0.0.0/8 } ]"));
        client.send(get("http://" + backend.address() + "/again"));
        kept.readHead();
        kept.send(OK);
        assertThat(client.readResponse().body()).isEqualTo("ok");

        gateway.serveNow(config(other, ""));
        assertThat(kept.readToEnd()).isEmpty();
    }

    @Test
    void passesTheAnswerOnAsItCame() throws Exception {
        FakeBackend backend =
                gateway.answering(
                        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/x\r\nX-Request-Id: their"
                                + " own\r\nContent-Length: 0\r\n\r\n");
        serve(backend);

        Message answer = gateway.send(get("http://" + backend.address() + "/")).readResponse();

        assertThat(answer.field("location")).isEqualTo("http://127.0.0.1/x");
        assertThat(answer.field("x-request-id")).isEqualTo("their own");
        assertThat(answer.has("via")).isFalse();
    }

    @Test
    void passesBodiesOnBothWays() throws Exception {
        FakeBackend backend = gateway.echoing();
        serve(backend);

        Wire client =
                gateway.send(
                        "POST http://%1$s/x HTTP/1.1\r\nHost: %1$s\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        .formatted(backend.address())
                                + "5\r\nhello\r\n0\r\n\r\n");

        assertThat(client.readResponse().body()).isEqualTo("/xhello");
    }

    @Test
    void asksForANameByTheAddressThatWasCheckedAndTheNameAsHost() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        List<String> asked = new ArrayList<>();
        gateway.resolving(name -> {
            asked.add(name);
            return List.of(InetAddress.ofLiteral("127.0.0.1"));
        });
        serve(backend);

        Wire client = gateway.send(get("http://a.test:" + port(backend) + "/"));
        assertThat(client.readResponse().body()).isEqualTo("ok");
        client.send(get("http://b.test:" + port(backend) + "/"));
        assertThat(client.readResponse().body()).isEqualTo("ok");

        assertThat(backend.takeRequest().field("host")).isEqualTo("a.test:" + port(backend));
        assertThat(backend.takeRequest().field("host")).isEqualTo("b.test:" + port(backend));
        assertThat(asked).containsExactly("a.test", "b.test");
        assertThat(backend.connections()).as("one connection to one address").isEqualTo(1);
    }

    @Test
    void usesNoIdleConnectionToAnAddressThatIsNotAllowedAnyMore() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        serve(backend);
        String request = get("http://" + backend.address() + "/");
        Wire client = gateway.send(request);
        assertThat(client.readResponse().status()).isEqualTo(200);

        gateway.serveNow(
                config(
                        backend,
                        ", deny: [ { network: 127.0.0.1, ports: [ %s ] } ]"
                                .formatted(port(backend))));

        Message answer = client.send(request).readResponse();
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("FORWARD_ADDRESS_DENIED");
        assertThat(backend.untaken()).isEqualTo(1);
    }

    @Test
    void triesTheNextAddressOfAName() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        gateway.resolving(_ ->
                List.of(InetAddress.ofLiteral("127.0.0.2"), InetAddress.ofLiteral("127.0.0.1")));
        serve(backend);

        Message answer = gateway.send(get("http://a.test:" + port(backend) + "/")).readResponse();

        assertThat(answer.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "6, 4"})
    void triesEachAddressOnceAndFourAtMost(int addresses, int tried) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.resolving(_ ->
                IntStream.rangeClosed(2, addresses + 1)
                        .mapToObj(last -> InetAddress.ofLiteral("127.0.0." + last))
                        .toList());
        serve(backend);

        Message answer = gateway.send(get("http://a.test:" + port(backend) + "/")).readResponse();

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("UPSTREAM_CONNECT_REFUSED");
        assertThat(
                        TestReadings.of(gateway)
                                .value(
                                        "jadegate_target_failures",
                                        "forward:egress",
                                        "*",
                                        "UPSTREAM_CONNECT_REFUSED"))
                .isEqualTo(tried);
    }

    @Test
    void asksForWhatAStreamNames() throws Exception {
        FakeBackend backend = gateway.answering(OK);
        serve(backend);

        Http2Wire client =
                Http2Wire.over(gateway.connect())
                        .head(
                                1,
                                true,
                                ":method",
                                "GET",
                                ":scheme",
                                "http",
                                ":authority",
                                backend.address(),
                                ":path",
                                "/x");

        assertThat(client.await(1).body()).isEqualTo("ok");
        assertThat(backend.takeRequest().startLine()).isEqualTo("GET /x HTTP/1.1");
    }

    // ---- what is refused

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1, 400, REQUEST_MALFORMED",
        "GET https://a.test/ HTTP/1.1, 421, REQUEST_MISDIRECTED",
        "GET ftp://a.test/ HTTP/1.1, 400, REQUEST_MALFORMED",
        "GET http://u:p@a.test/ HTTP/1.1, 400, REQUEST_MALFORMED",
        "GET http://b.test/ HTTP/1.1, 400, REQUEST_MALFORMED",
        "TRACE http://a.test/ HTTP/1.1, 405, REQUEST_METHOD",
        "GET http://a.test/ HTTP/1.1, 502, UPSTREAM_NAME_NOT_RESOLVED",
    })
    void refusesWhatIsNoRequestToAProxy(String line, int status, String reason) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.resolving(name -> {
            throw new java.net.UnknownHostException(name);
        });
        serve(backend);

        Message answer = gateway.send(line + "\r\nHost: a.test\r\n\r\n").readResponse();

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).contains("\"reason\":\"" + reason + "\"");
    }

    @Test
    void answersOptionsThatMayGoNoFurther() throws Exception {
        serve(gateway.backend());

        Message answer =
                gateway.send(
                                "OPTIONS http://a.test HTTP/1.1\r\n"
                                        + "Host: a.test\r\n"
                                        + "Max-Forwards: 0\r\n\r\n")
                        .readResponse();

        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void goesNotRoundInCircles() throws Exception {
        int port = FreePorts.next();
        gateway.serve(PROXY.formatted(port, port, ""));

        Message answer = gateway.send(get("http://127.0.0.1:" + port + "/")).readResponse();

        assertThat(answer.status()).isEqualTo(508);
        assertThat(answer.body()).contains("FORWARD_LOOP");
    }

    // ---- real clients

    private static String curl(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "-S", "-m", "10", "-x"));
        command.add("http://127.0.0.1:" + gateway.port());
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "curl is not installed");
            throw e;
        }
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    @Test
    void servesCurl() throws Exception {
        FakeBackend backend = gateway.echoing();
        serve(backend);
        String url = "http://" + backend.address() + "/x";

        assertThat(curl(url)).isEqualTo("/x");
        assertThat(curl("--proxytunnel", url)).isEqualTo("/x");
        assertThat(curl("--proxytunnel", "-d", "body", url)).isEqualTo("/xbody");
        assertThat(curl("--proxytunnel", "http://127.0.0.1:1/")).contains("403");
    }

    @Test
    void servesTheClientOfTheJdk() throws Exception {
        FakeBackend backend = gateway.echoing();
        serve(backend);
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .proxy(ProxySelector.of(gateway.address("egress")))
                        .build()) {
            URI uri = URI.create("http://" + backend.address() + "/jdk");
            HttpRequest request = HttpRequest.newBuilder(uri).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("/jdk");
        }
    }
}
