package io.jadegate.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/// What goes on beside a test, on a thread of its own: several of these can wait for each other.
public final class Beside {
    private Beside() {}

    /// Starts what may block.
    ///
    /// @return what comes of it, or what it throws
    public static <T> CompletableFuture<T> start(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        result.complete(work.call());
                    } catch (Throwable t) {
                        result.completeExceptionally(t);
                    }
                });
        return result;
    }
}
