package io.jadegate.benchmarks;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.CapacityConfig;
import io.jadegate.api.config.EndpointConfig;
import io.jadegate.api.config.HostHeaderConfig;
import io.jadegate.api.config.LoadBalancerConfig;
import io.jadegate.api.config.PoolConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.Transport;
import io.jadegate.proxy.upstream.Connector;
import io.jadegate.proxy.upstream.Picker;
import io.jadegate.proxy.upstream.Target;
import io.jadegate.proxy.upstream.Upstream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to choose the endpoint of a request, by algorithm and number of endpoints.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PickerBenchmark {
    @Param({"LEAST_REQUEST", "ROUND_ROBIN", "WEIGHTED_ROUND_ROBIN", "RANDOM"})
    private LoadBalancerConfig algorithm = LoadBalancerConfig.LEAST_REQUEST;

    @Param({"3", "100"})
    private int endpoints = 3;

    private final Loops loops = new Loops(Transport.NIO, 1);
    private final Loop loop = loops.all().getFirst();
    private Picker picker = (_, _) -> null;

    @Setup
    public void prepare() {
        Connector connector =
                new Connector(Transport.NIO, new HeadLimits(32 * 1024, 100, 8 * 1024));
        picker =
                Upstream.of(
                                "orders",
                                config(),
                                loops,
                                connector,
                                /* tls= */ null,
                                new Meters(1),
                                null)
                        .picker();
    }

    private UpstreamConfig config() {
        Duration second = Duration.ofSeconds(1);
        return new UpstreamConfig(
                IntStream.range(0, endpoints).mapToObj(PickerBenchmark::endpoint).toList(),
                UpstreamConfig.Protocol.HTTP1,
                null,
                new HostHeaderConfig.Pass(),
                algorithm,
                null,
                null,
                Duration.ZERO,
                null,
                null,
                null,
                new PoolConfig(1024, second, 1000, second),
                new CapacityConfig(4096, 4096, 1024, second),
                UpstreamConfig.ProxyProtocol.OFF,
                null,
                null,
                null);
    }

    private static EndpointConfig endpoint(int i) {
        Address address = Address.parse("127.0.0.1:" + (9000 + i));
        return new EndpointConfig(address, 1 + i % 5, null, EndpointConfig.State.READY, Map.of());
    }

    @TearDown
    public void stop() {
        loops.stop();
    }

    @Benchmark
    public @Nullable Target pick() {
        return picker.pick(loop, null);
    }

    /// As a retry does.
    @Benchmark
    public @Nullable Target pickAnother() {
        return picker.pick(loop, picker.pick(loop, null));
    }
}
