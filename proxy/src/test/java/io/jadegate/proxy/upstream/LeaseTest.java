package io.jadegate.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.CapacityConfig;
import io.jadegate.api.config.EndpointConfig;
import io.jadegate.api.config.HostHeaderConfig;
import io.jadegate.api.config.LoadBalancerConfig;
import io.jadegate.api.config.PoolConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.stream.Bond;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.Transport;
import io.jadegate.testkit.FakeBackend;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Leases on real loops, to an endpoint that accepts by way of its system's backlog and never says
/// a word.
class LeaseTest {
    private static final Connector.Patience PATIENCE =
            new Connector.Patience(TimeUnit.SECONDS.toNanos(30), TimeUnit.SECONDS.toNanos(30));

    private static final Connector.Patience SHORT =
            new Connector.Patience(TimeUnit.MILLISECONDS.toNanos(100), 0);

    private final Loops loops = new Loops(Transport.NIO, 2);
    private final Loop loop = loops.all().get(0);
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

    private Upstream upstream(int connections, int requests, int pending, Duration wait) {
        return upstream(
                List.of(endpoint("127.0.0.1:" + endpoint.getLocalPort())),
                new CapacityConfig(connections, requests, pending, wait));
    }

    private static EndpointConfig endpoint(String address) {
        return new EndpointConfig(
                Address.parse(address), 1, null, EndpointConfig.State.READY, Map.of());
    }

    private Upstream upstream(List<EndpointConfig> endpoints, CapacityConfig capacity) {
        UpstreamConfig config =
                new UpstreamConfig(
                        endpoints,
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
                        new PoolConfig(10, Duration.ofSeconds(30), 1000, Duration.ZERO),
                        capacity,
                        UpstreamConfig.ProxyProtocol.OFF,
                        null,
                        null,
                        null);
        return Upstream.of(
                "u",
                config,
                loops,
                new Connector(loops.transport(), new HeadLimits(8192, 100, 4096)),
                /* tls= */ null,
                new Meters(loops.count()),
                null);
    }

    private static final class TestBorrower implements Lease.Borrower {
        private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
        private final Bond bond = new Bond();
        private HttpStream.@Nullable Client stream;

        String told() throws InterruptedException {
            return String.valueOf(told.poll(30, TimeUnit.SECONDS));
        }

        HttpStream.Client stream() {
            return Objects.requireNonNull(stream);
        }

        boolean untold() {
            return told.isEmpty();
        }

        @Override
        public ProxyHeader introduction() {
            return ProxyHeader.UNKNOWN;
        }

        @Override
        public Bond bond() {
            return bond;
        }

        @Override
        public void lent(HttpStream.Client stream, Target target) {
            this.stream = stream;
            told.add("lent");
        }

        @Override
        public void unavailable(Failure failure, @Nullable Target target) {
            told.add(failure.kind() + (target == null ? "" : " of a target"));
        }

        @Override
        public void interim(ResponseHead head) {}

        @Override
        public void response(ResponseHead head, long bodyLength) {}

        @Override
        public void data(ByteBuf data) {
            data.release();
        }

        @Override
        public void end(@Nullable HeaderFields trailers) {}

        @Override
        public void failed(Failure failure) {}

        @Override
        public void writable() {}

        @Override
        public void readComplete() {}
    }

    private static void on(Loop loop, Runnable task) {
        loop.eventLoop().submit(task).syncUninterruptibly();
    }

    private Lease begin(Upstream upstream, Loop where, TestBorrower borrower) {
        Lease lease = upstream.lease(where, borrower, null, PATIENCE, null);
        on(where, lease::begin);
        return lease;
    }

    private static void assertNothingHeld(Upstream upstream) {
        assertThat(upstream.capacity().requests()).hasValue(0);
        assertThat(upstream.targets()).allSatisfy(target -> assertThat(target.inFlight()).isZero());
    }

