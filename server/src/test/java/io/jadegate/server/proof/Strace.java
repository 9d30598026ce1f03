package io.jadegate.server.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Counts the system calls of one thread of another process, from [#attach] to [#detach()].
final class Strace {
    /// A line of its table: share, seconds, microseconds a call, calls, perhaps errors, the name.
    private static final Pattern CALLS =
            Pattern.compile("(?m)^ *[\\d.]+ +[\\d.]+ +\\d+ +(\\d+) +(?:\\d+ +)?(\\w+)$");

    private final Process process;
    private final Path table;

    private Strace(Process process, Path table) {
        this.process = process;
        this.table = table;
    }

    /// Abandons the test, with the reason, where nothing can be traced.
    static void assumeUsable() throws IOException, InterruptedException {
        Process trial;
        try {
            trial = new ProcessBuilder("strace", "-o", "/dev/null", "true").start();
        } catch (IOException e) {
            assumeTrue(false, "strace is not installed");
            return;
        }
        assumeTrue(trial.waitFor() == 0, "this machine permits no tracing of processes (ptrace)");
    }

    /// Begins to count. Returns when the thread is being traced.
    ///
    /// @param thread its number in the system
    /// @param table a file to be written
    static Strace attach(long thread, Path table) throws IOException {
        Process process =
                new ProcessBuilder(
                                "strace", "-c", "-o", table.toString(), "-p", Long.toString(thread))
                        .redirectErrorStream(true)
                        .start();
        String said = process.inputReader(UTF_8).readLine();
        boolean attached = said != null && said.contains("attached");
        if (!attached) {
            process.destroy();
        }
        assumeTrue(attached, () -> "this machine permits no tracing of processes: " + said);
        return new Strace(process, table);
    }

    /// Stops counting.
    ///
    /// @return how often each system call was made, by its name
    Map<String, Long> detach() throws IOException, InterruptedException {
        // It writes its table when it is interrupted or terminated.
        process.destroy();
        process.waitFor();
        Map<String, Long> calls = new TreeMap<>();
        String text = Files.readString(table);
        CALLS.matcher(text)
                .results()
                .filter(line -> !line.group(2).equals("total"))
                .forEach(line -> calls.put(line.group(2), Long.valueOf(line.group(1))));
        assertThat(calls).as(text).isNotEmpty();
        return calls;
    }
}
