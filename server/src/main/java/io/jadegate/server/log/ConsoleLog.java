package io.jadegate.server.log;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/// Writes log lines as `2026-01-31T09:30:00.125Z WARN what happened`, the name of the logger added
/// when it is not one of ours. Control characters arrive escaped, so that no logged value can forge
/// a line.
///
/// Any thread may call it; a line, with its stack trace, is one write.
final class ConsoleLog {

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private static final HexFormat HEX = HexFormat.of();

    private final Level threshold;
    private final Clock clock;
    private final PrintStream out;

    ConsoleLog(Level threshold, Clock clock, PrintStream out) {
        this.threshold = threshold;
        this.clock = clock;
        this.out = out;
    }

    /// Libraries are heard from [Level#WARN] on unless somebody asked for details: what they call
    /// information is seldom a change of this gateway's state.
    boolean isEnabled(String logger, Level level) {
        Level lowest = threshold == Level.INFO && !isOurs(logger) ? Level.WARN : threshold;
        return level.toInt() >= lowest.toInt();
    }

    private static boolean isOurs(String logger) {
        return logger.startsWith("io.jadegate.");
    }

    void write(String logger, Level level, String message, @Nullable Throwable thrown) {
        var line = new StringBuilder(160);
        TIME.formatTo(clock.instant(), line);
        line.append(' ').append(level.name()).append(level.name().length() == 4 ? "  " : " ");
        if (!isOurs(logger)) {
            line.append(logger).append(": ");
        }
        appendEscaped(message, line);
        line.append('\n');
        if (thrown != null) {
            var trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            line.append(trace);
        }
        byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    private static void appendEscaped(String text, StringBuilder to) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        to.append("\\u").append(HEX.toHexDigits(c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
    }
}
