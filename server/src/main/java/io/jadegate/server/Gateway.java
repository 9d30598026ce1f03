package io.jadegate.server;

import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.Status;
import io.jadegate.control.admin.AdminPorts;
import io.jadegate.control.admin.AdminServer;
import io.jadegate.control.admin.Reloads;
import io.jadegate.control.config.ConfigWatcher;
import io.jadegate.control.config.LoadResult;
import io.jadegate.control.config.LoadResult.Loaded;
import io.jadegate.filters.authenticate.Authentication;
import io.jadegate.proxy.Proxy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node that serves: the data plane, the watch over its configuration, and the admin addresses.
///
/// Traffic is served when [#start] returns. The admin addresses follow on a thread of their own,
/// and what goes wrong with them costs no request. Safe for all threads but event loops.
final class Gateway implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    /// On few cores the start of the admin server would take the processor from the first requests.
    private static final Duration HEAD_START = Duration.ofMillis(250);

    private final Authentication authentication = new Authentication();
    private final Proxy proxy;
    private final Reloads reloads = new Reloads();
    private final Publisher publisher;
    private final ConfigWatcher watcher;
    private final AtomicReference<@Nullable ApplyResult> last = new AtomicReference<>();
    private final CompletableFuture<AdminServer> admin = new CompletableFuture<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    private Gateway(Loaded first, Supplier<LoadResult> again) throws IOException {
        proxy = Proxy.start(first.node(), Wiring.filters(authentication));
        publisher =
                new Publisher(first.node(), proxy, result -> reloads.ended(result, Instant.now()));
        watcher = new ConfigWatcher(again, first.sources(), this::publish);
    }

    /// Serves.
    ///
    /// @param first what to begin with
    /// @param again reads the configuration anew, for each reload
    /// @throws Refusal when the data plane cannot serve it
    /// @throws IOException when a log file cannot be opened
    static Gateway start(Loaded first, Supplier<LoadResult> again) throws IOException {
        var gateway = new Gateway(first, again);
        try {
            gateway.publisher.begin(first);
        } catch (Refusal refusal) {
            gateway.proxy.stop();
            throw refusal;
        }
        gateway.proxy
                .status()
                .listeners()
                .forEach(each -> log.info("listener {}: serves {}", each.name(), each.address()));
        Thread.ofVirtual().name("jadegate-admin").start(() -> gateway.startAdmin(first));
        gateway.watcher.start();
        return gateway;
    }

    private void startAdmin(Loaded first) {
        var telemetry = new ArrayList<>(proxy.telemetry());
        telemetry.add(authentication);
        telemetry.add(reloads);
        telemetry.add(proxy.process(Version.number()));
        try {
            if (ended.await(HEAD_START.toMillis(), TimeUnit.MILLISECONDS)) {
                admin.cancel(/* mayInterruptIfRunning= */ false);
                return;
            }
            var server =
                    AdminServer.start(
                            first.node(),
                            new AdminPorts(Version.number(), proxy, this::reload, telemetry));
            log.info(
                    "admin: {}, token in {}; metrics: {}",
                    server.adminAddress(),
                    first.node().stateDir().resolve("admin-token"),
                    server.metricsAddress());
            admin.complete(server);
        } catch (IOException | RuntimeException | InterruptedException e) {
            log.error("admin: is not available: {}", e.getMessage());
            admin.completeExceptionally(e);
        }
    }

    private void publish(LoadResult read) {
        last.set(publisher.publish(Wiring.checked(read)));
    }

    /// Reads the configuration again and serves by it if it is right. The problems of the result
    /// have their positions.
    ApplyResult reload() {
        watcher.reload();
        ApplyResult result = last.get();
        if (result == null) {
            throw new IllegalStateException("a reload ended without a result");
        }
        return result;
    }

    /// Opens log files anew, after something else has moved them away.
    void reopenLogs() {
        proxy.reopenLog();
    }

    /// The admin addresses, once they answer.
    CompletableFuture<AdminServer> admin() {
        return admin;
    }

    /// Ends service in order and returns when that is done; called again meanwhile, stops waiting
    /// for what is still open.
    void drain() {
        if (!draining.compareAndSet(false, true)) {
            log.info("stops at once");
            proxy.hurry();
            return;
        }
        log.info("drains");
        try {
            int cut = proxy.drain();
            log.info("drained, {} connections cut", cut);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    /// What is being served now.
    Status status() {
        return proxy.status();
    }

    /// Waits until a drain has ended.
    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /// Stops at once, unless a drain has been begun.
    @Override
    public void close() {
        if (draining.compareAndSet(false, true)) {
            proxy.stop();
            end();
        }
    }

    private void end() {
        watcher.close();
        admin.thenAccept(AdminServer::close);
        ended.countDown();
    }
}
