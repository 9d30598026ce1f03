package io.jadegate.testkit;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Buffers that the collector found before anybody released them.
///
/// Only useful where `io.netty.leakDetection.level` is `paranoid`. There is one listener for the
/// process, so tests that watch must not run side by side.
public final class Leaks {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> reports = new CopyOnWriteArrayList<>();

    private Leaks() {}

    /// Watches from now on.
    public static Leaks watch() {
        Leaks leaks = new Leaks();
        ByteBufUtil.setLeakListener((type, records) -> leaks.reports.add(type + ":" + records));
        return leaks;
    }

    /// Runs the collector, and returns what it has found.
    public List<String> found() throws InterruptedException {
        // The marker of a collection may come through before other references found in it, which
        // then come through before those found in the next.
        collect();
        collect();
        // Reports are made when the next buffer is.
        ByteBufAllocator.DEFAULT.buffer(1).release();
        return List.copyOf(reports);
    }

    /// Runs the collector, and waits for one reference that it finds.
    private static void collect() throws InterruptedException {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        Reference<Object> marker = new PhantomReference<>(new Object(), queue);
        try {
            System.gc();
            if (queue.remove(PATIENCE.toMillis()) == null) {
                throw new IllegalStateException("the collector did not run");
            }
        } finally {
            Reference.reachabilityFence(marker);
        }
    }
}
