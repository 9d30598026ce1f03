package io.jadegate.proxy.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jadegate.api.config.AccessLogConfig;
import io.jadegate.api.config.AccessLogConfig.FormatConfig;
import io.jadegate.api.config.AccessLogConfig.TargetConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessLogTest {
    private static final FormatConfig PATHS = new FormatConfig.Template("{{path}}");

    @TempDir private Path folder;

    @Test
    void linesOfEachLoopArriveWholeAndInOrder() throws Exception {
        Path file = folder.resolve("access.log");
        int lines = 50_000;
        try (var log = AccessLog.open(to(file), 2)) {
            List<Thread> loops =
                    IntStream.range(0, 2)
                            .mapToObj(loop ->
                                    Thread.ofPlatform().start(() -> write(log, loop, lines)))
                            .toList();
            for (Thread loop : loops) {
                loop.join();
            }
        }
        List<String> written = Files.readAllLines(file);
        for (int loop = 0; loop < 2; loop++) {
            String prefix = "/" + loop + "/";
            assertThat(written.stream().filter(line -> line.startsWith(prefix)))
                    .containsExactlyElementsOf(
                            IntStream.range(0, lines).mapToObj(i -> prefix + i).toList());
        }
        assertThat(written).hasSize(2 * lines);
    }

    /// Writes as fast as the log takes it, without loss.
    private static void write(AccessLog log, int loop, int lines) {
        LoopLog mine = log.on(loop);
        for (int i = 0; i < lines; i++) {
            long before = mine.linesWritten();
            do {
                mine.write(at("/" + loop + "/" + i));
                Thread.onSpinWait();
            } while (mine.linesWritten() == before);
        }
    }

    @Test
    void aLineAppearsSoonWithoutAnyOther() throws IOException {
        Path file = folder.resolve("access.log");
        try (var log = AccessLog.open(to(file), 1)) {
            log.on(0).write(at("/alone"));
            await().untilAsserted(() -> assertThat(file).hasContent("/alone\n"));
        }
    }

    @Test
    void reopeningFollowsAFileThatWasMovedAway() throws IOException {
        Path file = folder.resolve("access.log");
        Path old = folder.resolve("access.log.1");
        try (var log = AccessLog.open(to(file), 1)) {
            log.on(0).write(at("/before"));
            await().untilAsserted(() -> assertThat(file).hasContent("/before\n"));
            Files.move(file, old);
            log.reopen();
            await().until(() -> Files.exists(file));
            log.on(0).write(at("/after"));
        }
        assertThat(file).hasContent("/after\n");
        assertThat(old).hasContent("/before\n");
    }

    @Test
    void anExistingFileIsContinued() throws IOException {
        Path file = Files.writeString(folder.resolve("access.log"), "/old\n");
        try (var log = AccessLog.open(to(file), 1)) {
            log.on(0).write(at("/new"));
        }
        assertThat(file).hasContent("/old\n/new\n");
    }

    @Test
    void aFileThatCannotBeOpenedIsToldAtOnce() {
        Path file = folder.resolve("missing/access.log");
        assertThatThrownBy(() -> AccessLog.open(to(file), 1))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aSlowSinkLosesLinesThatAreCountedAndHoldsNobodyUp() {
        var sink = new BlockedStream();
        var log = AccessLog.open(to(Path.of("unused")), 1, LogSink.to(sink));
        int lines = 40_000;
        for (int i = 0; i < lines; i++) {
            log.on(0).write(at("/" + i));
        }
        sink.gate.countDown();
        log.close();

        long written = sink.text().lines().count();
        var readings = RecordingReadings.of(log);
        assertThat(written).isBetween(1L, lines - 1L);
        assertThat(readings.value("jadegate_access_log_lines")).isEqualTo(written);
        assertThat(readings.value("jadegate_access_log_lines_dropped", "slow"))
                .isEqualTo(lines - written);
        assertThat(sink.text()).startsWith("/0\n/1\n").endsWith("\n");
    }

    @Test
    void aFailingSinkLosesLinesThatAreCounted() {
        OutputStream broken =
                new OutputStream() {
                    @Override
                    public void write(int octet) throws IOException {
                        throw new IOException("no space left on device");
                    }
                };
        var log = AccessLog.open(to(Path.of("unused")), 1, LogSink.to(broken));
        log.on(0).write(at("/1"));
        log.on(0).write(at("/2"));
        log.close();
        assertThat(RecordingReadings.of(log).value("jadegate_access_log_lines_dropped", "failed"))
                .isEqualTo(2);
    }

    @Test
    void aLineBeyondAllBoundsIsDroppedAndCounted() {
        var sink = new ByteArrayOutputStream();
        var log = AccessLog.open(to(Path.of("unused")), 1, LogSink.to(sink));
        log.on(0).write(at("/" + "x".repeat(LogLine.MAX_OCTETS)));
        log.on(0).write(at("/short"));
        log.close();
        assertThat(sink.toString(UTF_8)).isEqualTo("/short\n");
        assertThat(RecordingReadings.of(log).value("jadegate_access_log_lines_dropped", "long"))
                .isEqualTo(1);
    }

    @Test
    void aLogThatIsOffWritesNothing() {
        var sink = new ByteArrayOutputStream();
        var config = new AccessLogConfig(PATHS, new TargetConfig.Off());
        var log = AccessLog.open(config, 1, LogSink.to(sink));
        log.on(0).write(at("/1"));
        log.close();
        assertThat(sink.size()).isZero();
        assertThat(RecordingReadings.of(log).value("jadegate_access_log_lines")).isZero();
    }

    private static AccessLogConfig to(Path file) {
        return new AccessLogConfig(PATHS, new TargetConfig.File(file));
    }

    private static FakeFacts at(String path) {
        return new FakeFacts().target("h", path, null);
    }

    /// Takes nothing until the gate opens.
    private static final class BlockedStream extends OutputStream {
        final CountDownLatch gate = new CountDownLatch(1);
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public void write(int octet) {
            throw new AssertionError("written in pieces");
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            taken.write(octets, from, length);
        }

        String text() {
            return taken.toString(UTF_8);
        }
    }
}
