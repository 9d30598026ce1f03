package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.api.filter.ClientConnection;
import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What becomes of those whose filter has a bug: an answer or a close, and nothing of it is left.
@Timeout(60)
class FailingFiltersTest {
    private static final FieldName FAIL = FieldName.of("x-fail");
    private static final FieldName WAIT = FieldName.of("x-wait");
    private static final String CONFIG =
            """
            listeners: { web: { address: "127.0.0.1:0", filters: [ failing-door ] } }
            routes: { all: { match: { path: / }, filters: [ waiting, failing ], upstream: app } }
            upstreams: { app: { endpoints: [ "%s" ] } }
            """;
    private static final String GET = "GET /well HTTP/1.1\r\nHost: a.test\r\n\r\n";

    private static final AtomicReference<Where> DOOR = new AtomicReference<>(Where.NOWHERE);
    private static final AtomicInteger INSIDE = new AtomicInteger();

    @RegisterExtension
    static final Gateway gateway =
            new Gateway(new Waiting(), new FailingRequests(), new FailingConnections());

    enum Where {
        NOWHERE,
        DECIDE,
        COMMIT,
        RESPONSE,
        OPENED,
        CLOSED
    }

    private static final class Bug extends RuntimeException {
        private static final long serialVersionUID = 1;

        Bug(Where where) {
            super("the filter's own, at " + where);
        }
    }

    private record NoSettings() {}

    @BeforeEach
    void serve() throws Exception {
        DOOR.set(Where.NOWHERE);
        gateway.serve(CONFIG, gateway.echoing().address());
    }

    @ParameterizedTest
    @CsvSource({"DECIDE,false", "COMMIT,false", "RESPONSE,false", "DECIDE,true", "COMMIT,true"})
    void answersThatItFailedAndServesTheNext(Where where, boolean behindAWait) throws Exception {
        Wire client =
                gateway.send(
                        "GET /ill HTTP/1.1\r\nHost: a.test\r\nX-Fail: %s\r\n%s\r\n"
                                .formatted(where, behindAWait ? "X-Wait: 1\r\n" : ""));

        Message answer = client.readResponse();

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).contains("\"reason\":\"INTERNAL_ERROR\"");
        assertThat(answer.body()).doesNotContain("the filter's own");
        assertThat(gateway.send(GET).readResponse().status()).isEqualTo(200);
    }

    @Test
    void answersThoseInAPipelineBehindIt() throws Exception {
        Wire client =
                gateway.send(
                        GET + "GET /ill HTTP/1.1\r\nHost: a.test\r\nX-Fail: DECIDE\r\n\r\n" + GET);

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(client.readResponse().status()).isEqualTo(500);
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"DECIDE", "OPENED"})
    void resetsWhomTheDoorCouldNotJudgeAndLetsTheNextIn(Where where) throws Exception {
        DOOR.set(where);
        Wire refused = gateway.connect();
        assertThatThrownBy(() -> refused.send(GET).readResponse()).isInstanceOf(IOException.class);
        DOOR.set(Where.NOWHERE);

        assertThat(gateway.send(GET).readResponse().status()).isEqualTo(200);
        assertThat(gateway.clientConnections()).isEqualTo(1);
    }

    @Test
    void forgetsAConnectionWhoseFarewellFailed() throws Exception {
        Wire client = gateway.send(GET);
        client.readResponse();
        DOOR.set(Where.CLOSED);
        client.close();

        Gateway.await("forgotten", () -> gateway.clientConnections() == 0);
        DOOR.set(Where.NOWHERE);
        assertThat(gateway.send(GET).readResponse().status()).isEqualTo(200);
    }

    @Test
    void tellsThoseBehindOneWhoseFarewellFailed() throws Exception {
        gateway.serveNow(
                CONFIG.replace(
                        "[ failing-door ]", "[ failing-door, { connection-limit: { total: 1 } } ]"),
                gateway.echoing().address());
        Wire client = gateway.send(GET);
        client.readResponse();
        DOOR.set(Where.CLOSED);
        client.close();

        Gateway.await("forgotten", () -> gateway.clientConnections() == 0);
        Gateway.await("a place", FailingFiltersTest::isServed);
    }

    private static boolean isServed() {
        try {
            return gateway.send(GET).readResponse().status() == 200;
        } catch (IOException refused) {
            return false;
        }
    }

    @AfterAll
    static void toldOfEachThatWentWhatItWasToldOfEachThatCame() {
        assertThat(INSIDE).hasValue(0);
    }

    /// Lets the filters behind it wait where the request asks for it.
    private static final class Waiting implements HttpFilterProvider<NoSettings> {
        @Override
        public String kind() {
            return "waiting";
        }

        @Override
        public Class<NoSettings> settings() {
            return NoSettings.class;
        }

        @Override
        public Stage stage() {
            return Stage.ANY;
        }

        @Override
        public HttpFilter create(NoSettings settings, FilterContext context) {
            return new HttpFilter() {
                @Override
                public Decision decide(HttpExchange exchange) {
                    return exchange.received().fields().contains(WAIT)
                            ? new Decision.Await(
                                    "a thread",
                                    outcome ->
                                            Thread.ofVirtual()
                                                    .start(() ->
                                                            outcome.decided(Decision.proceed())))
                            : Decision.proceed();
                }
            };
        }
    }

    /// Fails where the request asks it to.
    private static final class FailingRequests implements HttpFilterProvider<NoSettings> {
        @Override
        public String kind() {
            return "failing";
        }

        @Override
        public Class<NoSettings> settings() {
            return NoSettings.class;
        }

        @Override
        public Stage stage() {
            return Stage.ANY;
        }

        @Override
        public HttpFilter create(NoSettings settings, FilterContext context) {
            return new HttpFilter() {
                @Override
                public Decision decide(HttpExchange exchange) {
                    failAt(Where.DECIDE, exchange);
                    return Decision.proceed();
                }

                @Override
                public void commit(HttpExchange exchange, Decision decision) {
                    failAt(Where.COMMIT, exchange);
                }

                @Override
                public void response(HttpExchange exchange, ResponseHead head) {
                    failAt(Where.RESPONSE, exchange);
                }
            };
        }

        private static void failAt(Where where, HttpExchange exchange) {
            if (where.name().equals(exchange.received().fields().get(FAIL))) {
                throw new Bug(where);
            }
        }
    }

    /// Fails where the test wants it.
    private static final class FailingConnections implements ConnectionFilterProvider<NoSettings> {
        @Override
        public String kind() {
            return "failing-door";
        }

        @Override
        public Class<NoSettings> settings() {
            return NoSettings.class;
        }

        @Override
        public ConnectionFilter create(
                NoSettings settings, @Nullable ConnectionFilter before, FilterContext context) {
            return new ConnectionFilter() {
                @Override
                public @Nullable Reason decide(ClientConnection connection) {
                    failAt(Where.DECIDE);
                    return null;
                }

                @Override
                public void opened(ClientConnection connection) {
                    failAt(Where.OPENED);
                    INSIDE.incrementAndGet();
                }

                @Override
                public void closed(ClientConnection connection) {
                    INSIDE.decrementAndGet();
                    failAt(Where.CLOSED);
                }
            };
        }

        private static void failAt(Where where) {
            if (DOOR.get() == where) {
                throw new Bug(where);
            }
        }
    }
}
