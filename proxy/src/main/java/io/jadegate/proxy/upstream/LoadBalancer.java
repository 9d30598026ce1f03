package io.jadegate.proxy.upstream;

import io.jadegate.api.config.LoadBalancerConfig;
import io.jadegate.proxy.stream.Loop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes pickers.
final class LoadBalancer {
    private LoadBalancer() {}

    /// A target with its weight in the configuration at hand.
    record Weighted(Target target, int weight) {}

    /// A picker over `targets` by the algorithm that the configuration names.
    ///
    /// @param loops the number of event loops
    static Picker picker(LoadBalancerConfig algorithm, List<Weighted> targets, int loops) {
        if (targets.isEmpty()) {
            return (_, _) -> null;
        }
        if (targets.size() == 1) {
            Target only = targets.getFirst().target();
            return (_, _) -> only;
        }
        return switch (algorithm) {
            case LEAST_REQUEST -> new LeastRequest(targets);
            case ROUND_ROBIN -> new RoundRobin(targets, loops);
            case WEIGHTED_ROUND_ROBIN -> new SmoothWeighted(targets, loops);
            case RANDOM -> new WeightedRandom(targets);
            case PEAK_EWMA, RING_HASH, MAGLEV ->
                    throw new IllegalStateException(algorithm + " is not in this version");
        };
    }

    private static Target[] targets(List<Weighted> weighted) {
        return weighted.stream().map(Weighted::target).toArray(Target[]::new);
    }

    /// Two at random, and of these the one with less in flight for its weight ("power of two
    /// choices").
    private static final class LeastRequest implements Picker {
        private final Target[] targets;
        private final int[] weights;

        LeastRequest(List<Weighted> weighted) {
            targets = targets(weighted);
            weights = weighted.stream().mapToInt(Weighted::weight).toArray();
        }

        @Override
        public Target pick(Loop loop, @Nullable Target except) {
            int count = targets.length;
            int first = loop.random().nextInt(count);
            int second = loop.random().nextInt(count - 1);
            if (second >= first) {
                second++;
            }
            if (targets[first] == except) {
                return targets[second];
            }
            if (targets[second] == except) {
                return targets[first];
            }
            long firstCost = (targets[first].inFlight() + 1L) * weights[second];
            long secondCost = (targets[second].inFlight() + 1L) * weights[first];
            return firstCost <= secondCost ? targets[first] : targets[second];
        }
    }

    /// One after another, each loop in its own turn.
    private static final class RoundRobin implements Picker {
        private final Target[] targets;
        private final int[] turns;

        RoundRobin(List<Weighted> weighted, int loops) {
            targets = targets(weighted);
            turns = new int[loops];
            for (int i = 0; i < loops; i++) {
                turns[i] = i;
            }
        }

        @Override
        public Target pick(Loop loop, @Nullable Target except) {
            Target target = next(loop.index());
            return target == except ? next(loop.index()) : target;
        }

        private Target next(int loop) {
            int turn = turns[loop];
            turns[loop] = turn + 1 == targets.length ? 0 : turn + 1;
            return targets[turn % targets.length];
        }
    }

    /// Smooth weighted round-robin: each turn everybody gains its weight, the richest is chosen and
    /// pays the sum. Heavy targets are spread out rather than chosen in a row. Each loop in its own
    /// turn.
    private static final class SmoothWeighted implements Picker {
        private final Target[] targets;
        private final int[] weights;
        private final long[][] current;
        private final long total;

        SmoothWeighted(List<Weighted> weighted, int loops) {
            targets = targets(weighted);
            weights = weighted.stream().mapToInt(Weighted::weight).toArray();
            total = weighted.stream().mapToLong(Weighted::weight).sum();
            current = new long[loops][targets.length];
        }

        @Override
        public Target pick(Loop loop, @Nullable Target except) {
            long[] mine = current[loop.index()];
            int best = -1;
            for (int i = 0; i < mine.length; i++) {
                mine[i] += weights[i];
                if (targets[i] != except && (best < 0 || mine[i] > mine[best])) {
                    best = i;
                }
            }
            mine[best] -= total;
            return targets[best];
        }
    }

    /// At random, in proportion to the weights.
    private static final class WeightedRandom implements Picker {
        private final Target[] targets;
        private final long[] upTo;

        WeightedRandom(List<Weighted> weighted) {
            targets = targets(weighted);
            upTo = new long[targets.length];
            long sum = 0;
            for (int i = 0; i < upTo.length; i++) {
                sum += weighted.get(i).weight();
                upTo[i] = sum;
            }
        }

        @Override
        public Target pick(Loop loop, @Nullable Target except) {
            int chosen = draw(loop);
            // A few draws keep the proportions among the others; then any other will do.
            for (int i = 0; targets[chosen] == except && i < 3; i++) {
                chosen = draw(loop);
            }
            return targets[chosen] == except
                    ? targets[(chosen + 1) % targets.length]
                    : targets[chosen];
        }

        private int draw(Loop loop) {
            long point = loop.random().nextLong(upTo[upTo.length - 1]);
            int low = 0;
            int high = upTo.length - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (point < upTo[middle]) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        }
    }
}
