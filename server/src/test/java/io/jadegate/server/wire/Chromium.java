package io.jadegate.server.wire;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A browser that opens one page of a test, which reports by requests of its own what it has seen.
/// Registered behind the [Gateway], so that it is gone when that looks what is left.
final class Chromium implements BeforeEachCallback, AfterEachCallback {
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");

    private @Nullable Process browser;

    /// @param folder for what the browser writes
    /// @param options more of the command line
    void open(String url, Path folder, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        PROGRAM.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--ignore-certificate-errors",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder.resolve("profile")));
        command.addAll(List.of(options));
        command.add(url);
        browser =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("chromium.log").toFile())
                        .start();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        assumeTrue(Files.isExecutable(PROGRAM), PROGRAM + " is not installed");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (browser == null) {
            return;
        }
        List<ProcessHandle> all = new ArrayList<>(browser.descendants().toList());
        all.add(browser.toHandle());
        browser = null;
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle each : all) {
            each.onExit().get(30, TimeUnit.SECONDS);
        }
    }
}
