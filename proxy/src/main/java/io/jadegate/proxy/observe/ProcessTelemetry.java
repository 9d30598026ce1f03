package io.jadegate.proxy.observe;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.netty.buffer.ByteBufAllocatorMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// What the process itself uses. The names that begin with `process_` are those that every
/// Prometheus library gives, so that ready-made dashboards know them; what only Linux tells is
/// absent elsewhere.
public final class ProcessTelemetry implements Telemetry {
    private static final Metric BUILD =
            Metric.gauge("jadegate_build_info", "Always 1, with the version.", "version");
    private static final Metric UPTIME =
            Metric.gauge("jadegate_uptime_seconds", "Time since the process started.");
    private static final Metric LOOPS = Metric.gauge("jadegate_event_loops", "Event loops.");
    private static final Metric HEAP =
            Metric.gauge("jadegate_heap_used_bytes", "Heap in use, garbage included.");
    private static final Metric HEAP_MAX =
            Metric.gauge("jadegate_heap_max_bytes", "What the heap may grow to.");
    private static final Metric BUFFERS =
            Metric.gauge("jadegate_buffers_used_bytes", "Direct memory held for traffic.");
    private static final Metric START =
            Metric.gauge("process_start_time_seconds", "Start, in seconds since 1970 UTC.");
    private static final Metric CPU =
            Metric.counter("process_cpu_seconds", "Processor time used, user and system.");
    private static final Metric OPEN_FILES =
            Metric.gauge("process_open_fds", "Open file descriptors.");
    private static final Metric MAX_FILES =
            Metric.gauge("process_max_fds", "File descriptors that may be open.");
    private static final Metric RESIDENT =
            Metric.gauge("process_resident_memory_bytes", "Resident memory.");

    private static final Path PROCESS = Path.of("/proc/self");

    private final String version;
    private final int loops;
    private final ByteBufAllocatorMetric buffers;
    private final Instant start =
            ProcessHandle.current().info().startInstant().orElseGet(Instant::now);

    /// @param loops how many event loops there are
    /// @param buffers the allocator of all traffic buffers
    public ProcessTelemetry(String version, int loops, ByteBufAllocatorMetric buffers) {
        this.version = version;
        this.loops = loops;
        this.buffers = buffers;
    }

    @Override
    public void report(Readings readings) {
        Runtime runtime = Runtime.getRuntime();
        readings.value(BUILD, 1, version);
        readings.value(UPTIME, seconds(Duration.between(start, Instant.now())));
        readings.value(START, seconds(Duration.between(Instant.EPOCH, start)));
        readings.value(LOOPS, loops);
        readings.value(HEAP, runtime.totalMemory() - runtime.freeMemory());
        readings.value(HEAP_MAX, runtime.maxMemory());
        readings.value(BUFFERS, buffers.usedDirectMemory());
        ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .ifPresent(cpu -> readings.value(CPU, seconds(cpu)));
        openFiles().ifPresent(count -> readings.value(OPEN_FILES, count));
        number("limits", "Max open files").ifPresent(max -> readings.value(MAX_FILES, max));
        number("status", "VmRSS:")
                .ifPresent(kibibytes -> readings.value(RESIDENT, kibibytes * 1024));
    }

    private static double seconds(Duration duration) {
        return duration.getSeconds() + duration.getNano() / 1e9;
    }

    private static OptionalLong openFiles() {
        try (Stream<Path> files = Files.list(PROCESS.resolve("fd"))) {
            return OptionalLong.of(files.count());
        } catch (IOException absent) {
            return OptionalLong.empty();
        }
    }

    /// The number that follows a name in one of the process's files.
    private static OptionalLong number(String file, String name) {
        try {
            for (String line : Files.readAllLines(PROCESS.resolve(file))) {
                if (line.startsWith(name)) {
                    return leadingNumber(line.substring(name.length()).strip());
                }
            }
        } catch (IOException absent) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }

    private static OptionalLong leadingNumber(String text) {
        int end = 0;
        while (end < text.length() && Character.isDigit(text.charAt(end))) {
            end++;
        }
        return end == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(text.substring(0, end)));
    }
}
