package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Real clients of a forward proxy: those who show a password, and those who ask where to go.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ProxyClientsTest {
    /// "password"
    private static final String HASH =
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private static FakeBackend serve(String more) throws IOException {
        FakeBackend backend = gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        serve(backend, more);
        return backend;
    }

    private static void serve(FakeBackend backend, String more) throws IOException {
        String port = port(backend);
        gateway.serve(
                """
                users: { alice: { password: "%s" } }
                listeners:
                  egress:
                    address: "127.0.0.1:0"
                    protocol: forward
                    forward:
                      allow: [ { network: 127.0.0.0/8, ports: [ %s ] }, { host: "*.pac.test", ports: [ %s ] } ]
                      deny: [ { host: private.pac.test, ports: [ 80, 443 ] } ]
                      %s
                """
                        .formatted(HASH, port, port, more));
    }

    private static String port(FakeBackend backend) {
        return backend.address().substring(backend.address().lastIndexOf(':') + 1);
    }

    // ---- passwords

    @ParameterizedTest
    @CsvSource({
        "-x http://%s --proxy-user alice:password, 200",
        "-x http://%s --proxy-user alice:passwort, 407",
        "-x http://%s, 407",
        "-x http://%s --proxytunnel --proxy-user alice:password, 200",
        "-x http://%s --proxytunnel --proxy-user alice:passwort, 000",
        "--socks5-hostname %s --proxy-user alice:password, 200",
        "--socks5 %s --proxy-user alice:password, 200",
        "--socks5-hostname %s --proxy-user alice:passwort, 000",
        "--socks5-hostname %s, 000",
        "--socks4 %s, 000"
    })
    void curlComesInByItsPassword(String options, String status) throws Exception {
        FakeBackend backend = serve("authenticate: [ basic ]");
        List<String> command =
                List.of(
                        ("curl -s -m 20 -o /dev/null --noproxy none -w %{http_code} "
                                        + options.formatted("127.0.0.1:" + gateway.port())
                                        + " http://"
                                        + backend.address()
                                        + "/")
                                .split(" "));
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();

        assertThat(new String(curl.getInputStream().readAllBytes(), US_ASCII)).isEqualTo(status);
        assertThat(curl.waitFor(30, TimeUnit.SECONDS)).isTrue();
        if (status.equals("200")) {
            Message request = backend.takeRequest();
            assertThat(request.target()).isEqualTo("/");
            assertThat(request.names()).doesNotContain("proxy-authorization", "authorization");
        }
    }

    @Test
    void theJdksClientAnswersTheChallenge() throws Exception {
        FakeBackend backend = serve("authenticate: [ basic ]");
        try (var client =
                HttpClient.newBuilder()
                        .proxy(
                                ProxySelector.of(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), gateway.port())))
                        .authenticator(alice())
                        .build()) {
            var request =
                    HttpRequest.newBuilder(URI.create("http://" + backend.address() + "/")).build();

            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("ok");
        }
    }

    /// Needs a Java of its own: what the documentation has it started with is read once.
    @Test
    void theJdksClientTunnelsWithItsPassword() throws Exception {
        var certificates = new TestCertificates(folder);
        certificates.write("web", "localhost");
        gateway.serve(tunnelTo(443, certificates));
        int port = gateway.address("web").getPort();
        gateway.serveNow(tunnelTo(port, certificates));
        double verified = verified();

        Process client =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Djdk.http.auth.tunneling.disabledSchemes=",
                                "-cp",
                                System.getProperty("java.class.path"),
                                TunnelingClient.class.getName(),
                                gateway.address("egress").getHostString(),
                                Integer.toString(gateway.address("egress").getPort()),
                                "https://localhost:" + port + "/",
                                certificates.path("ca.pem").toString())
                        .redirectErrorStream(true)
                        .start();

        assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII).strip())
                .endsWith("200 through the tunnel");
        assertThat(client.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(verified()).isEqualTo(verified + 1);
    }

    private static String tunnelTo(int port, TestCertificates certificates) {
        return """
        users: { alice: { password: "%s" } }
        listeners:
          egress:
            address: "127.0.0.2:0"
            protocol: forward
            forward:
              allow: [ { network: 127.0.0.0/8, ports: [ %s ] } ]
              authenticate: [ basic ]
          web: { address: "127.0.0.1:0", tls: { hosts: { localhost: { %s } } } }
        routes: { hello: { match: { path: / }, respond: { body: through the tunnel } } }
        """
                .formatted(HASH, port, certificates.entry("web"));
    }

    private static double verified() {
        return TestReadings.of(gateway).value("jadegate_authentications", "proxy", "verified");
    }

    @Test
    void theJdksWebSocketComesByConnect() throws Exception {
        FakeBackend backend = gateway.backend();
        serve(backend, "");
        var heard = new CompletableFuture<String>();
        var listener =
                new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(
                            WebSocket webSocket, CharSequence text, boolean last) {
                        heard.complete(text.toString());
                        return null;
                    }
                };
        try (var client =
                HttpClient.newBuilder()
                        .proxy(
                                ProxySelector.of(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), gateway.port())))
                        .build()) {
            CompletableFuture<WebSocket> opened =
                    client.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create("ws://" + backend.address() + "/chat"), listener);
            Wire endpoint = gateway.keep(backend.accept());
            Message handshake = endpoint.readRequest();
            assertThat(handshake.startLine()).isEqualTo("GET /chat HTTP/1.1");
            endpoint.send(
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Accept: "
                            + acceptance(handshake.field("sec-websocket-key"))
                            + "\r\n\r\n");
            WebSocket webSocket = opened.get(20, TimeUnit.SECONDS);

            endpoint.send("\u0081\5world");
            assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("world");
            WebSocket _ = webSocket.sendText("hello", /* last= */ true).get(20, TimeUnit.SECONDS);
            assertThat(endpoint.read(11)).startsWith("\u0081\u0085");
            assertThat(
                            TestReadings.of(gateway)
                                    .value("jadegate_tunnels_open", "forward:egress", "connect"))
                    .isEqualTo(1);
            webSocket.abort();
        }
    }

    /// What proves that a handshake was understood (RFC 6455 §4.2.2).
    private static String acceptance(String key) throws NoSuchAlgorithmException {
        byte[] text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(US_ASCII);
        return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    }

    @Test
    void theJdksSocketsComeBySocks() throws Exception {
        FakeBackend backend = serve("");
        var proxy =
                new Proxy(
                        Proxy.Type.SOCKS,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
        try (var socket = new Socket(proxy)) {
            socket.connect(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), Integer.parseInt(port(backend))));
            socket.getOutputStream()
                    .write(
                            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                                    .getBytes(US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(15), US_ASCII))
                    .isEqualTo("HTTP/1.1 200 OK");
        }
    }

    private static Authenticator alice() {
        return new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication("alice", "password".toCharArray());
            }
        };
    }

    // ---- the script

    private static Message ask(String path, String host) throws IOException {
        return gateway.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                .readResponse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proxy.pac", "/wpad.dat", "/proxy.pac?x=1"})
    void tellsBrowsersWhatGoesThroughWithoutAPassword(String path) throws Exception {
        serve("authenticate: [ basic ]");

        Message script = ask(path, "Proxy.Example.com:3128");

        assertThat(script.status()).isEqualTo(200);
        assertThat(script.field("content-type")).isEqualTo("application/x-ns-proxy-autoconfig");
        assertThat(script.body())
                .startsWith("function FindProxyForURL(url, host) {")
                .contains("\"PROXY proxy.example.com:3128\" : \"DIRECT\"")
                .contains("network: \"127.0.0.0\", mask: \"255.0.0.0\"")
                .contains("suffix: \".pac.test\"")
                .contains("var deny = [{host: \"private.pac.test\", ports: [80, 443]}];");
    }

    @Test
    void tellsBrowsersWhatGoesThroughOverHttp2() throws Exception {
        var certificates = new TestCertificates(folder);
        certificates.write("web", "localhost");
        gateway.serve(
                """
                listeners:
                  egress:
                    address: "127.0.0.1:0"
                    protocol: forward
                    tls: { hosts: { localhost: { %s } } }
                    forward: { allow: [ { host: "*" } ] }
                """
                        .formatted(certificates.entry("web")));
        HttpClient.Version version;
        String script;
        try (var client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .sslContext(certificates.client())
                        .build()) {
            var request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "https://localhost:" + gateway.port() + "/proxy.pac"))
                            .build();
            var answer = client.send(request, BodyHandlers.ofString());
            version = answer.version();
            script = answer.body();
        }

        assertThat(version).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(script).contains("\"HTTPS localhost:" + gateway.port() + "\" : \"DIRECT\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a_b-.test", "1.2.3", "-a.test", "a..test"})
    void namesNoProxyThatIsNone(String host) throws Exception {
        serve("");

        Message answer = ask("/proxy.pac", host);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("FindProxyForURL");
    }

    @Test
    void offersNothingWhereItIsTurnedOff() throws Exception {
        serve("pac: false");

        assertThat(ask("/proxy.pac", "a.test").status()).isEqualTo(400);
    }
}
