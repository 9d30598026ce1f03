package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Http2Wire;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Endpoints that authenticate a connection once and take all that comes by it for the same user's
/// (NTLM; Negotiate, RFC 4559): nobody gets a connection that knows somebody else.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class ConnectionAuthenticationTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String CONFIG =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            routes: { all: { match: { path: / }, upstream: app } }
            upstreams: { app: { endpoints: [ "%s" ] %s } }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;

    private static String saying(String authorization) {
        return "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: " + authorization + "\r\n\r\n";
    }

    /// Plays an endpoint on one connection: whoever says his name by `scheme` in two steps is whom
    /// it answers from then on.
    private static void authenticate(Wire wire, String scheme) throws IOException {
        String user = null;
        while (wire.available()) {
            String said = wire.readRequest().field("authorization");
            if (said != null && said.startsWith(scheme + " user=")) {
                user = said.substring(said.indexOf('=') + 1);
            }
            if (user != null) {
                wire.send(
                        "HTTP/1.1 200 OK\r\nContent-Length: " + user.length() + "\r\n\r\n" + user);
            } else {
                String challenge = said == null ? scheme : scheme + " challenge";
                wire.send(
                        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: "
                                + challenge
                                + "\r\nContent-Length: 0\r\n\r\n");
            }
        }
    }

    private static FakeBackend authenticating(String scheme) throws IOException {
        return gateway.keep(FakeBackend.serving((wire, _) -> authenticate(wire, scheme)));
    }

    /// Says who one is as clients do: asks, hears the scheme, begins, is challenged, and answers.
    private static void signIn(Wire client, String scheme, String user) throws IOException {
        Message asked = client.send(GET).readResponse();
        assertThat(asked.status()).isEqualTo(401);
        assertThat(asked.field("www-authenticate")).isEqualTo(scheme);
        Message challenged = client.send(saying(scheme + " begin")).readResponse();
        assertThat(challenged.field("www-authenticate")).isEqualTo(scheme + " challenge");
        Message answer = client.send(saying(scheme + " user=" + user)).readResponse();
        assertThat(answer.body()).isEqualTo(user);
    }

    private static void awaitConnections(int count) {
        Gateway.await("connections", () -> gateway.target("app", 0).connections() == count);
    }

    // ---- nobody is taken for somebody else

    @ParameterizedTest
    @CsvSource({"NTLM, false", "Negotiate, false", "NTLM, true", "Negotiate, true"})
    void letsNobodyUseTheConnectionOfSomebodyElse(String scheme, boolean secure) throws Exception {
        TestAuthority authority = new TestAuthority("test authority");
        FakeBackend backend =
                gateway.keep(
                        FakeBackend.serving((wire, _) -> {
                            if (secure) {
                                wire.secure(authority.engine(authority.issue("app.test")));
                            }
                            authenticate(wire, scheme);
                        }));
        String tls =
                ", tls: { server-name: app.test, trusted: '" + authority.trustedIn(folder) + "' }";
        gateway.serve(CONFIG, backend.address(), secure ? tls : "");
        Wire anna = gateway.connect();
        Wire bert = gateway.connect();

        signIn(anna, scheme, "anna");
        assertThat(gateway.send(GET).readResponse().status()).isEqualTo(401);
        signIn(bert, scheme, "bert");

        for (int i = 0; i < 3; i++) {
            assertThat(anna.send(GET).readResponse().body()).isEqualTo("anna");
            assertThat(bert.send(GET).readResponse().body()).isEqualTo("bert");
        }
        assertThat(gateway.send(GET).readResponse().status()).isEqualTo(401);
    }

    /// Who says his name at once has not been asked for it.
    @Test
    void keepsAConnectionFromTheRequestOnThatAuthenticatesIt() throws Exception {
        gateway.serve(CONFIG, authenticating("Negotiate").address(), "");
        Wire anna = gateway.connect();

        assertThat(anna.send(saying("Negotiate user=anna")).readResponse().body())
                .isEqualTo("anna");

        assertThat(gateway.send(GET).readResponse().status()).isEqualTo(401);
        assertThat(anna.send(GET).readResponse().body()).isEqualTo("anna");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\", NTLM",
                "401 Unauthorized\r\n"
                        + "WWW-Authenticate: Basic realm=\"a\"\r\n"
                        + "www-authenticate: negotiate",
                "407 Proxy Authentication Required\r\nProxy-Authenticate: NTLM TlRM",
                "200 OK\r\nWWW-Authenticate: Negotiate oYG2MIGz",
            })
    void keepsAConnectionFromTheAnswerOnThatOffersToAuthenticateIt(String answer) throws Exception {
        FakeBackend backend =
                gateway.answering("HTTP/1.1 " + answer + "\r\nContent-Length: 0\r\n\r\n");
        gateway.serve(CONFIG, backend.address(), "");
        Wire one = gateway.send(GET);
        one.readResponse();
        Wire other = gateway.send(GET);
        other.readResponse();

        one.send(GET).readResponse();
        other.send(GET).readResponse();

        assertThat(backend.connections()).isEqualTo(2);
    }

    @Test
    void sharesConnectionsThatAreAuthenticatedRequestByRequest() throws Exception {
        FakeBackend backend =
                gateway.answering(
                        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"NTLM\"\r\n"
                                + "Content-Length: 0\r\n\r\n");
        gateway.serve(CONFIG, backend.address(), "");

        for (int i = 0; i < 3; i++) {
            Wire client = gateway.send(saying("Basic YTpi"));
            assertThat(client.readResponse().status()).isEqualTo(401);
            Gateway.await("idle", () -> gateway.target("app", 0).idle() == 1);
        }

        assertThat(backend.connections()).isEqualTo(1);
    }

    @Test
    void keepsClientsOfHttp2ApartToo() throws Exception {
        gateway.serve(CONFIG, authenticating("Negotiate").address(), "");
        Http2Wire anna =
                Http2Wire.over(gateway.connect())
                        .get(1, "/", "authorization", "Negotiate user=anna");
        assertThat(anna.await(1).body()).isEqualTo("anna");
        Http2Wire bert = Http2Wire.over(gateway.connect()).get(1, "/");

        assertThat(bert.await(1).status()).isEqualTo(401);
        assertThat(anna.get(3, "/").await(3).body()).isEqualTo("anna");
        anna.wire().close();
        awaitConnections(1);
    }

    // ---- where its client goes, and for how long

    @Test
    void staysWithTheEndpointThatKnowsTheClient() throws Exception {
        FakeBackend first = authenticating("NTLM");
        FakeBackend second = authenticating("NTLM");
        gateway.serve(
                CONFIG,
                first.address() + "\", \"" + second.address(),
                ", load-balancer: round-robin");
        Wire anna = gateway.connect();

        signIn(anna, "NTLM", "anna");

        for (int i = 0; i < 4; i++) {
            assertThat(anna.send(GET).readResponse().body()).isEqualTo("anna");
        }
        assertThat(first.connections() + second.connections()).isEqualTo(1);
    }

    @Test
    void closesAConnectionWithTheClientThatItIsKeptFor() throws Exception {
        gateway.serve(CONFIG, authenticating("NTLM").address(), "");
        Wire anna = gateway.connect();
        signIn(anna, "NTLM", "anna");
        awaitConnections(1);

        anna.close();

        awaitConnections(0);
    }

    /// Else few clients could have all that stand idle.
    @Test
    void keepsFewOfThoseThatAClientHasUsedAtOnce() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address(), ", pool: { idle: 1h }");
        Http2Wire anna = Http2Wire.over(gateway.connect());
        List<Wire> endpoints = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            anna.get(2 * i + 1, "/", "authorization", "Negotiate YII");
            Wire endpoint = gateway.keep(backend.accept());
            endpoint.readRequest();
            endpoints.add(endpoint);
        }

        for (Wire endpoint : endpoints) {
            endpoint.send(OK);
        }

        for (int i = 0; i < 20; i++) {
            assertThat(anna.await(2 * i + 1).body()).isEqualTo("ok");
        }
        awaitConnections(6);
    }

    @Test
    void closesAConnectionWhoseClientLeavesInTheMiddle() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address(), "");
        Wire anna = gateway.send(saying("NTLM begin"));
        Wire endpoint = gateway.keep(backend.accept());
        endpoint.readRequest();
        endpoint.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
        anna.readUntil("ab");

        anna.close();
        endpoint.send("cde");

        awaitConnections(0);
    }

    @Test
    void beginsAnewWhenTheEndpointHasClosedTheConnection() throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address(), "");
        Wire anna = gateway.send(saying("NTLM begin"));
        Wire endpoint = gateway.keep(backend.accept());
        endpoint.readRequest();
        endpoint.send(OK);
        anna.readResponse();

        endpoint.close();
        awaitConnections(0);
        anna.send(GET);
        Wire next = gateway.keep(backend.accept());
        next.readRequest();
        next.send(OK);

        assertThat(anna.readResponse().body()).isEqualTo("ok");
        Gateway.await("idle", () -> gateway.target("app", 0).idle() == 1);
        Wire bert = gateway.send(GET);
        next.readRequest();
        next.send(OK);
        assertThat(bert.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void closesAnIdleOneWhereOthersNeedThePlace() throws Exception {
        FakeBackend backend = authenticating("NTLM");
        gateway.serve(
                CONFIG, backend.address(), ", capacity: { connections: 1, pending-timeout: 5s }");
        Wire anna = gateway.connect();
        signIn(anna, "NTLM", "anna");

        signIn(gateway.connect(), "NTLM", "bert");

        assertThat(anna.send(GET).readResponse().status()).isEqualTo(401);
        assertThat(backend.connections()).isEqualTo(3);
    }

    @Test
    void letsGoOfThemWhenTheEndpointGoes() throws Exception {
        FakeBackend backend = authenticating("NTLM");
        gateway.serve(CONFIG, backend.address(), "");
        Wire anna = gateway.connect();
        signIn(anna, "NTLM", "anna");
        FakeBackend other = authenticating("NTLM");

        gateway.serveNow(CONFIG, other.address(), "");

        assertThat(anna.send(GET).readResponse().status()).isEqualTo(401);
        assertThat(other.connections()).isEqualTo(1);
    }

    @Test
    void worksBehindAHeaderOfTheProxyProtocol() throws Exception {
        FakeBackend backend =
                gateway.keep(
                        FakeBackend.serving((wire, _) -> {
                            assertThat(wire.readUntil("\r\n")).startsWith("PROXY TCP4 ");
                            authenticate(wire, "NTLM");
                        }));
        gateway.serve(CONFIG, backend.address(), ", proxy-protocol: v1");
        Wire anna = gateway.connect();

        signIn(anna, "NTLM", "anna");

        assertThat(anna.send(GET).readResponse().body()).isEqualTo("anna");
        assertThat(backend.connections()).isEqualTo(1);
        anna.close();
        awaitConnections(0);
    }

    // ---- over HTTP/2, where there is no such thing

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void beginsNothingMoreOverAConnectionOfHttp2(boolean tried) throws Exception {
        FakeBackend backend = gateway.backend();
        gateway.serve(CONFIG, backend.address(), ", protocol: http2");
        Wire anna = gateway.send(tried ? saying("Negotiate YII") : GET);
        Http2Wire first = Http2Wire.accepting(gateway.keep(backend.accept()));
        int request = first.awaitRequest();
        if (tried) {
            first.respond(request, true, 200);
        } else {
            first.respond(request, true, 401, "www-authenticate", "Negotiate");
        }
        Message answer = anna.readResponse();
        assertThat(answer.status()).isEqualTo(tried ? 200 : 401);
        assertThat(answer.field("www-authenticate")).isEqualTo(tried ? null : "Negotiate");
        assertThat(first.awaitGoAway().code()).isZero();

        Wire bert = gateway.send(GET);
        Http2Wire second = Http2Wire.accepting(gateway.keep(backend.accept()));
        second.respond(second.awaitRequest(), true, 204);
        assertThat(bert.readResponse().status()).isEqualTo(204);
    }
}
