package io.jadegate.server.wire;

import static io.grpc.stub.ClientCalls.asyncBidiStreamingCall;
import static io.grpc.stub.ClientCalls.asyncClientStreamingCall;
import static io.grpc.stub.ClientCalls.blockingServerStreamingCall;
import static io.grpc.stub.ClientCalls.blockingUnaryCall;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.jadegate.testkit.FakeBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Calls of grpc-java to servers of grpc-java, in clear text and by TLS on either side.
@Timeout(60)
class GrpcJavaTest {
    @RegisterExtension
    @Order(1)
    static final Gateway gateway = new Gateway();

    @RegisterExtension
    @Order(2)
    static final GrpcJava peers = new GrpcJava();

    private final Orders orders = new Orders();

    @TempDir private Path folder;
    private TestCertificates certificates;

    enum Transport {
        H2C,
        TLS
    }

    static Stream<Arguments> pairings() {
        return Arrays.stream(Transport.values())
                .flatMap(caller ->
                        Arrays.stream(Transport.values())
                                .map(server -> Arguments.of(caller, server)));
    }

    @BeforeEach
    void certify() throws IOException {
        certificates = new TestCertificates(folder);
        certificates.write("shop", "shop.test");
        certificates.write("app", "app.test");
    }

    // ---- the two ends

    private String start(Transport server, Orders served) throws IOException {
        return switch (server) {
            case H2C -> peers.serve(served);
            case TLS -> peers.serve(served, certificates, "app");
        };
    }

    private Channel connect(Transport caller, Transport server) throws IOException {
        return connect(caller, server, start(server, orders));
    }

    /// A caller of what serves at some addresses.
    private Channel connect(Transport caller, Transport server, String... addresses)
            throws IOException {
        String listener =
                switch (caller) {
                    case H2C -> "";
                    case TLS ->
                            ", tls: { hosts: { shop.test: { "
                                    + certificates.entry("shop")
                                    + " } } }";
                };
        String upstream =
                switch (server) {
                    case H2C -> "";
                    case TLS ->
                            "tls: { server-name: app.test, trusted: "
                                    + certificates.path("ca.pem")
                                    + " }";
                };
        gateway.serve(
                """
                listeners: { web: { address: "127.0.0.1:0" LISTENER } }
                routes:
                  orders: { match: { grpc: { service: [ shop.v1.Orders ] } }, upstream: app }
                  doze:
                    match: { grpc: { service: [ shop.v1.Orders ], method: [ Doze ] } }
                    timeouts: { total: 1s }
                    upstream: app
                upstreams:
                  app:
                    endpoints: [ ADDRESSES ]
                    protocol: http2
                    load-balancer: round-robin
                    UPSTREAM
                """
                        .replace("LISTENER", listener)
                        .replace("ADDRESSES", '"' + String.join("\", \"", addresses) + '"')
                        .replace("UPSTREAM", upstream));
        return switch (caller) {
            case H2C -> peers.call(gateway.port());
            case TLS -> peers.call(gateway.port(), certificates);
        };
    }

    private static String get(Channel channel, String request) {
        return blockingUnaryCall(channel, Orders.GET, CallOptions.DEFAULT, request);
    }

    private static StatusRuntimeException failure(
            Channel channel,
            MethodDescriptor<String, String> method,
            CallOptions options,
            String request) {
        return catchThrowableOfType(
                StatusRuntimeException.class,
                () -> blockingUnaryCall(channel, method, options, request));
    }

    /// What comes of a call, to be taken in order.
    private static final class Received implements StreamObserver<String> {
        private static final String END = "the end";

        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();

        @Override
        public void onNext(String message) {
            all.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            all.add(Status.fromThrowable(failure).getCode().name());
        }

        @Override
        public void onCompleted() {
            all.add(END);
        }

        String take() throws InterruptedException {
            return all.take();
        }
    }

    // ---- what goes through