    @Test
    void lendsAStreamAndTakesItsPermitBackOnce() throws InterruptedException {
        Upstream upstream = upstream(10, 10, 10, Duration.ofSeconds(10));
        TestBorrower borrower = new TestBorrower();
        Lease lease = begin(upstream, loop, borrower);
        assertThat(borrower.told()).isEqualTo("lent");
        assertThat(upstream.capacity().requests()).hasValue(1);

        on(loop, lease::giveBack);
        on(loop, lease::giveBack);

        assertNothingHeld(upstream);
        assertThat(upstream.capacity().connections()).hasValue(1);
        on(loop, () -> borrower.stream().reset());
        assertThat(upstream.capacity().connections()).hasValue(0);
    }

    @Test
    void waitsForAPermitAndHasItOnceItIsFreeOnAnyLoop() throws InterruptedException {
        Upstream upstream = upstream(10, 1, 10, Duration.ofSeconds(30));
        TestBorrower first = new TestBorrower();
        Lease held = begin(upstream, loops.all().get(1), first);
        assertThat(first.told()).isEqualTo("lent");
        TestBorrower second = new TestBorrower();
        Lease waiting = begin(upstream, loop, second);
        assertThat(second.untold()).isTrue();

        on(loops.all().get(1), held::giveBack);

        assertThat(second.told()).isEqualTo("lent");
        on(loop, waiting::giveBack);
        assertNothingHeld(upstream);
    }

    @Test
    void overtakesNobodyWhoWaits() throws InterruptedException {
        Upstream upstream = upstream(10, 1, 10, Duration.ofSeconds(30));
        TestBorrower first = new TestBorrower();
        Lease held = begin(upstream, loop, first);
        assertThat(first.told()).isEqualTo("lent");
        TestBorrower second = new TestBorrower();
        Lease waiting = begin(upstream, loop, second);
        TestBorrower third = new TestBorrower();
        Lease late = upstream.lease(loop, third, null, PATIENCE, null);

        on(
                loop,
                () -> {
                    held.giveBack();
                    late.begin();
                });

        assertThat(second.told()).isEqualTo("lent");
        assertThat(third.untold()).isTrue();
        on(loop, waiting::giveBack);
        assertThat(third.told()).isEqualTo("lent");
    }

