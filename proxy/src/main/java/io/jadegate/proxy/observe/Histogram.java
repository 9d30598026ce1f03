package io.jadegate.proxy.observe;

import io.jadegate.api.plane.Telemetry.Distribution;

/// How long things took, in ranges that grow with the value: each doubling is cut into four equal
/// parts, so a quantile read from it is at most an eighth off. Moved by one event loop, read by any
/// thread.
///
/// Time is counted in 1/1024 of a millisecond: so the doublings meet one millisecond exactly, and
/// the bounds that are shown are round numbers. Values up to 131 s are told apart; longer ones meet
/// in the last range. The ranges are longs, for an int would wrap within a day at full speed.
///
/// Its counters are part of a tally, among those of others: in a large table each route's are far
/// from the caches, and each place of their own would be one more wait for memory.
final class Histogram {
    private static final int PARTS_BITS = 2;
    private static final int PARTS = 1 << PARTS_BITS;
    private static final int UNITS_PER_MILLI = 1024;

    /// The doubling that begins at 65.536 s, in units 2^26.
    private static final int TOP_DOUBLING = 26;

    private static final int RANGES = (TOP_DOUBLING - PARTS_BITS + 2) * PARTS;
    private static final int ABOVE = RANGES;

    /// How many slots the ranges take in a tally.
    static final int SLOTS = RANGES + 1;

    /// The doublings from 0.0625 ms = 2^6 units on are shown.
    private static final int FIRST_SHOWN = 6;

    private final int sumSlot;
    private final int firstSlot;
    private final int stride;

    /// @param sumSlot where the sum of all values is
    /// @param firstSlot where the first of [#SLOTS] slots for the ranges is
    /// @param stride how many slots the next is away: more than 1 where histograms of like values
    ///   share a stretch, and so mostly the place in memory that each moves
    Histogram(int sumSlot, int firstSlot, int stride) {
        this.sumSlot = sumSlot;
        this.firstSlot = firstSlot;
        this.stride = stride;
    }

    /// @param nanos 0 or more
    void record(Tally tally, long nanos) {
        tally.increment(slot(range(nanos)));
        tally.add(sumSlot, nanos);
    }

    private int slot(int range) {
        return firstSlot + range * stride;
    }

    /// The range of a value. Bounds belong to the range below them.
    static int range(long nanos) {
        // Beyond that the multiplication could overflow; it is far above the top anyway.
        if (nanos >= 1L << 40) {
            return ABOVE;
        }
        int units = (int) ((nanos * UNITS_PER_MILLI - 1) / 1_000_000);
        if (units < PARTS) {
            return units;
        }
        int doubling = 31 - Integer.numberOfLeadingZeros(units);
        if (doubling > TOP_DOUBLING) {
            return ABOVE;
        }
        int part = (units >>> (doubling - PARTS_BITS)) & (PARTS - 1);
        return (doubling - PARTS_BITS + 1) * PARTS + part;
    }

    /// The sum of several histograms, with a bound in seconds at each doubling.
    static final class Summed {
        private static final int SHOWN = TOP_DOUBLING + 1 - FIRST_SHOWN + 1;

        private final long[] counts = new long[SHOWN + 1];
        private long nanos;

        void add(Histogram histogram, Tally tally) {
            for (int range = 0; range < RANGES; range++) {
                counts[shown(range)] += tally.read(histogram.slot(range));
            }
            counts[SHOWN] += tally.read(histogram.slot(ABOVE));
            nanos += tally.read(histogram.sumSlot);
        }

        /// The first four ranges are single units, then come four to each doubling.
        private static int shown(int range) {
            int doubling = range / PARTS - 1 + PARTS_BITS;
            return Math.max(0, doubling + 1 - FIRST_SHOWN);
        }

        Distribution distribution() {
            return new Distribution(bounds(), counts.clone(), nanos / 1e9);
        }

        private static double[] bounds() {
            var bounds = new double[SHOWN];
            for (int i = 0; i < SHOWN; i++) {
                bounds[i] = (1L << (FIRST_SHOWN + i)) / (UNITS_PER_MILLI * 1e3);
            }
            return bounds;
        }
    }
}
