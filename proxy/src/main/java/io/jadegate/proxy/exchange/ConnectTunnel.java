package io.jadegate.proxy.exchange;

import io.jadegate.api.filter.Decision;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.forward.Destination;
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
    private final ForwardService service;
    private final Destination destination;
    private final Route route;
    private final HttpStream.Server client;
    private final RequestHead head;
    private final Loop loop;
    private final Dial dial;
    private @Nullable InetAddress dialled;
    private @Nullable ForwardTunnel tunnel;

    /// @param addresses that may be dialled
    ConnectTunnel(
            Exchange exchange,
            ForwardService service,
            Destination destination,
            List<InetSocketAddress> addresses,
            Route route,
            HttpStream.Server client,
            RequestHead head,
            Loop loop) {
        this.exchange = exchange;
        this.service = service;
        this.destination = destination;
        this.route = route;
        this.client = client;
        this.head = head;
        this.loop = loop;
        this.dial = new Dial(service, loop, addresses, this);
    }

    void begin() {
        dial.begin();
    }

    int attempts() {
        return dial.attempts();
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
    public String listener() {
        return service.listener();
    }

    @Override
    public String routeName() {
        return route.name();
    }

    /// The listener is no forward proxy any more, or speaks TLS now where the client does not; or
    /// connections, the target or the user are not let in any more.
    @Override
    public boolean isDeniedBy(Serving now) {
        try {
            return denies(now);
        } catch (RuntimeException e) {
            LOG.error("a filter failed when it was asked about a tunnel", e);
            return false;
        }
    }

    private boolean denies(Serving now) {
        if ((!client.peer().secure() && now.tls() != null)
                || now.admission().review(client.peer()) != null) {
            return true;
        }
        RequestContext again = new RequestContext(now, client.peer(), head, loop.random());
        if (again.admit() != null
                || !(Objects.requireNonNull(again.routeOrNull()).action()
                        instanceof Route.Action.Forward(ForwardService service))) {
            return true;
        }
        return !service.stillAllows(destination, Objects.requireNonNull(dialled))
                || (again.decide(/* commit= */ false, null) instanceof Decision.Respond(var answer)
                        && (answer.status() == 403 || answer.status() == 407));
    }

    @Override
    public void sendAway(Failure failure) {
        tunnel().leaveWhenQuiet();
    }

    @Override
    public void end(Failure failure) {
        tunnel().close(failure);
    }
}
