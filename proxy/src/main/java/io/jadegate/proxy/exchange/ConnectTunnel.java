package io.jadegate.proxy.exchange;

import io.jadegate.proxy.forward.Dial;
import io.jadegate.proxy.forward.ForwardService;
import io.jadegate.proxy.forward.ForwardTunnel;
import io.jadegate.proxy.observe.TunnelCounts;
import io.jadegate.proxy.stream.ByteStream;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.upstream.Target;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A CONNECT that may go to its target (RFC 9110 §9.3.6): the way there, and the tunnel it becomes.
final class ConnectTunnel implements Dial.Caller, Tunnel {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectTunnel.class);

    private final Exchange exchange;
    private final RequestContext context;
    private final HttpService cameBy;
    private final ForwardService service;
    private final Route route;
    private final HttpStream.Server client;
    private final Loop loop;
    private final Dial dial;
    private @Nullable InetAddress dialled;
    private @Nullable ForwardTunnel tunnel;

    /// @param cameBy of the listener that the client came by
    /// @param addresses that may be dialled
    ConnectTunnel(
            Exchange exchange,
            RequestContext context,
            HttpService cameBy,
            ForwardService service,
            List<InetSocketAddress> addresses,
            Route route,
            HttpStream.Server client,
            Loop loop) {
        this.exchange = exchange;
        this.context = context;
        this.cameBy = cameBy;
        this.service = service;
        this.route = route;
        this.client = client;
        this.loop = loop;
        this.dial = new Dial(service, loop, addresses, this);
    }

    void begin() {
        dial.begin();
    }

    int attempts() {
        return dial.attempts();
    }

    /// The memory of what waits for the target to take it.
    int heldBytes() {
        return tunnel == null ? 0 : tunnel.heldBytes();
    }

    /// Nobody waits for it any more, or it has ended.
    void giveBack(@Nullable Failure failure) {
        dial.giveBack(failure);
    }

    // ---- what the target's connection says

    @Override
    public void connected(ByteStream stream, Target target, InetAddress address) {
        dialled = address;
        ForwardTunnel opened =
                new ForwardTunnel(
                        loop,
                        client,
                        stream,
                        service.tunnels(),
                        route.counts().on(loop.index()).tunnels(TunnelCounts.Kind.CONNECT),
                        loop.now(),
                        exchange::tunnelEnded);
        tunnel = opened;
        exchange.connected(this, opened.relay(), target);
    }

    @Override
    public void unavailable(Failure failure, @Nullable Target target) {
        exchange.unreachable(this, failure, target);
    }

    @Override
    public ForwardTunnel tunnel() {
        return Objects.requireNonNull(tunnel);
    }

    // ---- as those see it who must end it

    @Override
    public Serving servedBy() {
        return context.serving();
    }

    @Override
    public HttpService cameBy() {
        return cameBy;
    }

    @Override
    public String routeName() {
        return route.name();
    }

    /// The listener is no forward proxy any more, or speaks TLS now where the client does not; or
    /// connections, the target or the user are not let in any more.
    @Override
    public Failure.@Nullable Kind deniedBy(Serving now) {
        try {
            return denial(now);
        } catch (RuntimeException e) {
            LOG.error("a filter failed when it was asked about a tunnel", e);
            return null;
        }
    }

    private Failure.@Nullable Kind denial(Serving now) {
        if ((!client.peer().secure() && now.tls() != null)
                || now.admission().review(client.peer()) != null) {
            return Failure.Kind.POLICY_CHANGED;
        }
        RequestContext again = context.again(now, loop.random());
        if (again.isOfFormerUser()) {
            return Failure.Kind.USER_CHANGED;
        }
        if (again.admit() != null
                || !(Objects.requireNonNull(again.routeOrNull()).action()
                        instanceof Route.Action.Forward(ForwardService service))) {
            return Failure.Kind.POLICY_CHANGED;
        }
        return service.stillAllows(context.destination(), Objects.requireNonNull(dialled))
                ? again.denialByFilters()
                : Failure.Kind.POLICY_CHANGED;
    }

    @Override
    public void sendAway(Failure failure) {
        tunnel().leaveWhenQuiet(failure);
    }

    @Override
    public void end(Failure failure) {
        tunnel().close(failure);
    }
}
