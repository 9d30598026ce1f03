package io.jadegate.proxy.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.ByteSize;
import io.jadegate.api.config.CapacityConfig;
import io.jadegate.api.config.ClientAddressConfig;
import io.jadegate.api.config.EndpointConfig;
import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.config.HostHeaderConfig;
import io.jadegate.api.config.LimitOverrides;
import io.jadegate.api.config.LimitsConfig;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.LoadBalancerConfig;
import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.PoolConfig;
import io.jadegate.api.config.RetryConfig;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.api.config.Share;
import io.jadegate.api.config.TimeoutOverrides;
import io.jadegate.api.config.TimeoutsConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.config.WebSocketConfig;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.listener.Admission;
import io.jadegate.proxy.listener.HttpConnections;
import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.observe.AccessLog;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.route.RouteEntry;
import io.jadegate.proxy.route.RouteTables;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.DownstreamSettings;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.jadegate.proxy.stream.Peer;
import io.jadegate.proxy.stream.RequestTarget;
import io.jadegate.proxy.stream.Transport;
import io.jadegate.proxy.upstream.Connector;
import io.jadegate.proxy.upstream.Upstream;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Exchanges over real sockets, with an endpoint that takes connections and never says a word.
class ExchangeTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final Loops loops = new Loops(Transport.NIO, 1);
    private final Meters meters = new Meters(1);
    private ServerSocket endpoint;

    @BeforeEach
    void listen() throws IOException {
        endpoint = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        endpoint.close();
        loops.stop();
    }

    private static TimeoutsConfig timeouts(
            Duration bodyIdle, Duration halfClose, Duration firstByte) {
        return timeouts(bodyIdle, LONG, halfClose, firstByte);
    }

    private static TimeoutsConfig timeouts(
            Duration bodyIdle, Duration write, Duration halfClose, Duration firstByte) {
        return new TimeoutsConfig(
                LONG,
                LONG,
                LONG,
                bodyIdle,
                write,
                halfClose,
                LONG,
                100,
                LONG,
                firstByte,
                LONG,
                Duration.ZERO,
                LONG);
    }

    private Upstream upstream() {
        EndpointConfig only =
                new EndpointConfig(
                        Address.parse("127.0.0.1:" + endpoint.getLocalPort()),
                        1,
                        null,
                        EndpointConfig.State.READY,
                        Map.of());
        UpstreamConfig config =
                new UpstreamConfig(
                        List.of(only),
                        UpstreamConfig.Protocol.HTTP1,
                        null,
                        new HostHeaderConfig.Pass(),
                        LoadBalancerConfig.LEAST_REQUEST,
                        null,
                        null,
                        Duration.ZERO,
                        null,
                        null,
                        null,
                        new PoolConfig(10, LONG, 1000, Duration.ZERO),
                        new CapacityConfig(10, 10, 10, LONG),
                        UpstreamConfig.ProxyProtocol.OFF,
                        null,
                        null,
                        null);
        Connector connector = new Connector(loops.transport(), new HeadLimits(8192, 100, 4096));
        return Upstream.of("u", config, loops, connector, /* tls= */ null, meters, null);
    }

    private List<FilterStep> filters = List.of();

    private Route route(TimeoutsConfig timeouts, LimitsConfig limits) {
        RouteConfig config =
                new RouteConfig(
                        everything(),
                        0,
                        null,
                        List.of(),
                        "u",
                        null,
                        null,
                        null,
                        WebSocketConfig.UNLIMITED,
                        /* grpcWeb= */ false,
                        TimeoutOverrides.NONE,
                        new RetryConfig(1, List.of(), new Share(20), Duration.ZERO),
                        null,
                        null,
                        LimitOverrides.NONE);
        return Route.of(
                "r",
                config,
                Timeouts.of(timeouts),
                limits,
                new Route.Action.Pass(upstream()),
                filters,
                meters.route("r"));
    }

    private static MatchConfig everything() {
        return new MatchConfig(
                List.of(), List.of(), List.of(), List.of(), Map.of(), Map.of(), Map.of(), List.of(),
                null, null);
    }

    private Serving serving(TimeoutsConfig timeouts) {
        LimitsConfig limits =
                new LimitsConfig(
                        ByteSize.parse("8KiB"),
                        100,
                        ByteSize.parse("4KiB"),
                        ByteSize.parse("1KiB"));
        return new Serving(
                "l",
                new Dispatch.ByRoutes(
                        RouteTables.compile(
                                        List.of(
                                                new RouteEntry<>(
                                                        "r",
                                                        everything(),
                                                        0,
                                                        route(timeouts, limits))),
                                        List.of("l"),
                                        new ArrayList<>())
                                .of("l")),
                new ClientAddresses(
                        new ClientAddressConfig(
                                List.of(), 0, ClientAddressConfig.Header.X_FORWARDED_FOR)),
                new ErrorPages.ProblemJson(),
                new DownstreamSettings(0, 0, 0, 100, 0, 0, true),
                new HeadLimits(8192, 100, 4096),
                null,
                null,
                null,
                null,
                new Admission(List.of()),
                null,
                new Via("jadegate"),
                meters.listener("l"),
                meters.unrouted(),
                meters.calls());
    }

    private HttpService service(Serving serving) {
        return new HttpService(
                () -> serving,
                List.of(new LoopState(loops.all().getFirst(), AccessLog.off(1).on(0))));
    }

    private Listener serve(TimeoutsConfig timeouts) throws IOException {
        Listener listener = bind(timeouts);
        listener.begin();
        return listener;
    }

    private Listener bind(TimeoutsConfig timeouts) throws IOException {
        Serving serving = serving(timeouts);
        return Listener.bind(
                Address.parse("127.0.0.1:0"),
                ListenerConfig.Accept.BALANCED,
                loops,
                new HttpConnections(service(serving)),
                () -> serving);
    }

    /// Sends octets to a listener.
    private static Socket send(Listener listener, String octets) throws IOException {
        int port =
                Address.parse(listener.boundAddress()) instanceof Address.Inet inet
                        ? inet.port()
                        : 0;
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(30_000);
        client.getOutputStream().write(octets.getBytes(ISO_8859_1));
        return client;
    }

    /// What comes back up to the end of a problem document.
    private static String answer(Socket client) throws IOException {
        StringBuilder answer = new StringBuilder();
        int octet = client.getInputStream().read();
        while (octet >= 0 && octet != '}') {
            answer.append((char) octet);
            octet = client.getInputStream().read();
        }
        return answer.toString();
    }

    @Test
    void aListenerTakesNobodyBeforeItBegins() throws IOException {
        Listener listener = bind(timeouts(LONG, LONG, SHORT));
        try (Socket client = send(listener, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")) {
            for (int turn = 0; turn < 10; turn++) {
                loops.all().getFirst().eventLoop().submit(() -> {}).syncUninterruptibly();
            }
            assertThat(listener.connections()).isZero();

            listener.begin();

            assertThat(answer(client)).contains("504");
        }
        listener.close();
    }

    @Test
    void aFilterThatAsksSomebodyHasAsLongAsAnEndpoint() throws IOException {
        HttpFilter asking =
                new HttpFilter() {
                    @Override
                    public Decision decide(HttpExchange exchange) {
                        return new Decision.Await("nobody", _ -> {});
                    }
                };
        filters = List.of(new FilterStep("ask", "ask", FilterConfig.Mode.ENFORCE, null, asking));
        Listener listener = serve(timeouts(LONG, LONG, SHORT));
        try (Socket client = send(listener, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")) {
            assertThat(answer(client)).contains("504").contains("TOTAL_TIMEOUT");
        }
        listener.close();
    }

    @Test
    void theFirstOctetHasItsOwnTimeBehindABody() throws IOException {
        Listener listener = serve(timeouts(LONG, LONG, SHORT));
        try (Socket client =
                        send(listener, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
                Socket accepted = endpoint.accept()) {
            assertThat(accepted.getInputStream().read()).isEqualTo('P');
            client.getOutputStream().write("body".getBytes(ISO_8859_1));

            assertThat(answer(client)).contains("504").contains("UPSTREAM_FIRST_BYTE_TIMEOUT");
        }
        listener.close();
    }

    @Test
    void theFirstOctetHasItsTimeForAHalfClosedClient() throws IOException {
        Listener listener = serve(timeouts(LONG, Duration.ZERO, SHORT));
        try (Socket client = send(listener, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")) {
            client.shutdownOutput();

            assertThat(answer(client)).contains("504").contains("UPSTREAM_FIRST_BYTE_TIMEOUT");
        }
        listener.close();
    }

    @Test
    void aHalfClosedClientIsLeftAloneWhenNoAnswerBeginsInItsTime() throws IOException {
        Listener listener = serve(timeouts(LONG, SHORT, LONG));
        try (Socket client = send(listener, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")) {
            client.shutdownOutput();

            assertThat(answer(client)).isEmpty();
        }
        listener.close();
    }

    @Test
    void aBodyThatStopsIsAnsweredInTheBodysTime() throws IOException {
        Listener listener = serve(timeouts(SHORT, LONG, LONG));
        try (Socket client =
                send(listener, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo")) {
            assertThat(answer(client)).contains("408").contains("REQUEST_BODY_TIMEOUT");
        }
        listener.close();
    }

    @Test
    void aClientThatWaitsToContinueAndIsRefusedIsToldThatTheConnectionCloses() throws IOException {
        Listener listener = serve(timeouts(LONG, LONG, LONG));
        try (Socket client =
                send(
                        listener,
                        """
                        POST / HTTP/1.1\r
                        Host: a\r
                        Expect: 100-continue\r
                        Content-Length: 2000\r
                        \r
                        """)) {
            assertThat(answer(client)).contains("413").contains("Connection: close");
        }
        listener.close();
    }

    /// A client whose connection takes no more until it is told so.
    private static final class StalledClient implements HttpStream.Server {
        @Override
        public int heldBytes() {
            return 0;
        }

        private final Loop loop;
        private final CountDownLatch received = new CountDownLatch(4);
        private HttpStream.@Nullable RequestReceiver receiver;
        private boolean writable;
        private boolean reset;
        private boolean ended;

        StalledClient(Loop loop) {
            this.loop = loop;
        }

        void readAgain() {
            writable = true;
            Objects.requireNonNull(receiver).writable();
        }

        @Override
        public Loop loop() {
            return loop;
        }

        @Override
        public Bond bond() {
            return new Bond();
        }

        @Override
        public Peer peer() {
            InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
            return Peer.of(here, here, /* tls= */ null);
        }

        @Override
        public void receiver(HttpStream.RequestReceiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public void sendInterim(OutgoingResponse response) {}

        @Override
        public void sendResponse(OutgoingResponse response) {}

        @Override
        public void send(ByteBuf data) {
            for (int i = data.readableBytes(); i > 0; i--) {
                received.countDown();
            }
            data.release();
        }

        @Override
        public void sendEnd(@Nullable HeaderFields trailers) {
            ended = true;
        }

        @Override
        public void flush() {}

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public void consumed(int octets) {}

        @Override
        public void closeAfterResponse() {}

        @Override
        public long sentOctets() {
            return 0;
        }

        @Override
        public void reset() {
            reset = true;
        }
    }

    private static RequestHead get() {
        RequestHead head = new RequestHead();
        head.fields().add(FieldName.HOST, "a");
        int target = head.fields().append("/");
        assertThat(RequestTarget.resolve(head, target, target + 1)).isNull();
        return head;
    }

    private static <T> T on(Loop loop, Callable<T> question) throws Exception {
        return loop.eventLoop().submit(question).get();
    }

    @Test
    void aClientThatReadsAgainLeavesTheEndpointItsWholeTime() throws Exception {
        Duration write = Duration.ofSeconds(1);
        HttpService service = service(serving(timeouts(LONG, write, LONG, LONG)));
        Loop loop = loops.all().getFirst();
        StalledClient client = new StalledClient(loop);
        CountDownLatch writeHasPassed = new CountDownLatch(1);
        on(
                loop,
                () -> {
                    service.request(client, get(), HttpStream.NO_BODY);
                    Objects.requireNonNull(client.receiver).readComplete();
                    return null;
                });

        try (Socket accepted = endpoint.accept()) {
            accepted.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf".getBytes(ISO_8859_1));
            client.received.await();
            on(
                    loop,
                    () -> {
                        client.readAgain();
                        loop.deadlines().new Deadline(writeHasPassed::countDown)
                                .set(System.nanoTime() + write.plusMillis(200).toNanos());
                        return null;
                    });
            writeHasPassed.await();
            assertThat(on(loop, () -> client.reset)).isFalse();

            accepted.getOutputStream().write("rest".getBytes(ISO_8859_1));
            while (!on(loop, () -> client.ended)) {
                Thread.onSpinWait();
            }
        }
    }
}
