package io.jadegate.proxy.exchange;

import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.websocket.WebSocket;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The WebSocket that an exchange has become.
final class WebSocketTunnel implements Tunnel {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketTunnel.class);

    private final WebSocket webSocket;
    private final Route route;
    private final RequestContext context;
    private final HttpService cameBy;
    private final HttpStream.Server client;
    private final Loop loop;

    /// @param context of the request that has opened it
    /// @param cameBy of the listener that the client came by
    WebSocketTunnel(
            WebSocket webSocket,
            Route route,
            RequestContext context,
            HttpService cameBy,
            HttpStream.Server client,
            Loop loop) {
        this.webSocket = webSocket;
        this.route = route;
        this.context = context;
        this.cameBy = cameBy;
        this.client = client;
        this.loop = loop;
    }

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

    /// Its connection is in clear text where TLS is spoken now, or was not let in by the
    /// certificate that its host demands now (421), its user has gone, its route takes no
    /// WebSockets any more, or a filter says that the client may not (401, 403). What else has
    /// changed concerns only requests to come.
    @Override
    public Failure.@Nullable Kind deniedBy(Serving now) {
        try {
            return denial(context.again(now, loop.random()));
        } catch (RuntimeException e) {
            LOG.error("a filter failed when it was asked about a tunnel", e);
            return null;
        }
    }

    @SuppressWarnings("ReferenceEquality") // what was carried over is the same object
    private Failure.@Nullable Kind denial(RequestContext again) {
        if ((!client.peer().secure() && again.serving().tls() != null)
                || again.serving().admission().review(client.peer()) != null) {
            return Failure.Kind.POLICY_CHANGED;
        }
        if (again.isOfFormerUser()) {
            return Failure.Kind.USER_CHANGED;
        }
        LocalResponse refusal = again.admit();
        if (refusal != null) {
            return refusal.reason().equals(Reason.REQUEST_MISDIRECTED)
                    ? Failure.Kind.POLICY_CHANGED
                    : null;
        }
        Route current = Objects.requireNonNull(again.routeOrNull());
        if (current == route || !current.name().equals(route.name())) {
            return null;
        }
        return current.websocket() == null ? Failure.Kind.POLICY_CHANGED : again.denialByFilters();
    }

    @Override
    public void sendAway(Failure failure) {
        webSocket.goAway(failure);
    }

    @Override
    public void end(Failure failure) {
        webSocket.relay().close(failure);
    }
}
