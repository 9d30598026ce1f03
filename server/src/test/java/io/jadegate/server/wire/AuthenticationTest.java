package io.jadegate.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Problem;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Who gets through a route that asks for a password. All tests together guess wrong less often
/// than the one client that they are may.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class AuthenticationTest {
    /// "password"
    private static final String HASH =
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";

    /// "differentpassword"
    private static final String OTHER =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94";

    private static final String CONFIG =
            """
            listeners: { web: { address: "127.0.0.1:0" } }
            users: { alice: { password: "%s" } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            routes:
              all:
                match: { path: / }
                cors: { origins: [ "https://page.test" ], credentials: true, headers: [ authorization ] }
                filters:
                  - authenticate: { with: [ basic ] }
                  - request-headers: { set: { x-user: "{{user}}" } }
                upstream: app
              nobody:
                match: { path: /nobody }
                respond: { body: nobody }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private static FakeBackend serve() throws Exception {
        FakeBackend backend = gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        gateway.serve(CONFIG, HASH, backend.address());
        return backend;
    }

    private static String get(String userAndPassword) {
        return "GET / HTTP/1.1\r\nHost: a.test\r\nX-User: mallory\r\nAuthorization: "
                + basic(userAndPassword)
                + "\r\n\r\n";
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
    }

    @Test
    void theUpstreamLearnsTheNameAndNeverThePassword() throws Exception {
        FakeBackend backend = serve();

        Message response = gateway.send(get("alice:password")).readResponse();
        Message request = backend.takeRequest();

        assertThat(response.status()).isEqualTo(200);
        assertThat(request.all("x-user")).containsExactly("alice");
        assertThat(request.names()).doesNotContain("authorization");
    }

    @Test
    void aChallengeCanBeAnsweredOnTheSameConnection() throws Exception {
        FakeBackend backend = serve();
        Wire client = gateway.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");

        Message challenge = client.readResponse();
        assertThat(challenge.status()).isEqualTo(401);
        assertThat(challenge.field("www-authenticate"))
                .isEqualTo("Basic realm=\"restricted\", charset=\"UTF-8\"");
        assertThat(challenge.body()).contains("AUTHENTICATION_MISSING");

        for (String wrong : List.of("alice:passwort", "mallory:password")) {
            Message refusal = client.send(get(wrong)).readResponse();
            assertThat(refusal.status()).isEqualTo(401);
            assertThat(refusal.body()).contains("AUTHENTICATION_FAILED");
        }

        for (int i = 0; i < 3; i++) {
            assertThat(client.send(get("alice:password")).readResponse().status()).isEqualTo(200);
            backend.takeRequest();
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrderWhilePasswordsAreChecked() throws Exception {
        serve();
        Wire client =
                gateway.send(
                        get("alice:password")
                                + get("alice:wrong")
                                + "GET /nobody HTTP/1.1\r\nHost: a.test\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(client.readResponse().status()).isEqualTo(401);
        assertThat(client.readResponse().body()).isEqualTo("nobody");
    }

    @Test
    void aClientThatLeavesDuringTheCheckLeavesNothingBehind() throws Exception {
        FakeBackend backend = gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        gateway.serve(CONFIG, OTHER, backend.address());
        for (int i = 0; i < 2; i++) {
            gateway.send(get("alice:leaving" + i)).close();
        }

        assertThat(gateway.send(get("alice:differentpassword")).readResponse().status())
                .isEqualTo(200);
    }

    @Test
    void anUploadWithoutCredentialsIsRefusedBeforeItIsSent() throws Exception {
        serve();
        Wire client =
                gateway.send(
                        "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n"
                                + "Expect: 100-continue\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(401);
    }

    @Test
    void anotherHashCountsFromTheReloadOn() throws Exception {
        FakeBackend backend = serve();
        Wire client = gateway.send(get("alice:password"));
        assertThat(client.readResponse().status()).isEqualTo(200);

        gateway.serveNow(CONFIG, OTHER, backend.address());

        assertThat(client.send(get("alice:password")).readResponse().status()).isEqualTo(401);
        assertThat(client.send(get("alice:differentpassword")).readResponse().status())
                .isEqualTo(200);
    }

    @Test
    void aPageMayReadWhyItWasRefusedAndPreflightsNeedNoPassword() throws Exception {
        serve();
        Wire client =
                gateway.send(
                        "OPTIONS / HTTP/1.1\r\nHost: a.test\r\nOrigin: https://page.test\r\n"
                                + "Access-Control-Request-Method: GET\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(204);

        Message refusal =
                client.send("GET / HTTP/1.1\r\nHost: a.test\r\nOrigin: https://page.test\r\n\r\n")
                        .readResponse();
        assertThat(refusal.status()).isEqualTo(401);
        assertThat(refusal.field("access-control-allow-origin")).isEqualTo("https://page.test");
    }

    @Test
    void aConfigurationThatLetsNobodyInIsRefused() throws Exception {
        FakeBackend backend = serve();

        ApplyResult result =
                gateway.apply(
                        CONFIG.replace("users: { alice: { password: \"%s\" } }\n", "# %s\n"),
                        HASH,
                        backend.address());

        assertThat(result).isInstanceOf(ApplyResult.Rejected.class);
        assertThat(((ApplyResult.Rejected) result).problems())
                .extracting(Problem::toString)
                .containsExactly(
                        "routes.all.filters[0].authenticate.with: lets nobody in: there are no"
                                + " users; write users: { NAME: { password: … } }");
    }
}
