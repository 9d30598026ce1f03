package io.jadegate.proxy.upstream;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.observe.TargetCounts;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Loop;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The live state of one endpoint: what is in flight and which connections stand idle.
///
/// It outlives pickers and configurations: a new configuration that still names the endpoint finds
/// its connections open. Counters are shared by all loops; idle lists belong to one loop each.
public final class Target {
    /// How long an endpoint that wants to be asked by HTTP/1.1 is asked by nothing else.
    private static final long HTTP1_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final String upstream;
    private final Address address;
    private final String addressText;
    private final ResolvedAddress resolved;
    private final UpstreamConfig.Protocol protocol;
    private final @Nullable EndpointTls tls;
    private final PerLoop<TargetCounts> counts;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger sharing = new AtomicInteger();
    private final Pools[] poolsByLoop;
    private volatile boolean speaksHttp1;
    private volatile boolean http1Required;
    private volatile long http1UntilNanos;
    private volatile Condition condition = Condition.UNCHECKED;
    private volatile boolean retired;

    Target(
            String upstream,
            Address address,
            ResolvedAddress resolved,
            UpstreamConfig.Protocol protocol,
            @Nullable EndpointTls tls,
            PerLoop<TargetCounts> counts,
            int loops) {
        this.upstream = upstream;
        this.address = address;
        this.addressText = address.toString();
        this.counts = counts;
        this.resolved = resolved;
        this.protocol = protocol;
        this.tls = tls;
        poolsByLoop = new Pools[loops];
        for (int i = 0; i < loops; i++) {
            poolsByLoop[i] = new Pools();
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

    /// Counts that a client's own connection to it, or way for datagrams, is over.
    ///
    /// @param why what ended it, whoever is to blame: it is a failure of the target only where its
    ///   side broke; null when nothing did
    public void connectionEnded(Loop loop, @Nullable Failure why) {
        counts(loop)
                .attemptEnded(
                        why != null && why.side() == Failure.Side.UPSTREAM ? why.reason() : null);
    }

    /// How its connections are secured; null for not at all. A target that is secured in another
    /// way is another target, so that nobody gets a connection that was made for other eyes.
    @Nullable EndpointTls tls() {
        return tls;
    }

    /// What is spoken with it. A target that is spoken to in another way is another target.
    UpstreamConfig.Protocol protocol() {
        return protocol;
    }

    /// What is spoken on a connection: HTTP/1.1 or HTTP/2.
    ///
    /// @param agreed the protocol that was agreed on under TLS; null for none, and in the clear
    /// @return null when what is needed was not agreed on
    UpstreamConfig.@Nullable Protocol spoken(@Nullable String agreed) {
        boolean http2 = ApplicationProtocolNames.HTTP_2.equals(agreed);
        return switch (protocol) {
            case HTTP1 -> UpstreamConfig.Protocol.HTTP1;
            case HTTP2 -> http2 || tls == null ? UpstreamConfig.Protocol.HTTP2 : null;
            case AUTO -> http2 ? UpstreamConfig.Protocol.HTTP2 : UpstreamConfig.Protocol.HTTP1;
        };
    }

    /// What a connection that is made now is to be offered for.
    UpstreamConfig.Protocol wanted(Loop loop) {
        return onlyHttp1(loop) ? UpstreamConfig.Protocol.HTTP1 : protocol;
    }

    /// The endpoint wants to be asked by HTTP/1.1.
    ///
    /// @return whether it may be
    boolean requireHttp1(Loop loop) {
        if (protocol != UpstreamConfig.Protocol.AUTO) {
            return false;
        }
        http1UntilNanos = loop.now() + HTTP1_NANOS;
        http1Required = true;
        return true;
    }

    /// Whether the endpoint is not to be asked by HTTP/2 now, though it may be one that knows it.
    boolean onlyHttp1(Loop loop) {
        return http1Required && loop.now() - http1UntilNanos < 0;
    }

    /// Whether a connection that is being made will serve many requests at once, as far as one can
    /// tell beforehand.
    boolean sharesConnections(Loop loop) {
        return switch (wanted(loop)) {
            case HTTP1 -> false;
            case HTTP2 -> true;
            case AUTO -> tls != null && !speaksHttp1;
        };
    }

    /// What has been agreed on with the endpoint.
    void spoke(boolean http2) {
        if (speaksHttp1 == http2) {
            speaksHttp1 = !http2;
        }
    }

    /// What its checks say.
    public Condition condition() {
        return condition;
    }

    void condition(Condition now) {
        condition = now;
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
        return Math.max(0, connections.get() - inFlight.get() + sharing.get());
    }

    /// So many more requests than before share a connection, each that is not the only one of its
    /// connection.
    void share(int more) {
        sharing.addAndGet(more);
    }

    AtomicInteger inFlightCounter() {
        return inFlight;
    }

    AtomicInteger connectionCounter() {
        return connections;
    }

    Pools poolsOn(Loop loop) {
        return poolsByLoop[loop.index()];
    }

    /// Closes, on its own loop, a connection that serves nobody, and says whether there was one.
    boolean closeIdle(Loop loop) {
        return poolsOn(loop).closeIdle();
    }

    /// Whether no configuration names the endpoint any more.
    public boolean retired() {
        return retired;
    }

    /// Lets go of the endpoint: idle connections close, those in use when they are released.
    void retire(Iterable<Loop> loops) {
        retired = true;
        for (Loop loop : loops) {
            loop.eventLoop().execute(() -> poolsOn(loop).retire());
        }
    }

    @Override
    public String toString() {
        return upstream + "/" + addressText;
    }
}
