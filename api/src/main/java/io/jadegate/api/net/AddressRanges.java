package io.jadegate.api.net;

import io.jadegate.api.config.Cidr;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The address space cut into ranges, each with the label of the longest network that holds it.
///
/// Networks nest or are apart, never overlap by half. So one pass over them in order, with a stack
/// of those still open, flattens them into neighbouring ranges: a lookup need not look for the
/// longest match any more, only for the last range that begins at or before the address. That is a
/// binary search over one flat array, which beats walking a tree whose every step is a cache miss.
///
/// An address is 128 bits; IPv4 stands in the upper 32, in arrays of its own. Starts are stored
/// with the highest bit flipped, so that signed comparison orders them.
final class AddressRanges {
    private final Family v4;
    private final Family v6;

    private AddressRanges(Family v4, Family v6) {
        this.v4 = v4;
        this.v6 = v6;
    }

    /// The label of an address of 4 or 16 octets.
    int labelOf(byte[] address) {
        if (address.length == 4) {
            return v4.labelOf(word(address, 0) << 32, 0);
        }
        long high = word(address, 0) << 32 | word(address, 4);
        long low = word(address, 8) << 32 | word(address, 12);
        if (high == 0 && low >>> 32 == 0xffff) {
            return v4.labelOf(low << 32, 0);
        }
        return v6.labelOf(high, low);
    }

    private static long word(byte[] bytes, int at) {
        return (bytes[at] & 0xffL) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }

    /// The ranges of one address family, ordered by where they begin; the first begins at zero.
    private record Family(long[] high, long[] low, byte[] labels) {
        int labelOf(long addressHigh, long addressLow) {
            long h = addressHigh ^ Long.MIN_VALUE;
            long l = addressLow ^ Long.MIN_VALUE;
            int from = 0;
            int to = labels.length;
            while (to - from > 1) {
                int middle = (from + to) >>> 1;
                if (high[middle] < h || (high[middle] == h && low[middle] <= l)) {
                    from = middle;
                } else {
                    to = middle;
                }
            }
            return labels[from];
        }
    }

    static final class Builder {
        private static final Comparator<Network> ORDER =
                Comparator.comparing(Network::first)
                        .thenComparingInt(Network::length)
                        .thenComparingInt(Network::label);

        private final int outside;
        private final List<Network> v4 = new ArrayList<>();
        private final List<Network> v6 = new ArrayList<>();

        /// @param outside the label of addresses that no network holds
        Builder(int outside) {
            this.outside = outside;
        }

        /// @param label 0 to 127; the higher one wins where a network is added twice
        void add(Cidr cidr, int label) {
            if (cidr.v6()) {
                v6.add(new Network(new Bits(cidr.high(), cidr.low()), cidr.length(), label));
            } else {
                v4.add(new Network(new Bits(cidr.low() << 32, 0), cidr.length(), label));
            }
        }

        AddressRanges build() {
            return new AddressRanges(flatten(v4), flatten(v6));
        }

        private Family flatten(List<Network> networks) {
            networks.sort(ORDER);
            var boundaries = new Boundaries(networks.size() * 2 + 1);
            boundaries.begin(Bits.ZERO, outside);
            Deque<Network> open = new ArrayDeque<>();
            for (Network network : networks) {
                close(open, network.first(), boundaries);
                boundaries.begin(network.first(), network.label());
                open.push(network);
            }
            close(open, null, boundaries);
            return boundaries.family();
        }

        /// Ends the open networks that do not reach `next`, or all of them when it is null.
        private void close(Deque<Network> open, @Nullable Bits next, Boundaries boundaries) {
            while (!open.isEmpty()) {
                Bits last = open.getFirst().last();
                if (next != null && next.compareTo(last) <= 0) {
                    return;
                }
                open.pop();
                if (!last.equals(Bits.MAX)) {
                    Network around = open.peek();
                    boundaries.begin(last.next(), around == null ? outside : around.label());
                }
            }
        }
    }

    private record Network(Bits first, int length, int label) {
        /// The last address; that of an IPv4 network has all bits behind its 32 set.
        Bits last() {
            long highHosts = length >= 64 ? 0 : -1L >>> length;
            long lowHosts = length <= 64 ? -1L : length == 128 ? 0 : -1L >>> (length - 64);
            return new Bits(first.high | highHosts, first.low | lowHosts);
        }
    }

    /// 128 bits, unsigned.
    private record Bits(long high, long low) implements Comparable<Bits> {
        static final Bits ZERO = new Bits(0, 0);
        static final Bits MAX = new Bits(-1, -1);

        Bits next() {
            return new Bits(low == -1 ? high + 1 : high, low + 1);
        }

        @Override
        public int compareTo(Bits other) {
            int byHigh = Long.compareUnsigned(high, other.high);
            return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
        }
    }

    /// Where ranges begin, in growing order; a second beginning at the same place replaces the
    /// first.
    private static final class Boundaries {
        private final long[] high;
        private final long[] low;
        private final byte[] labels;
        private int size;

        Boundaries(int capacity) {
            high = new long[capacity];
            low = new long[capacity];
            labels = new byte[capacity];
        }

        void begin(Bits at, int label) {
            long h = at.high ^ Long.MIN_VALUE;
            long l = at.low ^ Long.MIN_VALUE;
            if (size > 0 && high[size - 1] == h && low[size - 1] == l) {
                size--;
            }
            if (size > 0 && labels[size - 1] == label) {
                return;
            }
            high[size] = h;
            low[size] = l;
            labels[size++] = (byte) label;
        }

        Family family() {
            return new Family(
                    Arrays.copyOf(high, size),
                    Arrays.copyOf(low, size),
                    Arrays.copyOf(labels, size));
        }
    }
}
