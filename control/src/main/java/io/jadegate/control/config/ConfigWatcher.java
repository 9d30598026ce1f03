package io.jadegate.control.config;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a configuration again when what it was read from has changed, or on demand, and hands on
/// whole results.
///
/// The file system's events only say when to look; whether something changed is decided by
/// comparing contents ([Sources]), so that no event is trusted and none is needed: without any,
/// contents are compared every `poll`. A change counts once it has stood still for `quiet`, so that
/// a file that is being written is not read half.
///
/// Results are handed on one at a time, in order, on the thread that read them: the watcher's own,
/// or the caller of [#reload].
public final class ConfigWatcher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ConfigWatcher.class);

    private static final int EMPTY_LOOKS = 20;

    private final Supplier<LoadResult> load;
    private final Consumer<LoadResult> loaded;
    private final Duration poll;
    private final Duration quiet;
    private final ReentrantLock serial = new ReentrantLock();
    private final Thread thread;
    private final @Nullable WatchService events;

    // Guarded by serial.
    private Sources current;

    // Of the watcher's thread alone.
    private final Map<Path, WatchKey> keys = new HashMap<>();

    /// Watches with contents compared at least every 5 seconds, and changes that stood still for
    /// 100 milliseconds.
    public ConfigWatcher(Supplier<LoadResult> load, Sources current, Consumer<LoadResult> loaded) {
        this(load, current, loaded, Duration.ofSeconds(5), Duration.ofMillis(100));
    }

    /// @param load reads the configuration
    /// @param current what the configuration in use was read from
    /// @param loaded takes every result; what it throws is logged and ends nothing
    public ConfigWatcher(
            Supplier<LoadResult> load,
            Sources current,
            Consumer<LoadResult> loaded,
            Duration poll,
            Duration quiet) {
        this.load = load;
        this.current = current;
        this.loaded = loaded;
        this.poll = poll;
        this.quiet = quiet;
        this.events = newWatchService();
        this.thread = Thread.ofPlatform().daemon().name("jadegate-config").unstarted(this::watch);
    }

    private static @Nullable WatchService newWatchService() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            log.warn(
                    "no file events, the configuration is compared from time to time: {}",
                    e.getMessage());
            return null;
        }
    }

    /// Begins to watch.
    public void start() {
        thread.start();
    }

    /// Reads the configuration now, changed or not, hands the result on and returns it.
    public LoadResult reload() {
        serial.lock();
        try {
            var result = load.get();
            current = result.sources();
            loaded.accept(result);
            return result;
        } finally {
            serial.unlock();
        }
    }

    /// Reads the configuration again if its sources are not what they were. Returns whether they
    /// were not.
    ///
    /// What is handed on has stood still since it was read: a file that is being written is cut
    /// first and filled then, and each moment of that could pass for a configuration.
    boolean reloadIfChanged() throws InterruptedException {
        if (current().now().equals(current())) {
            return false;
        }
        var result = load.get();
        while (!standsStill(result.sources())) {
            result = load.get();
        }
        serial.lock();
        try {
            // Somebody may have asked for a reload meanwhile.
            if (!result.sources().equals(current)) {
                current = result.sources();
                loaded.accept(result);
            }
            return true;
        } finally {
            serial.unlock();
        }
    }

    /// An empty file is looked at for longer: its writer may have been stopped just there.
    private boolean standsStill(Sources read) throws InterruptedException {
        int looks = read.hasEmptyFile() ? EMPTY_LOOKS : 1;
        for (int i = 0; i < looks; i++) {
            TimeUnit.NANOSECONDS.sleep(quiet.toNanos());
            if (!read.now().equals(read)) {
                return false;
            }
        }
        return true;
    }

    private Sources current() {
        serial.lock();
        try {
            return current;
        } finally {
            serial.unlock();
        }
    }

    private void watch() {
        try {
            while (true) {
                register();
                if (!reloadSafely()) {
                    awaitEvent(poll);
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException _) {
            // Closed.
        }
    }

    private boolean reloadSafely() throws InterruptedException {
        try {
            return reloadIfChanged();
        } catch (RuntimeException e) {
            log.error("configuration: reload failed, the one in use stays", e);
            return false;
        }
    }

    private void awaitEvent(Duration atMost) throws InterruptedException {
        if (events == null) {
            TimeUnit.NANOSECONDS.sleep(atMost.toNanos());
            return;
        }
        if (events.poll(atMost.toNanos(), TimeUnit.NANOSECONDS) != null) {
            listenToNobody(events);
            TimeUnit.NANOSECONDS.sleep(quiet.toNanos());
        }
    }

    /// A folder where a log is written, too, has events all the time, and a thread of Java's wakes
    /// for each of them, wanted or not. Until the next look, which comes behind the next
    /// [#register], nothing is missed that it would not see.
    private void listenToNobody(WatchService events) {
        keys.values().forEach(WatchKey::cancel);
        keys.clear();
        while (events.poll() != null) {
            // What was told before they were cancelled is of no more use.
        }
    }

    /// Asks for the events of the folders that matter now, which a reload or a moved link may have
    /// changed.
    private void register() {
        if (events == null) {
            return;
        }
        var wanted = current().watchedFolders();
        keys.entrySet()
                .removeIf(entry -> {
                    if (wanted.contains(entry.getKey()) && entry.getValue().isValid()) {
                        return false;
                    }
                    entry.getValue().cancel();
                    return true;
                });
        for (var folder : wanted) {
            if (!keys.containsKey(folder)) {
                try {
                    keys.put(
                            folder,
                            folder.register(
                                    events,
                                    StandardWatchEventKinds.ENTRY_CREATE,
                                    StandardWatchEventKinds.ENTRY_MODIFY,
                                    StandardWatchEventKinds.ENTRY_DELETE));
                } catch (IOException _) {
                    // A folder that is not there cannot tell; comparing contents will.
                }
            }
        }
    }

    /// Stops watching. A reload that is under way is finished first, unless it is this thread's
    /// own.
    @Override
    public void close() {
        thread.interrupt();
        if (events != null) {
            try {
                events.close();
            } catch (IOException e) {
                log.debug("closing file events", e);
            }
        }
    }
}