    @Test
    void noConnectionOutlivesTheLoops() throws Exception {
        Upstream upstream = upstream(10, 10, 10, Duration.ofSeconds(10));
        TestBorrower borrower = new TestBorrower();
        begin(upstream, loop, borrower);
        assertThat(borrower.told()).isEqualTo("lent");
        try (Socket accepted = endpoint.accept()) {
            loops.stop();

            accepted.setSoTimeout(30_000);
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void noticesAPermitThatWasGivenBackJustBeforeItWaited() throws InterruptedException {
        Upstream upstream = upstream(10, 1, 10, Duration.ofSeconds(30));
        upstream.capacity().requests().set(1);
        TestBorrower borrower = new TestBorrower();
        Lease lease = upstream.lease(loop, borrower, null, PATIENCE, null);

        on(
                loop,
                () -> {
                    lease.begin();
                    // Another loop gave it back and saw nobody wait.
                    upstream.capacity().requests().set(0);
                });

        assertThat(borrower.told()).isEqualTo("lent");
    }

    @Test
    void isRefusedWhenTooManyWait() throws InterruptedException {
        Upstream upstream = upstream(10, 1, 1, Duration.ofSeconds(30));
        begin(upstream, loop, new TestBorrower());
        begin(upstream, loop, new TestBorrower());
        TestBorrower third = new TestBorrower();

        begin(upstream, loop, third);

        assertThat(third.told()).isEqualTo("OVERLOAD");
    }

    @Test
    void isRefusedWhenItHasWaitedTooLong() throws InterruptedException {
        Upstream upstream = upstream(10, 1, 1, Duration.ofMillis(60));
        begin(upstream, loop, new TestBorrower());
        TestBorrower second = new TestBorrower();
        begin(upstream, loop, second);

        assertThat(second.told()).isEqualTo("OVERLOAD");

        TestBorrower third = new TestBorrower();
        begin(upstream, loop, third);
        assertThat(third.told()).isEqualTo("OVERLOAD");
        assertThat(third.untold()).isTrue();
    }

    @Test
    void leavesTheWaitWithoutAWordWhenItIsGivenBack() throws InterruptedException {
        Upstream upstream = upstream(10, 1, 1, Duration.ofSeconds(30));
        TestBorrower first = new TestBorrower();
        Lease held = begin(upstream, loop, first);
        assertThat(first.told()).isEqualTo("lent");
        TestBorrower second = new TestBorrower();
        Lease waiting = begin(upstream, loop, second);

        on(loop, waiting::giveBack);
        on(loop, held::giveBack);
        on(loop, () -> {});

        assertThat(second.untold()).isTrue();
        assertNothingHeld(upstream);
        TestBorrower third = new TestBorrower();
        begin(upstream, loop, third);
        assertThat(third.told()).isEqualTo("lent");
    }

    @Test
    void keepsAConnectionThatComesTooLateForWhoeverIsNext() throws InterruptedException {
        Upstream upstream = upstream(1, 10, 10, Duration.ofSeconds(30));
        TestBorrower first = new TestBorrower();
        Lease lease = upstream.lease(loop, first, null, PATIENCE, null);
        on(
                loop,
                () -> {
                    lease.begin();
                    lease.giveBack();
                });
        TestBorrower second = new TestBorrower();

        begin(upstream, loop, second);

        assertThat(second.told()).isEqualTo("lent");
        assertThat(first.untold()).isTrue();
        assertThat(upstream.capacity().connections()).hasValue(1);
    }

    @Test
    void givesEverythingBackWhenTheEndpointRefuses() throws Exception {
        endpoint.close();
        Upstream upstream = upstream(10, 10, 10, Duration.ofSeconds(10));
        TestBorrower borrower = new TestBorrower();
        begin(upstream, loop, borrower);

        assertThat(borrower.told()).isEqualTo("CONNECT_REFUSED of a target");
        on(loop, () -> {});
        assertNothingHeld(upstream);
        assertThat(upstream.capacity().connections()).hasValue(0);
        assertThat(upstream.targets()).allSatisfy(each -> assertThat(each.connections()).isZero());
    }

    @Test
    void leavesThePermitOfAConnectionThatFailsForNobodyToWhoeverWaits() throws Exception {
        try (FakeBackend hanging = FakeBackend.hanging()) {
            Upstream upstream =
                    upstream(
                            List.of(endpoint(hanging.address())),
                            new CapacityConfig(1, 10, 10, Duration.ofSeconds(30)));
            TestBorrower first = new TestBorrower();
            Lease left = upstream.lease(loop, first, null, SHORT, null);
            on(loop, left::begin);
            TestBorrower second = new TestBorrower();
            Lease waiting = upstream.lease(loop, second, null, SHORT, null);
            on(loop, waiting::begin);

            on(loop, left::giveBack);

            assertThat(second.told()).isEqualTo("CONNECT_TIMEOUT of a target");
        }
    }

    @Test
    void isRefusedWhereThereIsNoEndpoint() throws InterruptedException {
        Upstream upstream = upstream(List.of(), new CapacityConfig(1, 1, 1, Duration.ofSeconds(1)));
        TestBorrower borrower = new TestBorrower();
        begin(upstream, loop, borrower);

        assertThat(borrower.told()).isEqualTo("NO_ENDPOINT");
        assertNothingHeld(upstream);
    }

    @Test
    void leavesAFewRetriesToAnIdleUpstreamAndAShareToABusyOne() {
        Upstream upstream = upstream(10, 1000, 10, Duration.ofSeconds(1));
        for (int i = 0; i < 3; i++) {
            assertThat(upstream.takeRetry(0.2)).isTrue();
        }
        assertThat(upstream.takeRetry(0.2)).isFalse();
        upstream.capacity().requests().set(100);
        for (int i = 3; i < 20; i++) {
            assertThat(upstream.takeRetry(0.2)).isTrue();
        }
        assertThat(upstream.takeRetry(0.2)).isFalse();

        upstream.giveRetryBack();

        assertThat(upstream.takeRetry(0.2)).isTrue();
    }
}