    @ParameterizedTest
    @MethodSource("pairings")
    void metadataOfOctetsGoesThereAndComesBackInHeadAndTrailers(Transport caller, Transport server)
            throws Exception {
        Channel channel = connect(caller, server);
        byte[] octets = new byte[256];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) i;
        }
        Metadata sent = new Metadata();
        sent.put(Orders.TRACE, octets);
        sent.put(Orders.TRACE, new byte[0]);
        AtomicReference<Metadata> head = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        Channel traced =
                ClientInterceptors.intercept(
                        channel,
                        MetadataUtils.newAttachHeadersInterceptor(sent),
                        MetadataUtils.newCaptureMetadataInterceptor(head, trailers));

        assertThat(get(traced, "an order")).isEqualTo("an order");

        assertThat(head.get().getAll(Orders.TRACE)).containsExactly(octets, new byte[0]);
        assertThat(trailers.get().getAll(Orders.TRACE)).containsExactly(octets, new byte[0]);
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void aCallerStreams(Transport caller, Transport server) throws Exception {
        Channel channel = connect(caller, server);
        Received received = new Received();
        StreamObserver<String> sending =
                asyncClientStreamingCall(
                        channel.newCall(Orders.PUT, CallOptions.DEFAULT), received);

        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            sending.onNext("line " + i);
            all.append("line ").append(i);
        }
        sending.onCompleted();

        assertThat(received.take()).isEqualTo(all.toString());
        assertThat(received.take()).isEqualTo(Received.END);
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void aServerStreams(Transport caller, Transport server) throws Exception {
        Channel channel = connect(caller, server);

        List<String> received = new ArrayList<>();
        blockingServerStreamingCall(channel, Orders.WATCH, CallOptions.DEFAULT, "100")
                .forEachRemaining(received::add);

        assertThat(received).hasSize(100).startsWith("event 0", "event 1").endsWith("event 99");
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void bothStreamInTurns(Transport caller, Transport server) throws Exception {
        Channel channel = connect(caller, server);
        Received received = new Received();
        StreamObserver<String> sending =
                asyncBidiStreamingCall(channel.newCall(Orders.CHAT, CallOptions.DEFAULT), received);

        for (int i = 0; i < 10; i++) {
            sending.onNext("word " + i);
            assertThat(received.take()).isEqualTo("re: word " + i);
        }
        sending.onCompleted();

        assertThat(received.take()).isEqualTo("bye");
        assertThat(received.take()).isEqualTo(Received.END);
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void largeAndCompressedMessagesPass(Transport caller, Transport server) throws Exception {
        Channel channel = connect(caller, server);
        String large = "0123456789abcdef".repeat(GrpcJava.LARGEST / 32);

        assertThat(get(channel, large)).isEqualTo(large);
        assertThat(
                        blockingUnaryCall(
                                channel,
                                Orders.GET,
                                CallOptions.DEFAULT.withCompression("gzip"),
                                large))
                .isEqualTo(large);
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void callsOfOneConnectionAreBalancedOneByOne(Transport caller, Transport server)
            throws Exception {
        Orders others = new Orders();
        Channel channel = connect(caller, server, start(server, orders), start(server, others));

        for (int i = 0; i < 10; i++) {
            get(channel, "order " + i);
        }

        assertThat(gateway.clientConnections()).isEqualTo(1);
        assertThat(orders.calls()).isEqualTo(5);
        assertThat(others.calls()).isEqualTo(5);
    }

    // ---- how calls end

    @ParameterizedTest
    @MethodSource("pairings")
    void aStatusComesWithItsMessageAndItsDetails(Transport caller, Transport server)
            throws Exception {
        Channel channel = connect(caller, server);

        StatusRuntimeException failure =
                failure(channel, Orders.FAIL, CallOptions.DEFAULT, "\u0000\u00ff details");

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(failure.getStatus().getDescription()).isEqualTo(Orders.FAILURE);
        assertThat(failure.getTrailers().get(Orders.DETAILS))
                .isEqualTo("\u0000\u00ff details".getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void theDeadlineOfTheCallerReachesTheServerAndEndsTheCallThere(
            Transport caller, Transport server) throws Exception {
        Channel channel = connect(caller, server);
        Deadline deadline = Deadline.after(1, TimeUnit.SECONDS);

        StatusRuntimeException failure =
                failure(channel, Orders.SLEEP, CallOptions.DEFAULT.withDeadline(deadline), "");
        Optional<Deadline> told = orders.awaitAsleep();
        orders.awaitCancelled();

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(told).isPresent();
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void theDeadlineOfTheRouteReachesTheServerAndEndsTheCallOnBothSides(
            Transport caller, Transport server) throws Exception {
        Channel channel = connect(caller, server);

        StatusRuntimeException failure = failure(channel, Orders.DOZE, CallOptions.DEFAULT, "");
        Optional<Deadline> told = orders.awaitAsleep();
        orders.awaitCancelled();

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(failure.getStatus().getDescription()).startsWith("TOTAL_TIMEOUT: ");
        assertThat(told).isPresent();
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void theServerSeesThatACallerCancels(Transport caller, Transport server) throws Exception {
        Channel channel = connect(caller, server);
        Received received = new Received();
        ClientCall<String, String> call = channel.newCall(Orders.CHAT, CallOptions.DEFAULT);
        StreamObserver<String> sending = asyncBidiStreamingCall(call, received);
        sending.onNext("hello");
        assertThat(received.take()).isEqualTo("re: hello");

        call.cancel("enough", null);

        assertThat(received.take()).isEqualTo("CANCELLED");
        orders.awaitCancelled();
        assertThat(get(channel, "next")).isEqualTo("next");
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void aCallOnItsWayOutlivesNoServer(Transport caller, Transport server) throws Exception {
        Channel channel = connect(caller, server);
        Received received = new Received();
        StreamObserver<String> sending =
                asyncBidiStreamingCall(channel.newCall(Orders.CHAT, CallOptions.DEFAULT), received);
        sending.onNext("hello");
        assertThat(received.take()).isEqualTo("re: hello");

        peers.stopServers();

        // What a server of grpc-java resets its calls with.
        assertThat(received.take()).isEqualTo("CANCELLED");
    }

    @ParameterizedTest
    @MethodSource("pairings")
    void theGatewaySaysInTheTermsOfGrpcWhatIsAmiss(Transport caller, Transport server)
            throws Exception {
        Channel channel = connect(caller, server, FakeBackend.refusing().address());
        MethodDescriptor<String, String> nowhere =
                Orders.GET.toBuilder().setFullMethodName("no.Such/Thing").build();

        Status refused = failure(channel, Orders.GET, CallOptions.DEFAULT, "").getStatus();
        Status unknown = failure(channel, nowhere, CallOptions.DEFAULT, "").getStatus();

        assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(refused.getDescription()).startsWith("UPSTREAM_CONNECT_REFUSED: ");
        assertThat(unknown.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(unknown.getDescription()).startsWith("ROUTE_NOT_FOUND: ");
    }
}
