package io.jadegate.server.soak;

import io.jadegate.testkit.Descriptors;
import io.jadegate.testkit.FakeBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// One gateway, its endpoints, its operator and its clients: a rehearsal, after which everything
/// that is made once has been made, a rest, the load, and a rest again.
final class Soak implements AutoCloseable {
    private static final int VISITORS = 32;
    private static final int RETRIES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SECOND = Duration.ofSeconds(1);

    /// How often garbage is collected during the load. Left to itself the old generation takes more
    /// than ten minutes to fill, and its filling would look like growth.
    private static final Duration COLLECTION = Duration.ofSeconds(30);

    /// Descriptors left to everything but the tunnels, in each of the two processes.
    private static final int OTHER_DESCRIPTORS = 2000;

    private static final Descriptors NONE = new Descriptors(Set.of());

    private final Findings findings = new Findings();
    private final Content content = new Content();
    private final SplittableRandom random = new SplittableRandom();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
    private final AtomicLong errands = new AtomicLong();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final FakeBackend hanging = FakeBackend.hanging();
    private final ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

    /// Bound and never listened on, so that nobody else can listen there either.
    private final SocketChannel refusing = SocketChannel.open();

    private final Operator operator;
    private final ShippedNode node;

    /// Starts all but the load.
    ///
    /// @param folder for the configuration and the state of the gateway
    /// @param log takes what the gateway says
    /// @param javaOptions more options for its Java machine
    Soak(Path folder, Path log, String javaOptions) throws IOException {
        for (int i = 0; i < 3; i++) {
            endpoints.add(Endpoint.ofRequests(content, findings));
        }
        endpoints.add(Endpoint.ofTunnels(content, findings));
        refusing.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Path config = folder.resolve("gateway.yaml");
        operator = new Operator(config, places());
        node = ShippedNode.run(config, log, javaOptions, findings);
    }

    private Operator.Places places() throws IOException {
        return new Operator.Places(
                endpoints.get(0).address(),
                endpoints.get(1).address(),
                endpoints.get(2).address(),
                endpoints.get(3).address(),
                "127.0.0.1:" + ((InetSocketAddress) refusing.getLocalAddress()).getPort(),
                hanging.address(),
                "127.0.0.1:" + busy.getLocalPort());
    }

    /// What a soak has shown.
    ///
    /// @param tunnels that stayed open
    /// @param errands that ended as they should
    /// @param changes of the configuration
    /// @param mistakes in it
    /// @param before the rest after the rehearsal
    /// @param after the rest after the load
    /// @param course the time of the load
    /// @param findings all that should not have happened
    record Outcome(
            int tunnels,
            long errands,
            int changes,
            int mistakes,
            Rest before,
            Rest after,
            Course course,
            List<String> findings) {}

    /// Runs it.
    ///
    /// @param load how long the load lasts
    /// @param tunnelsWanted how many tunnels stay open, if there are descriptors for so many
    Outcome run(Duration load, int tunnelsWanted) throws IOException, InterruptedException {
        int tunnels = Math.min(tunnelsWanted, tunnelsPossible());
        rehearse(tunnels);
        Rest before = rest();
        errands.set(0);
        Course course = load(load, tunnels);
        Rest after = rest();
        int exit = node.drain();
        if (exit != 0) {
            findings.add("node: ended with " + exit);
        }
        return new Outcome(
                tunnels,
                errands.get(),
                operator.changes(),
                operator.mistakes(),
                before,
                after,
                course,
                findings.all());
    }

    /// The gateway needs two descriptors for a tunnel, and this process as many for its two ends.
    private int tunnelsPossible() {
        int limit =
                Math.min(node.descriptorLimit(), Descriptors.limit(ProcessHandle.current().pid()));
        return Math.max(0, (limit - OTHER_DESCRIPTORS) / 2);
    }

    private Scene scene() {
        return new Scene(
                node.web(), content, findings, new Semaphore(RETRIES), new CountDownLatch(1));
    }

    // ---- the rehearsal

    private void rehearse(int count) throws InterruptedException {
        Scene scene = scene();
        Tunnels tunnels = new Tunnels(scene, random.split(), count);
        Thread changing = changing(scene);
        List<Thread> visitors = new ArrayList<>();
        for (int i = 0; i < VISITORS; i++) {
            Visitor visitor = new Visitor(scene, random.split(), watch, errands);
            visitors.add(Thread.ofVirtual().start(visitor::goEach));
        }
        for (Thread visitor : visitors) {
            visitor.join();
        }
        scene.over().countDown();
        changing.join();
        tunnels.awaitEnd();
    }

    private Thread changing(Scene scene) {
        SplittableRandom own = random.split();
        return Thread.ofPlatform()
                .name("soak-operator")
                .start(() -> operator.goOn(node, scene, own));
    }

    // ---- the load

    private Course load(Duration load, int count) throws IOException, InterruptedException {
        Scene scene = scene();
        List<Thread> parts = new ArrayList<>();
        for (int i = 0; i < VISITORS; i++) {
            Visitor visitor = new Visitor(scene, random.split(), watch, errands);
            parts.add(Thread.ofVirtual().start(visitor::goOn));
        }
        parts.add(changing(scene));
        Tunnels tunnels = new Tunnels(scene, random.split(), count);
        Course course = observe(load, tunnels);
        scene.over().countDown();
        for (Thread part : parts) {
            part.join();
        }
        tunnels.awaitEnd();
        return course;
    }

    private Course observe(Duration load, Tunnels tunnels)
            throws IOException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        long begin = System.nanoTime();
        for (long second = 0; second <= load.toSeconds(); second++) {
            long wait = begin + second * SECOND.toNanos() - System.nanoTime();
            await(wait);
            samples.add(sample(second, tunnels.open()));
            if (second % COLLECTION.toSeconds() == 0) {
                node.collectGarbage();
            }
        }
        return new Course(samples);
    }

    private Sample sample(long second, int tunnels) throws IOException, InterruptedException {
        Map<String, Double> metrics = node.metrics();
        Descriptors open = node.descriptors();
        return new Sample(
                second,
                node.resident(),
                value(metrics, "jadegate_heap_used_bytes"),
                value(metrics, "jadegate_buffers_used_bytes"),
                open.open().size(),
                open.closeWaitSince(NONE).size(),
                value(metrics, "jadegate_listener_connections_open"),
                value(metrics, "jadegate_target_connections_open"),
                value(metrics, "jadegate_target_attempts_in_flight"),
                tunnels,
                errands.get());
    }

    private static long value(Map<String, Double> metrics, String name) {
        return metrics.getOrDefault(name, 0.0).longValue();
    }

    // ---- a rest

    /// Waits until nothing is open, or long enough, and looks.
    private Rest rest() throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (open() != 0 && System.nanoTime() - end < 0) {
            await(SECOND.toNanos());
        }
        node.collectGarbage();
        Sample now = sample(0, 0);
        return new Rest(
                (int) now.descriptors(),
                (int) now.closeWait(),
                (int) now.clients(),
                (int) now.endpoints(),
                (int) now.inFlight(),
                now.heap(),
                now.buffers(),
                now.resident());
    }

    private long open() throws IOException, InterruptedException {
        Sample now = sample(0, 0);
        return Math.abs(now.clients()) + Math.abs(now.endpoints()) + Math.abs(now.inFlight());
    }

    private static void await(long nanos) throws InterruptedException {
        boolean _ = new CountDownLatch(1).await(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() throws IOException {
        node.close();
        for (Endpoint endpoint : endpoints) {
            endpoint.close();
        }
        watch.shutdownNow();
        hanging.close();
        busy.close();
        refusing.close();
    }
}
