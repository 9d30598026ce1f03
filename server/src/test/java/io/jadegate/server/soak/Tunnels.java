package io.jadegate.server.soak;

import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Many tunnels that stay open and keep talking until all is over, each by a virtual thread.
final class Tunnels {
    /// So that nobody's queue of new connections overflows.
    private static final int OPENED_AT_ONCE = 64;

    private static final long SILENCE_MILLIS = 20_000;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore opening = new Semaphore(OPENED_AT_ONCE);
    private final AtomicInteger open = new AtomicInteger();
    private final CountDownLatch begun;
    private final Scene scene;

    /// Opens so many, and waits until each is open or has failed.
    Tunnels(Scene scene, SplittableRandom random, int count) throws InterruptedException {
        this.scene = scene;
        this.begun = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            int number = i;
            SplittableRandom own = random.split();
            threads.execute(() -> run(number, own));
        }
        if (!begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            scene.findings().add("tunnels: " + begun.getCount() + " are stuck at their opening");
        }
    }

    int open() {
        return open.get();
    }

    private void run(int number, SplittableRandom random) {
        try (Tunnel tunnel = open(number, random)) {
            open.incrementAndGet();
            begun.countDown();
            try {
                while (!scene.isOver()) {
                    tunnel.exchange();
                    scene.pause(random, SILENCE_MILLIS);
                }
                tunnel.exchange();
                tunnel.end(/* byEndpoint= */ (number & 2) == 0);
            } finally {
                open.decrementAndGet();
            }
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            begun.countDown();
            scene.findings().add("tunnel " + number + ": " + e);
        }
    }

    private Tunnel open(int number, SplittableRandom random)
            throws IOException, InterruptedException {
        opening.acquire();
        try {
            return Tunnel.open(scene, random, (number & 1) == 0 ? Goodbye.FIN : Goodbye.RST);
        } finally {
            opening.release();
        }
    }

    /// Waits for them to end, which they do when all is over.
    void awaitEnd() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            scene.findings().add("tunnels: " + open() + " are stuck at their end");
            threads.shutdownNow();
        }
    }
}
