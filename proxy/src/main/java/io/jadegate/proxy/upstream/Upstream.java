package io.jadegate.proxy.upstream;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.EndpointConfig;
import io.jadegate.api.config.HostHeaderConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.proxyprotocol.ProxyHeader;
import io.jadegate.proxy.proxyprotocol.ProxyHeaderWriter;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A named set of endpoints as one configuration has it: balancing, permits and connections.
///
/// Immutable but for the choice among its targets, which their health changes, and for the live
/// state it shares with its predecessors and successors of the same name: [Target]s, [Capacity] and
/// [HealthChecks].
public final class Upstream {
    private final String name;
    private final UpstreamConfig config;
    private final Connector connector;
    private final @Nullable EndpointTls tls;
    private final Map<Address, Target> targets;
    private final List<LoadBalancer.Weighted> candidates;
    private final Set<Target> checkedTargets;
    private final int loops;
    private final int generation;
    private final Capacity capacity;
    private final HealthChecks checks;
    private final @Nullable Destinations destinations;
    private volatile Picker picker;
    private volatile boolean panic;

    private Upstream(
            String name,
            UpstreamConfig config,
            Connector connector,
            @Nullable EndpointTls tls,
            Map<Address, Target> targets,
            List<LoadBalancer.Weighted> candidates,
            Set<Target> checkedTargets,
            int loops,
            int generation,
            Capacity capacity,
            HealthChecks checks,
            @Nullable Destinations destinations) {
        this.name = name;
        this.config = config;
        this.connector = connector;
        this.tls = tls;
        this.targets = targets;
        this.candidates = candidates;
        this.checkedTargets = checkedTargets;
        this.loops = loops;
        this.generation = generation;
        this.capacity = capacity;
        this.checks = checks;
        this.destinations = destinations;
        Choice first = choice();
        this.picker = first.picker;
        this.panic = first.panic;
    }

    /// @param panic whether unhealthy targets are chosen for want of healthy ones
    private record Choice(Picker picker, boolean panic) {}

    /// Makes an upstream, taking over the live state of `before`, if it was there.
    ///
    /// @param tls how connections are secured; null for not at all
    public static Upstream of(
            String name,
            UpstreamConfig config,
            Loops loops,
            Connector connector,
            @Nullable EndpointTls tls,
            Meters meters,
            @Nullable Upstream before) {
        Map<Address, Target> targets = new HashMap<>();
        List<LoadBalancer.Weighted> usable = new ArrayList<>();
        List<LoadBalancer.Weighted> draining = new ArrayList<>();
        Set<Target> checked = new LinkedHashSet<>();
        for (EndpointConfig endpoint : config.endpoints()) {
            Target known = before == null ? null : before.targets.get(endpoint.address());
            Target target =
                    known != null && known.tls() == tls && known.protocol() == config.protocol()
                            ? known
                            : new Target(
                                    name,
                                    endpoint.address(),
                                    known == null
                                            ? ResolvedAddress.of(
                                                    endpoint.address(), loops.transport())
                                            : known.resolved(),
                                    config.protocol(),
                                    tls,
                                    meters.target(name, endpoint.address().toString()),
                                    loops.count());
            targets.put(endpoint.address(), target);
            if (endpoint.state() != EndpointConfig.State.DOWN) {
                checked.add(target);
            }
            switch (endpoint.state()) {
                case READY -> usable.add(new LoadBalancer.Weighted(target, endpoint.weight()));
                case DRAIN -> draining.add(new LoadBalancer.Weighted(target, endpoint.weight()));
                case DOWN -> {}
            }
        }
        return new Upstream(
                name,
                config,
                connector,
                tls,
                Map.copyOf(targets),
                // A draining endpoint is still better than none.
                List.copyOf(usable.isEmpty() ? draining : usable),
                Collections.unmodifiableSet(checked),
                loops.count(),
                before == null ? 0 : before.generation + 1,
                before == null ? new Capacity(loops.all(), config.capacity()) : before.capacity,
                before == null
                        ? new HealthChecks(
                                loops.all().get(Math.floorMod(name.hashCode(), loops.count())))
                        : before.checks,
                /* destinations= */ null);
    }

    /// Makes an upstream that leads wherever it is asked to: see [#towards]. Its targets count as
    /// one.
    ///
    /// @param config without endpoints
    public static Upstream toAnywhere(
            String name, UpstreamConfig config, Loops loops, Connector connector, Meters meters) {
        return new Upstream(
                name,
                config,
                connector,
                /* tls= */ null,
                Map.of(),
                List.of(),
                Set.of(),
                loops.count(),
                /* generation= */ 0,
                new Capacity(loops.all(), config.capacity()),
                new HealthChecks(loops.all().getFirst()),
                new Destinations(name, meters.target(name, "*"), loops.count()));
    }

