package io.jadegate.proxy.exchange;

import io.jadegate.api.config.LimitsConfig;
import io.jadegate.api.config.RetryConfig;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.api.config.TimeoutsConfig;
import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.LocalResponse;
import io.jadegate.api.filter.Template;
import io.jadegate.proxy.observe.PerLoop;
import io.jadegate.proxy.observe.RouteCounts;
import io.jadegate.proxy.upstream.Upstream;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A route compiled for serving: what happens to the requests it takes. Immutable.
public final class Route {
    private final String name;
    private final Action action;
    private final List<FilterStep> steps;
    private final Timeouts timeouts;
    private final long bodyLimit;
    private final boolean websocket;
    private final int tries;
    private final Set<RetryConfig.Condition> retryOn;
    private final double retryShare;
    private final long perTryNanos;
    private final PerLoop<RouteCounts> counts;

    /// What a route does in the end.
    public sealed interface Action {
        record Pass(Upstream upstream) implements Action {}

        record Redirect(int status, Template<HttpExchange> location) implements Action {}

        /// @param contentType of the body, unless `fields` has one
        record Respond(
                int status,
                Template<HttpExchange> body,
                String contentType,
                List<LocalResponse.Field> fields)
                implements Action {}
    }

    public Route(
            String name,
            RouteConfig config,
            TimeoutsConfig timeouts,
            LimitsConfig limits,
            Action action,
            List<FilterStep> steps,
            PerLoop<RouteCounts> counts) {
        this.name = name;
        this.action = action;
        this.steps = List.copyOf(steps);
        this.timeouts = Timeouts.of(timeouts);
        this.bodyLimit = limits.body().bytes();
        this.websocket = config.websocket();
        this.tries = config.retry().tries();
        this.retryOn = Set.copyOf(config.retry().on());
        this.retryShare = config.retry().budget().fraction();
        this.perTryNanos = config.retry().perTry().toNanos();
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
    @Nullable Upstream upstream() {
        return action instanceof Action.Pass(Upstream upstream) ? upstream : null;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    /// The largest request body, in octets.
    long bodyLimit() {
        return bodyLimit;
    }

    boolean websocket() {
        return websocket;
    }

    /// Tries in all, the first included.
    int tries() {
        return tries;
    }

    boolean retriesOn(RetryConfig.Condition condition) {
        return retryOn.contains(condition);
    }

    double retryShare() {
        return retryShare;
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
