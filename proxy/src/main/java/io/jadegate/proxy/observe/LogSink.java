package io.jadegate.proxy.observe;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.jadegate.api.config.AccessLogConfig.TargetConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a log's lines end up. What cannot be written is lost and counted: a log that fails must
/// not stop what it describes. Used by the writer's thread, but for [#linesLost].
final class LogSink {
    private static final Logger LOG = LoggerFactory.getLogger(LogSink.class);

    private final Tally linesLost = new Tally(1);
    private final @Nullable Path file;
    private OutputStream out;
    private boolean failing;

    private LogSink(@Nullable Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /// @throws IOException when the file cannot be opened for appending
    static LogSink open(TargetConfig config) throws IOException {
        return switch (config) {
            case TargetConfig.File(var path) -> new LogSink(path, append(path));
            case TargetConfig.Stdout(), TargetConfig.Off() -> to(standardOutput());
        };
    }

    static LogSink to(OutputStream out) {
        return new LogSink(null, out);
    }

    private static OutputStream append(Path path) throws IOException {
        return Files.newOutputStream(path, CREATE, WRITE, APPEND);
    }

    private static OutputStream standardOutput() {
        return new FileOutputStream(FileDescriptor.out);
    }

    void write(byte[] octets, int from, int length) {
        try {
            out.write(octets, from, length);
        } catch (IOException trouble) {
            linesLost.add(0, lines(octets, from, length));
            failed(trouble);
            return;
        }
        if (failing) {
            failing = false;
            LOG.info("access log: {}: can be written again", this);
        }
    }

    private static long lines(byte[] octets, int from, int length) {
        long lines = 0;
        for (int i = from; i < from + length; i++) {
            if (octets[i] == '\n') {
                lines++;
            }
        }
        return lines;
    }

    private void failed(IOException trouble) {
        if (!failing) {
            failing = true;
            LOG.error("access log: {}: lines are lost: {}", this, trouble.toString());
        }
    }

    /// Opens the file anew, which makes it where it was moved away; keeps the old one when that
    /// fails.
    void reopen() {
        if (file == null) {
            return;
        }
        OutputStream old = out;
        try {
            out = append(file);
        } catch (IOException trouble) {
            LOG.error("access log: {}: cannot be reopened: {}", this, trouble.toString());
            return;
        }
        close(old);
        LOG.info("access log: {}: reopened", this);
    }

    /// Standard output stays open.
    void close() {
        if (file != null) {
            close(out);
        }
    }

    private void close(OutputStream stream) {
        try {
            stream.close();
        } catch (IOException trouble) {
            failed(trouble);
        }
    }

    long linesLost() {
        return linesLost.read(0);
    }

    @Override
    public String toString() {
        return file == null ? "standard output" : file.toString();
    }
}
