package io.jadegate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.plane.Telemetry.Distribution;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
    @Test
    void boundsAreRoundAndDouble() {
        assertThat(distribution().upperBounds())
                .startsWith(0.0000625, 0.000125, 0.00025, 0.0005, 0.001, 0.002)
                .endsWith(65.536, 131.072)
                .hasSize(22);
    }

    @Test
    void everyValueLiesInTheRangeItBelongsTo() {
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            long nanos = (long) Math.pow(2, random.nextDouble() * 41);
            Distribution distribution = distribution(nanos);
            double[] bounds = distribution.upperBounds();
            int expected = 0;
            while (expected < bounds.length && nanos / 1e9 > bounds[expected]) {
                expected++;
            }
            assertThat(Arrays.stream(distribution.counts()).sum()).isEqualTo(1);
            assertThat(distribution.counts()[expected]).isEqualTo(1);
        }
    }

    @Test
    void aBoundBelongsToTheRangeBelow() {
        assertThat(distribution(1_000_000).counts()[4]).isEqualTo(1);
        assertThat(distribution(1_000_001).counts()[5]).isEqualTo(1);
        assertThat(distribution(131_072_000_000L).counts()[21]).isEqualTo(1);
        assertThat(distribution(131_072_000_001L).counts()[22]).isEqualTo(1);
    }

    @Test
    void rangesNeverGoBackwards() {
        int before = 0;
        for (long nanos = 0; nanos < 1L << 41; nanos += 1 + nanos / 64) {
            int range = Histogram.range(nanos);
            assertThat(range).isBetween(before, before + 1);
            before = range;
        }
    }

    @Test
    void extremesAreCounted() {
        Distribution distribution = distribution(0, Long.MAX_VALUE / 2);
        assertThat(distribution.counts()[0]).isEqualTo(1);
        assertThat(distribution.counts()[22]).isEqualTo(1);
    }

    @Test
    void sumsAreSeconds() {
        assertThat(distribution(1_500_000_000, 500_000_000).sum()).isEqualTo(2.0);
    }

    private static Distribution distribution(long... nanos) {
        var tally = new Tally(1 + Histogram.SLOTS);
        var histogram = new Histogram(/* sumSlot= */ 0, /* firstSlot= */ 1, 1);
        for (long each : nanos) {
            histogram.record(tally, each);
        }
        var sum = new Histogram.Summed();
        sum.add(histogram, tally);
        return sum.distribution();
    }
}
