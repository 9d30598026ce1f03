package io.jadegate.proxy.forward;

import io.jadegate.proxy.stream.Failure;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Looks up the names that clients of forward proxies want to go to. Safe for all threads.
///
/// The system's resolver blocks, on platform threads even where the caller is a virtual one, so it
/// has a few of its own. Names that nobody answers for cost their time, and more than can wait are
/// refused at once.
public final class NameLookups implements AutoCloseable {
    private static final int THREADS = 32;
    private static final int WAITING = 1024;
    private static final long IDLE_SECONDS = 10;

    private final Resolver resolver;
    private final ThreadPoolExecutor threads;

    /// Finds the addresses behind a name; may block.
    @FunctionalInterface
    public interface Resolver {
        /// @return at least one, best first
        /// @throws UnknownHostException when there is none
        List<InetAddress> addresses(String name) throws UnknownHostException;
    }

    /// Told once, on any thread, what became of a look-up.
    public interface Caller {
        /// @param addresses at least one
        void found(List<InetAddress> addresses);

        void failed(Failure failure);
    }

    public NameLookups(Resolver resolver) {
        this.resolver = resolver;
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(WAITING),
                        task ->
                                Thread.ofPlatform()
                                        .daemon()
                                        .name("jadegate-names-" + number.getAndIncrement())
                                        .unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    /// By the system's own resolver, as the hosts file and the name servers of the host have it.
    public static Resolver system() {
        return name -> List.of(InetAddress.getAllByName(name));
    }

    /// The addresses of a destination, as a look-up by the calling thread has them, which blocks.
    ///
    /// @throws UnknownHostException when there is none
    public List<InetAddress> now(Destination destination) throws UnknownHostException {
        InetAddress literal = destination.literal();
        return literal != null ? List.of(literal) : resolver.addresses(destination.host());
    }

    /// Looks a name up.
    ///
    /// @param patienceNanos how long it may take; 0 for no limit
    public void lookUp(String name, long patienceNanos, Caller caller) {
        CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
        answer.whenComplete((found, trouble) -> tell(caller, found, trouble));
        if (patienceNanos > 0) {
            answer.orTimeout(patienceNanos, TimeUnit.NANOSECONDS);
        }
        try {
            threads.execute(() -> lookUp(name, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
    }

    private void lookUp(String name, CompletableFuture<List<InetAddress>> answer) {
        if (answer.isDone()) {
            // Nobody waits for it any more.
            return;
        }
        try {
            answer.complete(resolver.addresses(name));
        } catch (UnknownHostException | RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private static void tell(
            Caller caller, @Nullable List<InetAddress> found, @Nullable Throwable trouble) {
        if (found != null && !found.isEmpty()) {
            caller.found(found);
            return;
        }
        caller.failed(
                Failure.of(
                        switch (trouble) {
                            case TimeoutException _ -> Failure.Kind.NAME_TIMEOUT;
                            case RejectedExecutionException _ -> Failure.Kind.OVERLOAD;
                            case null, default -> Failure.Kind.NAME_NOT_RESOLVED;
                        }));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