    public String name() {
        return name;
    }

    public UpstreamConfig config() {
        return config;
    }

    public Iterable<Target> targets() {
        return targets.values();
    }

    public @Nullable Target target(Address address) {
        return targets.get(address);
    }

    /// The addresses of the endpoints that may be chosen, well or not, in the order of the
    /// configuration. Nobody is served without one.
    public List<String> usableEndpoints() {
        return candidates.stream().map(each -> each.target().addressText()).toList();
    }

    /// The target when there is one endpoint only; else null, for nobody knows beforehand.
    public @Nullable Target onlyTarget() {
        return targets.size() == 1 ? targets.values().iterator().next() : null;
    }

    /// What goes to a target of this upstream as Host; empty for the client's own.
    public String authority(@Nullable Target target) {
        return switch (config.hostHeader()) {
            case HostHeaderConfig.Pass() -> "";
            case HostHeaderConfig.Endpoint() ->
                    target != null && target.address() instanceof Address.Inet inet
                            ? inet.toString()
                            : "localhost";
            case HostHeaderConfig.Name(String fixed) -> fixed;
        };
    }

    /// Begins to look up the endpoints' names, and waits for the first answers.
    ///
    /// @return a warning for each name without an address
    public List<Problem> awaitNames(Duration atMost) throws InterruptedException {
        List<Problem> problems = new ArrayList<>();
        long end = System.nanoTime() + atMost.toNanos();
        targets.values().forEach(target -> target.resolved().start());
        for (int i = 0; i < config.endpoints().size(); i++) {
            Address address = config.endpoints().get(i).address();
            Target target = targets.get(address);
            long left = Math.max(0, end - System.nanoTime());
            if (target != null && !target.resolved().await(Duration.ofNanos(left))) {
                problems.add(
                        Problem.warning(
                                "upstreams." + name + ".endpoints[" + i + "]",
                                "the name in \"" + address + "\" cannot be resolved yet"));
            }
        }
        return problems;
    }

    /// The choice of an exchange, or a connection, among the addresses that it is to go to, one
    /// behind the other.
    ///
    /// @param addresses at least one
    /// @throws IllegalStateException when the upstream has endpoints of its own
    public AddressesInTurn towards(List<InetSocketAddress> addresses) {
        if (destinations == null) {
            throw new IllegalStateException(name + " leads to its endpoints only");
        }
        return new AddressesInTurn(destinations, addresses);
    }

    /// Closes the idle connections of an upstream that leads anywhere to where nobody will be led
    /// any more, and the others when their requests are over.
    public void forget(Predicate<InetSocketAddress> forbidden, Iterable<Loop> loops) {
        if (destinations != null) {
            destinations.forget(forbidden, loops);
        }
    }

    /// Prepares to ask for a stream to one of the targets; [Lease#begin()] asks. The answer comes
    /// to the borrower, at once or later, on the loop.
    ///
    /// @param except a target that has failed this request before
    /// @param patience how long a connection may take to be made
    /// @param own the borrower's own choice; null for that of the upstream
    public Lease lease(
            Loop loop,
            Lease.Borrower borrower,
            @Nullable Target except,
            Connector.Patience patience,
            @Nullable Picker own) {
        return new Lease(this, loop, borrower, except, patience, own);
    }

    /// Prepares to ask for a connection of a client's own; [ConnectionLease#begin()] asks. The
    /// answer comes to the borrower, at once or later, on the loop.
    ///
    /// @param except a target that has failed this client before
    /// @param own the borrower's own choice; null for that of the upstream
    public ConnectionLease leaseConnection(
            Loop loop,
            ConnectionLease.Terms terms,
            ConnectionLease.Borrower borrower,
            @Nullable Target except,
            @Nullable Picker own) {
        return new ConnectionLease(this, loop, terms, borrower, except, own);
    }

    /// Prepares a way for one client's datagrams; [DatagramLink#begin()] opens it.
    public DatagramLink linkDatagrams(Loop loop, DatagramLink.Receiver receiver) {
        return new DatagramLink(this, loop, receiver);
    }

    /// Whether requests that have reason to may go to a target, whatever the picker would choose.
    boolean offers(Target target) {
        return !target.retired()
                && target.condition().health() != Health.UNHEALTHY
                && candidates.stream().anyMatch(each -> each.target() == target);
    }

