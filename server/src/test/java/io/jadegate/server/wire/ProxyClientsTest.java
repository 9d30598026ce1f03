package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
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

    private static FakeBackend serve(String more) throws IOException {
        FakeBackend backend = gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
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
        return backend;
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
        assertThat(curl.waitFor(20, TimeUnit.SECONDS)).isTrue();
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
