package io.jadegate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// What README.md and docs/performance.md say of performance is what was measured.
class PublishedPerformanceTest {
    private static final String RESULTS = "benchmarks/results/two-cores.json";

    @Test
    void documentsSayWhatTheCommittedRoundsSay() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("python3", "-B", "benchmarks/compare", "--verify", RESULTS)
                        .directory(new File(".."))
                        .redirectErrorStream(true);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            assumeTrue(false, "python3 is not installed");
            return;
        }
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(said).isEmpty();
        assertThat(process.waitFor()).isZero();
    }
}
