package io.jadegate.proxy.upstream;

import io.jadegate.api.config.CapacityConfig;
import io.jadegate.proxy.stream.Loop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The process-wide permits of one upstream: connections, requests, and those who wait for either.
/// Outlives configurations, which only bring new limits.
final class Capacity {
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger retries = new AtomicInteger();
    private final AtomicInteger sharing = new AtomicInteger();
    private final List<Loop> loops;
    private final List<ArrayDeque<Claim>> waiting;
    private volatile CapacityConfig limits;
    private volatile @Nullable Upstream inForce;

    Capacity(List<Loop> loops, CapacityConfig limits) {
        this.loops = loops;
        this.limits = limits;
        waiting = loops.stream().map(_ -> new ArrayDeque<Claim>()).toList();
    }

    /// What the configuration of the moment allows, also for those who waited before it came.
    CapacityConfig limits() {
        return limits;
    }

    /// Another configuration is in force.
    void follow(Upstream now) {
        limits = now.config().capacity();
        inForce = now;
        wake();
    }

    /// The upstream as the configuration in force has it; null before there is one.
    @Nullable Upstream inForce() {
        return inForce;
    }

    AtomicInteger connections() {
        return connections;
    }

    AtomicInteger requests() {
        return requests;
    }

    AtomicInteger retries() {
        return retries;
    }

    /// Connections that serve no request, as far as the two counters agree at the moment.
    int idle() {
        return connections.get() - requests.get() + sharing.get();
    }

    /// So many more requests than before share a connection, each that is not the only one of its
    /// connection.
    void share(int more) {
        sharing.addAndGet(more);
    }

    /// Runs `task` on every loop but one.
    void onOtherLoops(Loop but, Consumer<Loop> task) {
        for (Loop loop : loops) {
            if (loop != but) {
                loop.eventLoop().execute(() -> task.accept(loop));
            }
        }
    }

    /// Takes one permit of `most`, or says that there is none.
    static boolean take(AtomicInteger counter, int most) {
        if (counter.incrementAndGet() <= most) {
            return true;
        }
        counter.decrementAndGet();
        return false;
    }

    /// Whether claims wait on `loop`, which whoever comes later must not overtake.
    boolean someWait(Loop loop) {
        return !waiting.get(loop.index()).isEmpty();
    }

    /// Lets a claim wait on its loop, or says that too many do.
    boolean await(Claim claim, int most) {
        if (!take(pending, most)) {
            return false;
        }
        Loop loop = claim.loop();
        waiting.get(loop.index()).addLast(claim);
        // Another loop may have given something back just before it could see that one waits.
        loop.eventLoop().execute(() -> retry(loop));
        return true;
    }

    /// Ends the wait of a claim.
    void leave(Claim claim) {
        if (waiting.get(claim.loop().index()).remove(claim)) {
            pending.decrementAndGet();
        }
    }

    /// Something has become free: whoever has waited longest on each loop tries again.
    void wake() {
        if (pending.get() == 0) {
            return;
        }
        for (Loop loop : loops) {
            if (loop.eventLoop().inEventLoop() && waiting.get(loop.index()).isEmpty()) {
                continue;
            }
            // Never at once: the caller is in the middle of giving something back.
            loop.eventLoop().execute(() -> retry(loop));
        }
    }

    private void retry(Loop loop) {
        ArrayDeque<Claim> queue = waiting.get(loop.index());
        while (!queue.isEmpty()) {
            Claim claim = queue.peekFirst();
            if (!claim.tryAgain()) {
                return;
            }
            if (queue.peekFirst() == claim) {
                queue.pollFirst();
                pending.decrementAndGet();
            }
        }
    }
}
