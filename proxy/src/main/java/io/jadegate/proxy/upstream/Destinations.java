package io.jadegate.proxy.upstream;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.observe.TargetCounts;
import io.jadegate.proxy.stream.Loop;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// The targets of an upstream whose endpoints no configuration names: each address becomes one when
/// it is first asked for, and is forgotten some time after nobody has a connection to it.
///
/// Every loop has its own, so that what one forgets no other is about to use. Each loop's part only
/// for its thread.
final class Destinations {
    /// So many that are out of use may be kept beside as many as are in use.
    private static final int SPARE = 32;

    private final String upstream;
    private final PerLoop<TargetCounts> counts;
    private final List<OfLoop> loops;

    private static final class OfLoop {
        final Map<InetSocketAddress, Target> targets = new HashMap<>();
        int sweepAt = SPARE;
    }

    /// @param counts what is counted of all of them
    Destinations(String upstream, PerLoop<TargetCounts> counts, int loops) {
        this.upstream = upstream;
        this.counts = counts;
        this.loops = IntStream.range(0, loops).mapToObj(_ -> new OfLoop()).toList();
    }

    /// The target at an address.
    Target at(Loop loop, InetSocketAddress address) {
        OfLoop own = loops.get(loop.index());
        Target known = own.targets.get(address);
        if (known != null) {
            return known;
        }
        if (own.targets.size() >= own.sweepAt) {
            own.targets.values().removeIf(Destinations::isUnused);
            own.sweepAt = own.targets.size() * 2 + SPARE;
        }
        Target made =
                new Target(
                        upstream,
                        new Address.Inet(
                                NetUtil.toAddressString(address.getAddress()), address.getPort()),
                        ResolvedAddress.at(address),
                        UpstreamConfig.Protocol.HTTP1,
                        /* tls= */ null,
                        counts,
                        loops.size());
        own.targets.put(address, made);
        return made;
    }

    private static boolean isUnused(Target target) {
        return target.connections() == 0 && target.inFlight() == 0;
    }

    /// How many targets a loop knows.
    int size(Loop loop) {
        return loops.get(loop.index()).targets.size();
    }

    /// Closes a connection that serves nobody, and says whether there was one.
    boolean closeIdle(Loop loop) {
        for (Target target : loops.get(loop.index()).targets.values()) {
            if (target.closeIdle(loop)) {
                return true;
            }
        }
        return false;
    }

    /// Lets go of those to which nobody will be led any more.
    void forget(Predicate<InetSocketAddress> forbidden, Iterable<Loop> all) {
        for (Loop loop : all) {
            loop.eventLoop()
                    .execute(() ->
                            loops.get(loop.index())
                                    .targets
                                    .entrySet()
                                    .removeIf(entry -> {
                                        boolean gone = forbidden.test(entry.getKey());
                                        if (gone) {
                                            entry.getValue().retire(List.of(loop));
                                        }
                                        return gone;
                                    }));
        }
    }

    /// Lets go of all of them.
    void retire(Iterable<Loop> all) {
        for (Loop loop : all) {
            loop.eventLoop()
                    .execute(() -> {
                        for (Target target : loops.get(loop.index()).targets.values()) {
                            target.retire(List.of(loop));
                        }
                    });
        }
    }
}
