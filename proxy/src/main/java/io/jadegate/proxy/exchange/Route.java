package io.jadegate.proxy.exchange;

import io.jadegate.api.config.LimitsConfig;
import io.jadegate.api.config.RetryConfig;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Template;
import io.jadegate.proxy.forward.ForwardService;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.observe.RouteCounts;
import io.jadegate.proxy.upstream.Upstream;
import io.jadegate.proxy.websocket.WebSocketPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A route compiled for serving: what happens to the requests it takes. Immutable.
///
/// In a large table each route is far from the caches, so what every request asks is in here and
/// not behind a reference.
public final class Route {
    private final String name;
    private final Action action;
    private final @Nullable Upstream upstream;
    private final @Nullable Way way;
    private final List<FilterStep> steps;
    private final Timeouts timeouts;
    private final long bodyLimit;
    private final @Nullable WebSocketPolicy websocket;
    private final boolean callsOnly;
    private final boolean grpcWeb;
    private final int tries;
    private final int retryOn;
    private final double retryShare;
    private final long perTryNanos;
    private final PerLoop<RouteCounts> counts;

    /// What a route does in the end.
    public sealed interface Action {
        record Pass(Upstream upstream) implements Action {}

        /// Where the client says, if the rules of a forward proxy let it.
        record Forward(ForwardService service) implements Action {}

        record Redirect(int status, Template<HttpExchange> location) implements Action {}

        /// @param contentType of the body, unless `fields` has one
        record Respond(
                int status,
                Template<HttpExchange> body,
                String contentType,
                List<LocalResponse.Field> fields)
                implements Action {}
    }

    /// A route of the configuration.
    public static Route of(
            String name,
            RouteConfig config,
            Timeouts timeouts,
            LimitsConfig limits,
            Action action,
            List<FilterStep> steps,
            PerLoop<RouteCounts> counts) {
        return new Route(
                name,
                timeouts,
                limits,
                action,
                steps,
                counts,
                config.websocket().allowed() ? WebSocketPolicy.of(config.websocket()) : null,
                config.match().grpc() != null,
                config.grpcWeb(),
                config.retry());
    }

    /// What all requests take that come to a forward proxy.
    public static Route forward(
            String name,
            ForwardService service,
            Timeouts timeouts,
            LimitsConfig limits,
            List<FilterStep> steps,
            RetryConfig retry,
            PerLoop<RouteCounts> counts) {
        return new Route(
                name,
                timeouts,
                limits,
                new Action.Forward(service),
                steps,
                counts,
                /* websocket= */ null,
                /* callsOnly= */ false,
                /* grpcWeb= */ false,
                retry);
    }

    private Route(
            String name,
            Timeouts timeouts,
            LimitsConfig limits,
            Action action,
            List<FilterStep> steps,
            PerLoop<RouteCounts> counts,
            @Nullable WebSocketPolicy websocket,
            boolean callsOnly,
            boolean grpcWeb,
            RetryConfig retry) {
        this.name = name;
        this.action = action;
        this.upstream =
                switch (action) {
                    case Action.Pass(Upstream passed) -> passed;
                    case Action.Forward(ForwardService service) -> service.upstream();
                    case Action.Redirect _, Action.Respond _ -> null;
                };
        this.way = action instanceof Action.Pass(Upstream passed) ? new Way(passed, null) : null;
        this.steps = List.copyOf(steps);
        this.timeouts = timeouts;
        this.bodyLimit = limits.body().bytes();
        this.websocket = websocket;
        this.callsOnly = callsOnly;
        this.grpcWeb = grpcWeb;
        this.tries = retry.tries();
        this.retryOn = bits(retry.on());
        this.retryShare = retry.budget().fraction();
        this.perTryNanos = retry.perTry().toNanos();
        this.counts = counts;
    }

    public String name() {
        return name;
    }

    public Action action() {
        return action;
    }

    public List<FilterStep> steps() {
        return steps;
    }

    /// The upstream it leads to, or null.
    public @Nullable Upstream upstream() {
        return upstream;
    }

    /// Where its exchanges go, when that is the same for all of them; else null.
    @Nullable Way way() {
        return way;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    /// The largest request body, in octets.
    long bodyLimit() {
        return bodyLimit;
    }

    /// What WebSockets may do; null where there are none.
    @Nullable WebSocketPolicy websocket() {
        return websocket;
    }

    /// Whether it is for gRPC calls and nothing else.
    boolean callsOnly() {
        return callsOnly;
    }

    /// Whether calls by gRPC-Web are made into calls by gRPC.
    boolean grpcWeb() {
        return grpcWeb;
    }

    /// Tries in all, the first included.
    int tries() {
        return tries;
    }

    boolean retriesOn(RetryConfig.Condition condition) {
        return (retryOn & bit(condition)) != 0;
    }

    double retryShare() {
        return retryShare;
    }

    private static int bits(List<RetryConfig.Condition> conditions) {
        int bits = 0;
        for (RetryConfig.Condition condition : conditions) {
            bits |= bit(condition);
        }
        return bits;
    }

    private static int bit(RetryConfig.Condition condition) {
        return switch (condition) {
            case CONNECT_FAILURE -> 1;
            case REFUSED_STREAM -> 2;
            case RESET_REUSED -> 4;
            case RESET_BEFORE_RESPONSE -> 8;
        };
    }

    /// How long one try may take to begin its answer; 0 for no limit of its own.
    long perTryNanos() {
        return perTryNanos;
    }

    PerLoop<RouteCounts> counts() {
        return counts;
    }

    @Override
    public String toString() {
        return name;
    }
}
