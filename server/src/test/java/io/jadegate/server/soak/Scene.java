package io.jadegate.server.soak;

import java.net.InetSocketAddress;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// What everybody who plays a part in a soak knows. Safe for all threads.
///
/// @param web where the gateway serves
/// @param retries how many may be under way at once, which is what every budget allows
/// @param over reaches zero when everybody is to come to an end
record Scene(
        InetSocketAddress web,
        Content content,
        Findings findings,
        Semaphore retries,
        CountDownLatch over) {

    boolean isOver() {
        return over.getCount() == 0;
    }

    /// Waits for a time drawn evenly up to a most, or for the end.
    void pause(SplittableRandom random, long mostMillis) throws InterruptedException {
        boolean _ = over.await(random.nextLong(mostMillis + 1), TimeUnit.MILLISECONDS);
    }

    /// Pauses between the pieces of a body.
    Talk.Pace slow(SplittableRandom random, long mostMillis) {
        return () -> {
            try {
                pause(random, mostMillis);
            } catch (InterruptedException e) {
                // The next read or write ends by it.
                Thread.currentThread().interrupt();
            }
        };
    }
}
