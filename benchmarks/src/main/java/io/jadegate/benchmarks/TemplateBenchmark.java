package io.jadegate.benchmarks;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Template;
import io.jadegate.api.filter.TemplateException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/// Renders templates of different kinds.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TemplateBenchmark {
    private final HttpExchange exchange = new OneExchange(InetAddress.getLoopbackAddress());

    @Param({
        "prod",
        "{{path}}",
        "{{client.address}} {{request.id}}",
        "{{header.accept}}",
        "{{cookie.theme}}",
        "{{query.sort}}",
    })
    public String text = "";

    private Template<HttpExchange> template = literal();

    private static Template<HttpExchange> literal() {
        try {
            return Template.parse("");
        } catch (TemplateException e) {
            throw new IllegalStateException(e);
        }
    }

    @Setup
    public void parse() throws TemplateException {
        template = Template.parse(text);
    }

    @Benchmark
    public byte[] render() {
        return template.render(exchange);
    }
}