    /// Whether endpoints are told whom a connection is made for.
    public boolean introducesClients() {
        return config.proxyProtocol() != UpstreamConfig.ProxyProtocol.OFF;
    }

    /// The header of the PROXY protocol that a connection to an endpoint begins with.
    ///
    /// @return owned by the caller; null for none
    public @Nullable ByteBuf introduce(ProxyHeader client, ByteBufAllocator allocator) {
        return switch (config.proxyProtocol()) {
            case OFF -> null;
            case V1 -> ProxyHeaderWriter.version1(client, allocator);
            case V2 -> ProxyHeaderWriter.version2(client, allocator);
        };
    }

    /// Takes a permit for a connection, at the cost of an idle one if need be.
    boolean takeConnection(Loop loop) {
        int most = capacity.limits().connections();
        if (Capacity.take(capacity.connections(), most)) {
            return true;
        }
        return closeIdle(loop) && Capacity.take(capacity.connections(), most);
    }

    /// Idle connections on other loops may hold the permits that this one waits for.
    void makeRoomElsewhere(Loop loop) {
        boolean full = capacity.connections().get() >= capacity.limits().connections();
        if (full && capacity.idle() > 0) {
            capacity.onOtherLoops(loop, this::closeIdle);
        }
    }

    private boolean closeIdle(Loop loop) {
        if (destinations != null) {
            return destinations.closeIdle(loop);
        }
        for (Target each : targets.values()) {
            if (each.closeIdle(loop)) {
                return true;
            }
        }
        return false;
    }

    /// Whether one more retry may be under way (a share of what is in flight, and always a few).
    public boolean takeRetry(double share) {
        int most = Math.max(3, (int) (capacity.requests().get() * share));
        return Capacity.take(capacity.retries(), most);
    }

    public void giveRetryBack() {
        capacity.retries().decrementAndGet();
    }

    /// Its configuration is in force from now on.
    public void takeEffect() {
        capacity.follow(this);
        checks.follow(this);
    }

    /// This upstream, or what has become of it meanwhile: whoever had to wait, or tries again, is
    /// not sent to endpoints that are gone.
    Upstream latest() {
        Upstream now = capacity.inForce();
        return now != null && now.generation > generation ? now : this;
    }

    /// Lets go of every target that `after` does not have.
    public void retire(@Nullable Upstream after, Iterable<Loop> loops) {
        if (after == null) {
            checks.follow(null);
        }
        if (destinations != null) {
            destinations.retire(loops);
        }
        for (Target target : targets.values()) {
            Target now = after == null ? null : after.targets.get(target.address());
            if (now != target) {
                target.retire(loops);
            }
            if (now == null) {
                target.resolved().stop();
            }
        }
    }

    /// Stops look-ups and lets go of targets that `before` does not have: this upstream never
    /// served.
    public void discard(@Nullable Upstream before) {
        for (Target target : targets.values()) {
            if (before == null || !before.targets.containsKey(target.address())) {
                target.resolved().stop();
            }
        }
    }

    /// The choice over its usable targets.
    public Picker picker() {
        return picker;
    }

    /// Whether unhealthy targets are chosen because fewer than half of all are healthy.
    public boolean panic() {
        return panic;
    }

    /// Those whose health is of interest: all that are not down.
    Set<Target> checkedTargets() {
        return checkedTargets;
    }

    /// Makes another picker after the health of a target has changed. For one thread at a time.
    ///
    /// @return whether unhealthy targets are chosen
    boolean choose() {
        Choice now = choice();
        picker = now.picker;
        panic = now.panic;
        return now.panic;
    }

    /// Only healthy targets, unless they are fewer than half: then what little is left would break
    /// down too. Until the first checks have passed that is no cause for alarm.
    private Choice choice() {
        List<LoadBalancer.Weighted> healthy =
                candidates.stream().filter(each -> is(each, Health.HEALTHY)).toList();
        if (config.health() == null || healthy.size() * 2 >= candidates.size()) {
            List<LoadBalancer.Weighted> chosen = config.health() == null ? candidates : healthy;
            return new Choice(LoadBalancer.picker(config.loadBalancer(), chosen, loops), false);
        }
        return new Choice(
                LoadBalancer.picker(config.loadBalancer(), candidates, loops),
                candidates.stream().anyMatch(each -> is(each, Health.UNHEALTHY)));
    }

    private static boolean is(LoadBalancer.Weighted each, Health health) {
        return each.target().condition().health() == health;
    }

    Capacity capacity() {
        return capacity;
    }

    public Connector connector() {
        return connector;
    }

    public @Nullable EndpointTls tls() {
        return tls;
    }
}
