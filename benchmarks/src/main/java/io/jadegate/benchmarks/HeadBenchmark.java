package io.jadegate.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Octets;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.http1.HeadReader;
import io.jadegate.proxy.http1.HeadWriter;
import io.jadegate.proxy.stream.HeadLimits;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.OutgoingRequest;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to scan a request head, framing included, and to write it for an endpoint.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HeadBenchmark {
    private static final HeadLimits LIMITS = new HeadLimits(32 * 1024, 100, 8 * 1024);

    /// Whose request it is.
    public enum Sender {
        /// What a load generator sends.
        PROGRAM(
                """
                GET /128 HTTP/1.1
                Host: 127.0.0.1:8080

                """),
        BROWSER(
                """
                GET /orders/1234567/items?page=2&sort=price HTTP/1.1
                Host: shop.example.com
                User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
                Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
                Accept-Language: en-US,en;q=0.5
                Accept-Encoding: gzip, deflate, br, zstd
                Referer: https://shop.example.com/orders
                Connection: keep-alive
                Cookie: sid=0123456789abcdef0123456789abcdef; theme=dark; consent=all
                Sec-Fetch-Dest: document
                Sec-Fetch-Mode: navigate
                Sec-Fetch-Site: same-origin

                """);

        private final byte[] octets;

        Sender(String head) {
            octets = head.replace("\n", "\r\n").getBytes(ISO_8859_1);
        }
    }

    @Param private Sender sender = Sender.PROGRAM;

    private final RequestHead head = new RequestHead();
    private final RequestHead scanned = new RequestHead();
    private final OutgoingRequest outgoing = new OutgoingRequest();
    private final HeaderFields.Selection selection =
            HeaderFields.Selection.allBut(FieldName.HOST, FieldName.CONNECTION);
    private final Octets out = new Octets(4096);

    @Setup(Level.Trial)
    public void prepare() {
        HeadReader.read(sender.octets, scanned, LIMITS);
    }

    @Benchmark
    public HeadReader.Result scan() {
        head.clear(4096);
        return HeadReader.read(sender.octets, head, LIMITS);
    }

    @Benchmark
    public Octets write() {
        out.clear(4096);
        outgoing.begin(scanned, selection, "", HttpStream.NO_BODY);
        outgoing.extra().add(FieldName.X_FORWARDED_FOR, "198.51.100.7");
        HeadWriter.request(out, outgoing);
        return out;
    }
}
