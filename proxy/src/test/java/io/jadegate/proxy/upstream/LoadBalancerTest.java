package io.jadegate.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.LoadBalancerConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Transport;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoadBalancerTest {
    private static final int DRAWS = 60_000;

    private final Loop loop = new Loop(0, new EmbeddedChannel().eventLoop());
    private final Meters meters = new Meters(1);

    private List<LoadBalancer.Weighted> targets(int... weights) {
        List<LoadBalancer.Weighted> targets = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            Address address = Address.parse("127.0.0.1:" + (1000 + i));
            Target target =
                    new Target(
                            "u",
                            address,
                            ResolvedAddress.of(address, Transport.NIO),
                            UpstreamConfig.Protocol.HTTP1,
                            /* tls= */ null,
                            meters.target("u", address.toString()),
                            1);
            targets.add(new LoadBalancer.Weighted(target, weights[i]));
        }
        return targets;
    }

    /// How often each target is chosen, in parts of one.
    private Map<Target, Double> shares(Picker picker, @Nullable Target except) {
        Map<Target, Double> shares = new LinkedHashMap<>();
        for (int i = 0; i < DRAWS; i++) {
            Target chosen = picker.pick(loop, except);
            assertThat(chosen).isNotNull();
            shares.merge(chosen, 1.0 / DRAWS, Double::sum);
        }
        return shares;
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUEST", "ROUND_ROBIN", "WEIGHTED_ROUND_ROBIN", "RANDOM"})
    void spreadsEvenlyOverEqualTargets(LoadBalancerConfig algorithm) {
        List<LoadBalancer.Weighted> targets = targets(1, 1, 1, 1);
        Picker picker = LoadBalancer.picker(algorithm, targets, 1);

        Map<Target, Double> shares = shares(picker, null);

        assertThat(shares).hasSize(4);
        assertThat(shares.values())
                .allSatisfy(share -> assertThat(share).isEqualTo(0.25, within(0.02)));
    }

    @ParameterizedTest
    @EnumSource(names = {"WEIGHTED_ROUND_ROBIN", "RANDOM"})
    void spreadsByWeight(LoadBalancerConfig algorithm) {
        List<LoadBalancer.Weighted> targets = targets(5, 3, 2);
        Picker picker = LoadBalancer.picker(algorithm, targets, 1);

        Map<Target, Double> shares = shares(picker, null);

        for (LoadBalancer.Weighted each : targets) {
            assertThat(shares.get(each.target())).isEqualTo(each.weight() / 10.0, within(0.02));
        }
    }

    @Test
    void heavyTargetsAreSpreadOutRatherThanChosenInARow() {
        List<LoadBalancer.Weighted> targets = targets(5, 1, 1);
        Picker picker = LoadBalancer.picker(LoadBalancerConfig.WEIGHTED_ROUND_ROBIN, targets, 1);
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < 14; i++) {
            Target chosen = picker.pick(loop, null);
            for (int t = 0; t < 3; t++) {
                if (targets.get(t).target() == chosen) {
                    order.append("abc".charAt(t));
                }
            }
        }

        assertThat(order.toString()).isEqualTo("aabacaaaabacaa");
    }

    @Test
    void theLessBusyOfTwoIsChosenByWeight() {
        List<LoadBalancer.Weighted> targets = targets(1, 3);
        Target light = targets.get(0).target();
        Target heavy = targets.get(1).target();
        Picker picker = LoadBalancer.picker(LoadBalancerConfig.LEAST_REQUEST, targets, 1);

        heavy.inFlightCounter().set(1);
        assertThat(picker.pick(loop, null)).isSameAs(heavy);
        heavy.inFlightCounter().set(3);
        assertThat(picker.pick(loop, null)).isSameAs(light);
    }

    @Test
    void aBusyTargetGetsNextToNothingAmongIdleOnes() {
        List<LoadBalancer.Weighted> targets = targets(1, 1, 1, 1);
        Target busy = targets.getFirst().target();
        busy.inFlightCounter().set(100);
        Picker picker = LoadBalancer.picker(LoadBalancerConfig.LEAST_REQUEST, targets, 1);

        assertThat(shares(picker, null)).doesNotContainKey(busy);
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUEST", "ROUND_ROBIN", "WEIGHTED_ROUND_ROBIN", "RANDOM"})
    void avoidsATargetThatHasFailedWhileThereIsAnother(LoadBalancerConfig algorithm) {
        for (int count = 2; count <= 4; count++) {
            int[] weights = new int[count];
            Arrays.fill(weights, 1);
            List<LoadBalancer.Weighted> targets = targets(weights);
            Target failed = targets.getFirst().target();
            Picker picker = LoadBalancer.picker(algorithm, targets, 1);

            Map<Target, Double> shares = shares(picker, failed);

            assertThat(shares).hasSize(count - 1).doesNotContainKey(failed);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUEST", "ROUND_ROBIN", "WEIGHTED_ROUND_ROBIN", "RANDOM"})
    void choosesTheOnlyTargetEvenThoughItHasFailed(LoadBalancerConfig algorithm) {
        List<LoadBalancer.Weighted> targets = targets(1);
        Target only = targets.getFirst().target();
        Picker picker = LoadBalancer.picker(algorithm, targets, 1);

        assertThat(picker.pick(loop, only)).isSameAs(only);
    }

    @Test
    void choosesNothingWhereThereIsNothing() {
        Picker picker = LoadBalancer.picker(LoadBalancerConfig.LEAST_REQUEST, List.of(), 1);

        assertThat(picker.pick(loop, null)).isNull();
    }
}
