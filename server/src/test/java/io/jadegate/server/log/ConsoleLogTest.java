package io.jadegate.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.event.Level;

class ConsoleLogTest {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void writesOneLineWithTimeLevelAndText() {
        logger("io.jadegate.proxy.Publisher").info("revision {} applied", 3);

        assertThat(text()).isEqualTo("2026-01-31T09:30:00.000Z INFO  revision 3 applied\n");
    }

    @Test
    void namesLoggersThatAreNotOurs() {
        logger("io.netty.channel.Loop").warn("slow");

        assertThat(text())
                .isEqualTo("2026-01-31T09:30:00.000Z WARN  io.netty.channel.Loop: slow\n");
    }

    @Test
    void keepsForgedLinesInOneLine() {
        logger("io.jadegate.Any").error("host {}", "a\r\n2026 INFO  all is well\u001b[2J");

        assertThat(text())
                .isEqualTo(
                        "2026-01-31T09:30:00.000Z ERROR host"
                                + " a\\r\\n2026 INFO  all is well\\u001b[2J\n");
    }

    @Test
    void addsTheStackTraceOfWhatWasThrown() {
        logger("io.jadegate.Any").error("failed", new IllegalStateException("why"));

        assertThat(text())
                .startsWith(
                        "2026-01-31T09:30:00.000Z ERROR failed\n"
                                + "java.lang.IllegalStateException: why\n\tat ");
    }

    @Test
    void leavesOutWhatIsBelowTheThreshold() {
        logger("io.jadegate.Any").debug("detail");

        assertThat(text()).isEmpty();
    }

    @Test
    void hearsLibrariesFromWarningsOn() {
        logger("com.sun.net.httpserver").info("HttpServer created");

        assertThat(text()).isEmpty();
    }

    @Test
    void readsTheThresholdByNameAndFallsBackToInfo() {
        assertThat(ConsoleLogProvider.threshold("debug")).isEqualTo(Level.DEBUG);
        assertThat(ConsoleLogProvider.threshold("loud")).isEqualTo(Level.INFO);
    }

    private Logger logger(String name) {
        var clock = Clock.fixed(Instant.parse("2026-01-31T09:30:00Z"), ZoneOffset.UTC);
        var out = new PrintStream(written, false, StandardCharsets.UTF_8);
        return new ConsoleLogger(name, new ConsoleLog(Level.INFO, clock, out));
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
