package io.jadegate.control.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // What is absent fails the test.
class ConfigWatcherTest {

    private static final Duration LONG = Duration.ofHours(1);

    @TempDir private Path folder;
    private final List<LoadResult> results = new CopyOnWriteArrayList<>();
    private ConfigFiles files;

    @BeforeEach
    void start() {
        files = new ConfigFiles(folder);
    }

    @Test
    void readsAgainOnlyWhenContentsChanged() throws InterruptedException {
        files.write("main.yaml", "routes: {}\n");
        try (var watcher = watcher(LONG)) {
            assertThat(watcher.reloadIfChanged()).isFalse();
            files.write("main.yaml", "routes: {}\n");
            assertThat(watcher.reloadIfChanged()).isFalse();
            files.write("main.yaml", "routes: { a: { respond: {} } }\n");
            assertThat(watcher.reloadIfChanged()).isTrue();
            assertThat(watcher.reloadIfChanged()).isFalse();
        }

        assertThat(routes()).containsExactly("[a]");
    }

    @Test
    void handsOnNoFileThatIsBeingWritten() throws InterruptedException {
        files.write("main.yaml", "routes: { a: { respond: {} } }\n");
        var before = files.load().sources();
        files.write("main.yaml", "");
        Supplier<LoadResult> readAtTheWrongMoment =
                () -> {
                    var read = files.load();
                    files.write("main.yaml", "routes: { b: { respond: {} } }\n");
                    return read;
                };
        try (var watcher =
                new ConfigWatcher(
                        readAtTheWrongMoment, before, results::add, LONG, Duration.ofMillis(1))) {
            assertThat(watcher.reloadIfChanged()).isTrue();
        }

        assertThat(routes()).containsExactly("[b]");
    }

    @Test
    void seesLinksThatAreSwappedAsKubernetesDoes() throws IOException {
        files.write("v1/main.yaml", "routes: { a: { respond: {} } }\n");
        files.write("v2/main.yaml", "routes: { b: { respond: {} } }\n");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("v1"));
        Files.createSymbolicLink(folder.resolve("main.yaml"), Path.of("..data/main.yaml"));
        try (var watcher = watcher(LONG)) {
            watcher.start();
            Files.createSymbolicLink(folder.resolve("..tmp"), Path.of("v2"));
            Files.move(
                    folder.resolve("..tmp"),
                    folder.resolve("..data"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);

            await().atMost(Duration.ofSeconds(30)).until(() -> !results.isEmpty());
        }

        assertThat(routes()).containsExactly("[b]");
    }

    @Test
    void seesNewFilesThatAPatternIncludes() {
        files.write("main.yaml", "include: conf.d/*.yaml\n");
        files.write("conf.d/a.yaml", "routes: { a: { respond: {} } }\n");
        try (var watcher = watcher(LONG)) {
            watcher.start();
            files.write("conf.d/b.yaml", "routes: { b: { respond: {} } }\n");

            await().atMost(Duration.ofSeconds(30)).until(() -> routes().contains("[a, b]"));
        }
    }

    @Test
    void seesAChangeWithoutEventsWhenItIsTimeToLook() {
        files.write(
                "main.yaml", "node: { metrics: { address: ':0', token: { file: s/token } } }\n");
        files.write("s/token", "one");
        try (var watcher = watcher(Duration.ofMillis(10))) {
            watcher.start();
            files.write("s/token", "two");

            await().atMost(Duration.ofSeconds(30)).until(() -> !results.isEmpty());
        }

        assertThat(((LoadResult.Loaded) results.getLast()).node().metrics().token().reveal())
                .isEqualTo("two");
    }

    @Test
    void handsOnAWrongFileAndThenItsCorrection() {
        files.write("main.yaml", "routes: {}\n");
        try (var watcher = watcher(LONG)) {
            watcher.start();
            files.write("main.yaml", "routes: { a: {} }\n");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> results.stream().anyMatch(LoadResult.Invalid.class::isInstance));
            files.write("main.yaml", "routes: { a: { respond: {} } }\n");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> results.getLast() instanceof LoadResult.Loaded);
        }

        assertThat(routes()).endsWith("[a]");
    }

    @Test
    void seesAChangeInAFolderThatIsWrittenToAllTheTime() {
        files.write("main.yaml", "routes: {}\n");
        try (var watcher = watcher(LONG)) {
            watcher.start();
            files.write("main.yaml", "routes: { a: { respond: {} } }\n");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> writes("a line") && !results.isEmpty());
            files.write("main.yaml", "routes: { b: { respond: {} } }\n");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> writes("more") && results.size() > 1);
        }

        assertThat(routes()).containsExactly("[a]", "[b]");
    }

    /// Writes beside the configuration.
    private boolean writes(String line) {
        files.write("some.log", line);
        return true;
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void hasNoEventsOfAFolderUntilItIsLookedAtNext() {
        files.write("main.yaml", "routes: {}\n");
        try (var watcher =
                new ConfigWatcher(
                        files::load,
                        files.load().sources(),
                        results::add,
                        LONG,
                        /* quiet= */ LONG)) {
            watcher.start();
            await().atMost(Duration.ofSeconds(30)).until(this::isWatched);
            files.write("some.log", "a line");

            await().atMost(Duration.ofSeconds(30)).until(() -> !isWatched());
        }
    }

    /// Whether this process has asked the system for events of the folder.
    private boolean isWatched() throws IOException {
        var inode = Long.toHexString((long) Files.getAttribute(folder, "unix:ino"));
        try (var descriptors = Files.list(Path.of("/proc/self/fdinfo"))) {
            return descriptors.anyMatch(each -> text(each).contains(" ino:" + inode + " "));
        }
    }

    private static String text(Path descriptor) {
        try {
            return Files.readString(descriptor);
        } catch (IOException _) {
            // Closed meanwhile.
            return "";
        }
    }

    @Test
    void readsAgainOnDemandAlthoughNothingChanged() {
        files.write("main.yaml", "routes: {}\n");
        try (var watcher = watcher(LONG)) {
            assertThat(watcher.reload()).isInstanceOf(LoadResult.Loaded.class);
        }

        assertThat(results).hasSize(1);
    }

    @Test
    void goesOnWhenTheTakerOfResultsFails() {
        files.write("main.yaml", "routes: {}\n");
        var watcher =
                new ConfigWatcher(
                        files::load,
                        files.load().sources(),
                        result -> {
                            results.add(result);
                            throw new IllegalStateException("refused");
                        },
                        LONG,
                        Duration.ofMillis(1));
        try (watcher) {
            watcher.start();
            files.write("main.yaml", "routes: { a: { respond: {} } }\n");
            await().atMost(Duration.ofSeconds(30)).until(() -> results.size() == 1);
            files.write("main.yaml", "routes: { b: { respond: {} } }\n");
            await().atMost(Duration.ofSeconds(30)).until(() -> results.size() == 2);
        }
    }

    private ConfigWatcher watcher(Duration poll) {
        return new ConfigWatcher(
                files::load, files.load().sources(), results::add, poll, Duration.ofMillis(1));
    }

    private List<String> routes() {
        return results.stream()
                .filter(LoadResult.Loaded.class::isInstance)
                .map(result -> ((LoadResult.Loaded) result).config().routes().keySet().toString())
                .toList();
    }
}
