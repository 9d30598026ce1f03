package io.jadegate.proxy.exchange;

import io.jadegate.api.filter.Decision;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.websocket.WebSocket;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The WebSocket that an exchange has become.
final class WebSocketTunnel implements Tunnel {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketTunnel.class);

    private final WebSocket webSocket;
    private final Route route;
    private final String listener;
    private final HttpStream.Server client;
    private final RequestHead head;
    private final Loop loop;

    /// @param head of the request that has opened it
    WebSocketTunnel(
            WebSocket webSocket,
            Route route,
            String listener,
            HttpStream.Server client,
            RequestHead head,
            Loop loop) {
        this.webSocket = webSocket;
        this.route = route;
        this.listener = listener;
        this.client = client;
        this.head = head;
        this.loop = loop;
    }

    @Override
    public String listener() {
        return listener;
    }

    @Override
    public String routeName() {
        return route.name();
    }

    /// Its connection is in clear text where TLS is spoken now, or was not let in by the
    /// certificate that its host demands now (421), its route takes no WebSockets any more, or a
    /// filter says that the client may not (401, 403). What else has changed concerns only requests
    /// to come.
    @Override
    public boolean isDeniedBy(Serving now) {
        try {
            return denies(new RequestContext(now, client.peer(), head, loop.random()));
        } catch (RuntimeException e) {
            LOG.error("a filter failed when it was asked about a tunnel", e);
            return false;
        }
    }

    @SuppressWarnings("ReferenceEquality") // what was carried over is the same object
    private boolean denies(RequestContext again) {
        if (!client.peer().secure() && again.serving().tls() != null) {
            return true;
        }
        if (again.serving().admission().review(client.peer()) != null) {
            return true;
        }
        LocalResponse refusal = again.admit();
        if (refusal != null) {
            return refusal.reason().equals(Reason.REQUEST_MISDIRECTED);
        }
        Route current = Objects.requireNonNull(again.routeOrNull());
        if (current == route || !current.name().equals(route.name())) {
            return false;
        }
        return current.websocket() == null
                || (again.decide(/* commit= */ false, null) instanceof Decision.Respond(var answer)
                        && (answer.status() == 401 || answer.status() == 403));
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
