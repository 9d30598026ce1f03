package io.jadegate.proxy.observe;

import io.jadegate.api.config.AccessLogConfig;
import io.jadegate.api.config.AccessLogConfig.TargetConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.api.filter.TemplateException;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log of requests: a line for every exchange that ended.
///
/// Each event loop writes lines as octets into a ring of its own; one thread carries what is in the
/// rings to the sink, every 200 ms and whenever a ring is half full. Memory is bounded by the
/// rings, 128 KiB for each loop; a sink that is too slow loses lines, which are counted, and never
/// slows a loop. A log that is off has no thread and no rings.
public final class AccessLog implements Telemetry, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    private static final Metric LINES =
            Metric.counter("jadegate_access_log_lines", "Lines handed to the access log's writer.");
    private static final Metric DROPPED =
            Metric.counter(
                    "jadegate_access_log_lines_dropped",
                    "Lines lost because the sink was too slow or failed, or the line was too long.",
                    "cause");

    private static final long PERIOD_NANOS = 200_000_000;

    /// How long a stop waits for a sink that takes nothing.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final LogSink sink;
    private final List<LoopLog> loops = new ArrayList<>();
    private final Thread writer;
    private volatile boolean reopening;
    private volatile boolean closing;

    private AccessLog(LogSink sink) {
        this.sink = sink;
        this.writer =
                Thread.ofPlatform()
                        .name("jadegate-access-log")
                        .daemon(true)
                        .unstarted(this::carryLines);
    }

    /// @param loops how many event loops write to it
    /// @throws IOException when the file cannot be opened for appending
    /// @throws IllegalArgumentException when the template is none; [#problems] tells before
    public static AccessLog open(AccessLogConfig config, int loops) throws IOException {
        return open(config, loops, LogSink.open(config.to()));
    }

    /// A log that writes nothing.
    public static AccessLog off(int loops) {
        AccessLogConfig config =
                new AccessLogConfig(
                        new AccessLogConfig.FormatConfig.Json(), new TargetConfig.Off());
        return open(config, loops, LogSink.to(OutputStream.nullOutputStream()));
    }

    static AccessLog open(AccessLogConfig config, int loops, LogSink sink) {
        var log = new AccessLog(sink);
        boolean off = config.to() instanceof TargetConfig.Off;
        for (int i = 0; i < loops; i++) {
            log.loops.add(off ? new LoopLog(null, log.writer) : log.loop(config));
        }
        if (!off) {
            log.writer.start();
        }
        return log;
    }

    private LoopLog loop(AccessLogConfig config) {
        try {
            return new LoopLog(LineFormat.of(config.format()), writer);
        } catch (TemplateException e) {
            throw new IllegalArgumentException("access log: " + e.getMessage(), e);
        }
    }

    /// What is wrong with the configured format.
    public static List<Problem> problems(AccessLogConfig config) {
        try {
            LineFormat.of(config.format());
            return List.of();
        } catch (TemplateException e) {
            return List.of(
                    new Problem(
                            Severity.ERROR,
                            "node.access-log.format.template",
                            null,
                            String.valueOf(e.getMessage()),
                            null));
        }
    }

    /// The end that one event loop writes to.
    ///
    /// @param loop the loop's number, from 0
    public LoopLog on(int loop) {
        return loops.get(loop);
    }

    /// Has the file opened anew, soon: after it was moved away, lines go to a new one. Any thread.
    public void reopen() {
        reopening = true;
        LockSupport.unpark(writer);
    }

    /// Ends the log once what was written before has been carried to the sink, or could not be for
    /// two seconds. To be called when the event loops have ended.
    @Override
    public void close() {
        if (!writer.isAlive()) {
            return;
        }
        closing = true;
        LockSupport.unpark(writer);
        try {
            writer.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void report(Readings readings) {
        readings.value(LINES, sum(LoopLog::linesWritten));
        readings.value(DROPPED, sum(LoopLog::linesTooSlow), "slow");
        readings.value(DROPPED, sum(LoopLog::linesTooLong), "long");
        readings.value(DROPPED, sink.linesLost(), "failed");
    }

    private long sum(ToLongFunction<LoopLog> count) {
        return loops.stream().mapToLong(count).sum();
    }

    // ---- the writer's thread

    private void carryLines() {
        var pressure = new Pressure();
        boolean last;
        do {
            last = closing;
            if (reopening) {
                reopening = false;
                sink.reopen();
            }
            loops.forEach(loop -> loop.drainTo(sink));
            pressure.look(sum(LoopLog::linesTooSlow));
            if (!last) {
                LockSupport.parkNanos(this, PERIOD_NANOS);
            }
        } while (!last);
        sink.close();
    }

    /// Notices when lines begin and cease to be dropped.
    private final class Pressure {
        private long seen;
        private long droppedBefore;
        private boolean dropping;

        void look(long dropped) {
            if (dropped > seen && !dropping) {
                dropping = true;
                droppedBefore = seen;
                LOG.warn("access log: {} is too slow, lines are dropped", sink);
            } else if (dropped == seen && dropping) {
                dropping = false;
                LOG.info(
                        "access log: {} keeps up again, {} lines were dropped",
                        sink,
                        dropped - droppedBefore);
            }
            seen = dropped;
        }
    }
}
