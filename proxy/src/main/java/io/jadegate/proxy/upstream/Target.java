package io.jadegate.proxy.upstream;

import io.jadegate.api.config.Address;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.observe.TargetCounts;
import io.jadegate.proxy.stream.Loop;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The live state of one endpoint: what is in flight and which connections stand idle.
///
/// It outlives pickers and configurations: a new configuration that still names the endpoint finds
/// its connections open. Counters are shared by all loops; idle lists belong to one loop each.
public final class Target {
    private final String upstream;
    private final Address address;
    private final String addressText;
    private final ResolvedAddress resolved;
    private final @Nullable EndpointTls tls;
    private final PerLoop<TargetCounts> counts;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final IdleConnections[] idleByLoop;
    private volatile boolean retired;

    Target(
            String upstream,
            Address address,
            ResolvedAddress resolved,
            @Nullable EndpointTls tls,
            PerLoop<TargetCounts> counts,
            int loops) {
        this.upstream = upstream;
        this.address = address;
        this.addressText = address.toString();
        this.counts = counts;
        this.resolved = resolved;
        this.tls = tls;
        idleByLoop = new IdleConnections[loops];
        for (int i = 0; i < loops; i++) {
            idleByLoop[i] = new IdleConnections();
        }
    }

    /// The name of the upstream it belongs to.
    public String upstream() {
        return upstream;
    }

    public Address address() {
        return address;
    }

    /// The address as it is configured.
    public String addressText() {
        return addressText;
    }

    /// What `loop` counts of this target.
    public TargetCounts counts(Loop loop) {
        return counts.on(loop.index());
    }

    /// How its connections are secured; null for not at all. A target that is secured in another
    /// way is another target, so that nobody gets a connection that was made for other eyes.
    @Nullable EndpointTls tls() {
        return tls;
    }

    ResolvedAddress resolved() {
        return resolved;
    }

    /// Requests that have this target and no finished answer.
    public int inFlight() {
        return inFlight.get();
    }

    /// Open connections, idle ones included.
    public int connections() {
        return connections.get();
    }

    /// Open connections that serve no request, as far as the two counters agree at the moment.
    public int idle() {
        return Math.max(0, connections.get() - inFlight.get());
    }

    AtomicInteger inFlightCounter() {
        return inFlight;
    }

    AtomicInteger connectionCounter() {
        return connections;
    }

    IdleConnections idleOn(Loop loop) {
        return idleByLoop[loop.index()];
    }

    /// Whether no configuration names the endpoint any more.
    public boolean retired() {
        return retired;
    }

    /// Lets go of the endpoint: idle connections close, those in use when they are released.
    void retire(Iterable<Loop> loops) {
        retired = true;
        for (Loop loop : loops) {
            loop.eventLoop().execute(() -> idleOn(loop).closeAll());
        }
    }

    @Override
    public String toString() {
        return upstream + "/" + addressText;
    }
}
