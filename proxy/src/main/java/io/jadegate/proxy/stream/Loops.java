package io.jadegate.proxy.stream;

import io.jadegate.proxy.observe.LoopCounts;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The event loops of the process and the transport they run.
public final class Loops {
    private final Transport transport;
    private final IoEventLoopGroup group;
    private final Sockets sockets = Sockets.ofProcess();
    private final Budget budget;
    private final List<Loop> all;
    private final IdentityHashMap<EventLoop, Loop> byEventLoop = new IdentityHashMap<>();

    /// Starts `count` loops that may hold as much as they like.
    public Loops(Transport transport, int count) {
        this(transport, count, Budget.unlimited());
    }

    /// Starts `count` loops; 0 means one per core.
    ///
    /// @param budget what all of them together may hold
    public Loops(Transport transport, int count, Budget budget) {
        this.transport = transport;
        this.budget = budget;
        int threads = count > 0 ? count : Runtime.getRuntime().availableProcessors();
        CountedIo io = new CountedIo(transport.ioHandlerFactory());
        group =
                new MultiThreadIoEventLoopGroup(
                        threads,
                        new DefaultThreadFactory("jadegate-loop", /* daemon= */ false),
                        io);
        List<Loop> loops = new ArrayList<>();
        for (EventExecutor executor : group) {
            EventLoop eventLoop = (EventLoop) executor;
            Loop loop =
                    new Loop(
                            loops.size(),
                            eventLoop,
                            io.loops().get(loops.size()),
                            System::nanoTime,
                            sockets,
                            budget);
            loops.add(loop);
            byEventLoop.put(eventLoop, loop);
        }
        all = List.copyOf(loops);
    }

    public Transport transport() {
        return transport;
    }

    public IoEventLoopGroup group() {
        return group;
    }

    /// The connections of the process.
    public Sockets sockets() {
        return sockets;
    }

    /// What all loops together may hold.
    public Budget budget() {
        return budget;
    }

    /// What all loops together hold, to the byte while they stand still.
    public long heldBytes() {
        return all.stream().mapToLong(loop -> loop.ledger().heldBytes()).sum();
    }

    /// All loops, by index.
    public List<Loop> all() {
        return all;
    }

    /// What each loop does for its connections, by index.
    public List<LoopCounts> counts() {
        return all.stream().map(Loop::counts).toList();
    }

    public int count() {
        return all.size();
    }

    /// The loop whose thread `eventLoop` is.
    public Loop of(EventLoop eventLoop) {
        return Objects.requireNonNull(byEventLoop.get(eventLoop));
    }

    /// Stops the loops; the connections they [keep][Loop#keep] are closed. Not for a loop's own
    /// thread. Calls after the first do nothing.
    public void stop() {
        if (group.isShuttingDown()) {
            return;
        }
        // A loop that is told to stop while it runs its tasks ends without closing anything.
        onEach(Loop::closeConnections);
        // Not before all have ended: what the ends of connections lead to may concern other loops.
        onEach(Loop::end);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private void onEach(Consumer<Loop> task) {
        List<Future<?>> running = new ArrayList<>();
        for (Loop loop : all) {
            running.add(loop.eventLoop().submit(() -> task.accept(loop)));
        }
        running.forEach(Future::awaitUninterruptibly);
    }
}
