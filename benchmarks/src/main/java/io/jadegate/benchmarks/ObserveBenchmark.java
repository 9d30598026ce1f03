package io.jadegate.benchmarks;

import io.jadegate.api.config.AccessLogConfig;
import io.jadegate.api.config.AccessLogConfig.FormatConfig;
import io.jadegate.api.config.AccessLogConfig.TargetConfig;
import io.jadegate.proxy.observe.AccessLog;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.observe.RouteCounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs an event loop to log and to count the end of an exchange. The log goes to
/// `/dev/null`; where its writer does not keep up, lines are formatted and dropped.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ObserveBenchmark {
    private static final TargetConfig NOWHERE = new TargetConfig.File(Path.of("/dev/null"));

    private final OneEnding ending = new OneEnding();
    private final PerLoop<RouteCounts> route = new Meters(1).route("orders");
    private final AccessLog json = log(new FormatConfig.Json());
    private final AccessLog combined = log(new FormatConfig.Combined());
    private final AccessLog template =
            log(
                    new FormatConfig.Template(
                            "{{time}} {{client.address}} {{method}} {{uri}} {{status}}"
                                    + " {{duration}} {{header.user-agent}}"));

    private static AccessLog log(FormatConfig format) {
        try {
            return AccessLog.open(new AccessLogConfig(format, NOWHERE), 1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Setup
    public void warm() {
        route.on(0).ended(ending);
    }

    @TearDown
    public void close() {
        json.close();
        combined.close();
        template.close();
    }

    @Benchmark
    public void count() {
        route.on(0).ended(ending);
    }

    @Benchmark
    public void logJson() {
        json.on(0).write(ending);
    }

    @Benchmark
    public void logCombined() {
        combined.on(0).write(ending);
    }

    @Benchmark
    public void logTemplate() {
        template.on(0).write(ending);
    }
}
