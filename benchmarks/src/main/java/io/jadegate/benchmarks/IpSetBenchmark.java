package io.jadegate.benchmarks;

import io.jadegate.api.config.Cidr;
import io.jadegate.api.net.IpRules;
import io.jadegate.api.net.IpSet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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

/// Looks random addresses up in many networks, and makes the set.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class IpSetBenchmark {
    private static final int ADDRESSES = 4096;

    @Param({"1", "100", "10000"})
    public int networks;

    @Param({"4", "16"})
    public int octets;

    private final InetAddress[] addresses = new InetAddress[ADDRESSES];
    private List<Cidr> cidrs = List.of();
    private IpSet set = IpSet.of(List.of());
    private IpRules rules = IpRules.of(List.of(), List.of());
    private int next;

    @Setup
    public void prepare() throws UnknownHostException {
        var random = new Random(1);
        List<Cidr> made = new ArrayList<>();
        for (int i = 0; i < networks; i++) {
            int length = octets == 4 ? 16 + random.nextInt(17) : 32 + random.nextInt(97);
            byte[] address = address(random);
            for (int bit = length; bit < octets * 8; bit++) {
                address[bit / 8] = (byte) (address[bit / 8] & ~(0x80 >>> (bit % 8)));
            }
            made.add(Cidr.parse(InetAddress.getByAddress(address).getHostAddress() + "/" + length));
        }
        for (int i = 0; i < ADDRESSES; i++) {
            addresses[i] = InetAddress.getByAddress(address(random));
        }
        cidrs = made;
        set = IpSet.of(made);
        rules = IpRules.of(List.of(), made);
    }

    private byte[] address(Random random) {
        byte[] address = new byte[octets];
        random.nextBytes(address);
        address[0] = octets == 4 ? address[0] : 0x20;
        return address;
    }

    @Benchmark
    public boolean contains() {
        return set.contains(addresses[next++ & (ADDRESSES - 1)]);
    }

    @Benchmark
    public boolean allows() {
        return rules.allows(addresses[next++ & (ADDRESSES - 1)]);
    }

    @Benchmark
    public IpSet make() {
        return IpSet.of(cidrs);
    }
}
