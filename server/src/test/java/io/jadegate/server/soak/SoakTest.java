package io.jadegate.server.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `make soak`: whether the gateway, after much of everything, is as it was before. For
/// `-Dsoak.seconds`, 600 when it is not given; what was seen is in `target/soak`.
@Tag("soak")
class SoakTest {
    private static final Duration LOAD = Duration.ofSeconds(Long.getLong("soak.seconds", 600));
    private static final Path SEEN = Path.of("target", "soak");
    private static final int TUNNELS = 5000;

    /// Memory is as large as it gets after this time, if the run is long enough to tell.
    private static final long GROWN_SECONDS = 120;

    private static final long TELLING_SECONDS = 300;
    private static final double MOST_GROWTH = 0.02;

    /// What chance leaves in the heap: heads kept for reuse, tables that have grown.
    private static final long HEAP_SLACK = 4 << 20;

    @TempDir private Path folder;

    @Test
    void isAfterwardsAsItWasBefore() throws Exception {
        Soak.Outcome outcome = soak("soak", LOAD, TUNNELS, "");

        outcome.course().write(SEEN.resolve("soak.csv"));
        Files.writeString(SEEN.resolve("soak.svg"), new Graph(outcome.course()).svg());
        assertThat(outcome.findings()).isEmpty();
        assertAtRest(outcome);
        assertThat(outcome.after().heap()).isLessThan(outcome.before().heap() + HEAP_SLACK);
        if (outcome.course().seconds() >= TELLING_SECONDS) {
            assertThat(outcome.course().from(GROWN_SECONDS).growth()).isLessThan(MOST_GROWTH);
        }
    }

    /// A tenth of the time under the watch that follows every buffer, which costs much time.
    @Test
    void losesNoBuffer() throws Exception {
        Duration load = Duration.ofSeconds(Math.max(10, LOAD.toSeconds() / 10));

        Soak.Outcome outcome =
                soak("buffers", load, TUNNELS / 10, "-Dio.netty.leakDetection.level=paranoid");

        assertThat(outcome.findings()).isEmpty();
        assertAtRest(outcome);
    }

    private Soak.Outcome soak(String name, Duration load, int tunnels, String javaOptions)
            throws Exception {
        Files.createDirectories(SEEN);
        try (Soak soak = new Soak(folder, SEEN.resolve(name + ".log"), javaOptions)) {
            Soak.Outcome outcome = soak.run(load, tunnels);
            Report.print(outcome, tunnels);
            return outcome;
        }
    }

    private static void assertAtRest(Soak.Outcome outcome) {
        assertThat(outcome.after().closeWait()).isZero();
        assertThat(outcome.after().clients()).isZero();
        assertThat(outcome.after().endpoints()).isZero();
        assertThat(outcome.after().inFlight()).isZero();
        assertThat(outcome.after().descriptors())
                .isLessThanOrEqualTo(outcome.before().descriptors());
    }
}
