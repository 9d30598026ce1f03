package io.jadegate.benchmarks;

import io.jadegate.api.config.ByteSize;
import io.jadegate.api.config.Cidr;
import io.jadegate.api.config.ClientAddressConfig;
import io.jadegate.api.config.Config;
import io.jadegate.api.config.CorsConfig;
import io.jadegate.api.config.DefaultsConfig;
import io.jadegate.api.config.ErrorsConfig;
import io.jadegate.api.config.LimitsConfig;
import io.jadegate.api.config.TimeoutsConfig;
import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.filters.cors.CorsProvider;
import io.jadegate.filters.headers.HeaderSettings;
import io.jadegate.filters.headers.RequestHeadersProvider;
import io.jadegate.filters.headers.ResponseHeadersProvider;
import io.jadegate.filters.ip.IpFilterProvider;
import io.jadegate.filters.ip.IpFilterSettings;
import io.jadegate.filters.path.RewritePathProvider;
import io.jadegate.filters.path.RewritePathSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Asks each filter about a browser's request, the copy of an edited head included.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FilterBenchmark {
    private final OneExchange exchange;
    private final ResponseHead answer = new ResponseHead();
    private final ResponseHead head = new ResponseHead();
    private final HttpFilter requestHeaders;
    private final HttpFilter responseHeaders;
    private final HttpFilter stripPrefix;
    private final HttpFilter regex;
    private final HttpFilter ip;
    private final HttpFilter cors;

    public FilterBenchmark() {
        try {
            exchange = new OneExchange(InetAddress.getByName("198.51.100.7"));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
        answer.fields().add(FieldName.DATE, "Sun, 22 Nov 2026 22:00:00 GMT");
        answer.fields().add(FieldName.SERVER, "upstream/1.0");
        answer.fields().add(FieldName.CONTENT_TYPE, "application/json");
        answer.fields().add(FieldName.CONTENT_LENGTH, "128");
        requestHeaders =
                filter(
                        new RequestHeadersProvider(),
                        new HeaderSettings(
                                Map.of("x-env", "prod"),
                                Map.of("x-client", "{{client.address}}"),
                                List.of("x-debug")));
        responseHeaders =
                filter(
                        new ResponseHeadersProvider(),
                        new HeaderSettings(Map.of(), Map.of(), List.of("server", "x-powered-by")));
        stripPrefix =
                filter(
                        new RewritePathProvider(),
                        new RewritePathSettings(null, null, null, null, true, null));
        regex =
                filter(
                        new RewritePathProvider(),
                        new RewritePathSettings(
                                null, null, "^/orders/([0-9]+)", "/o/$1", false, null));
        ip =
                filter(
                        new IpFilterProvider(),
                        new IpFilterSettings(
                                List.of(), List.of(), List.of(Cidr.parse("203.0.113.0/24"))));
        cors =
                filter(
                        new CorsProvider(),
                        new CorsConfig(
                                List.of("https://shop.example.com"),
                                List.of("GET"),
                                List.of(),
                                List.of(),
                                true,
                                null));
    }

    private static <S extends Record> HttpFilter filter(
            HttpFilterProvider<S> provider, S settings) {
        try {
            return provider.create(settings, new FilterContext(config()));
        } catch (SettingsException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /// No section has anything in it; every limit is off.
    private static Config config() {
        Duration off = Duration.ZERO;
        var timeouts =
                new TimeoutsConfig(off, off, off, off, off, off, off, 1, off, off, off, off, off);
        var client =
                new ClientAddressConfig(List.of(), 0, ClientAddressConfig.Header.X_FORWARDED_FOR);
        var unlimited = ByteSize.UNLIMITED;
        var limits = new LimitsConfig(unlimited, 100, unlimited, unlimited);
        var defaults =
                new DefaultsConfig(
                        List.of(), timeouts, client, limits, new ErrorsConfig.ProblemJson());
        return new Config(
                defaults, Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(),
                Map.of(), Map.of(), Map.of(), null);
    }

    @Benchmark
    public Decision requestHeaders() {
        return requestHeaders.decide(exchange.begin());
    }

    @Benchmark
    public ResponseHead responseHeaders() {
        head.copyFrom(answer);
        responseHeaders.response(exchange, head);
        return head;
    }

    @Benchmark
    public Decision stripPrefix() {
        return stripPrefix.decide(exchange.begin());
    }

    @Benchmark
    public Decision regex() {
        return regex.decide(exchange.begin());
    }

    @Benchmark
    public Decision ip() {
        return ip.decide(exchange);
    }

    @Benchmark
    public ResponseHead cors() {
        head.copyFrom(answer);
        cors.response(exchange, head);
        return head;
    }

    /// What every filter above costs together, copied once.
    @Benchmark
    public Decision chain() {
        exchange.begin();
        ip.decide(exchange);
        requestHeaders.decide(exchange);
        return stripPrefix.decide(exchange);
    }
}
