package io.jadegate.api.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Match, filters and exactly one action.
public record RouteConfig(
        @Doc("the requests this route takes; all when left out") @Default("{}") MatchConfig match,
        @Doc("before specificity: higher wins")
                @Default("0")
                @Range(min = -1_000_000, max = 1_000_000)
                int priority,
        @Doc("which web pages of other origins may call") @Nullable CorsConfig cors,
        @Doc("policies, in order: identity, access, limits, rewrite") List<FilterEntry> filters,
        @Doc("action: pass the request on") @NameOf("upstreams") @Nullable String upstream,
        @Doc("action: pass the request on to one of several by weight") @Planned
                @Nullable SplitConfig split,
        @Doc("action: answer with a redirect") @Nullable RedirectConfig redirect,
        @Doc("action: answer with a fixed response") @Nullable RespondConfig respond,
        @Doc("whether WebSocket upgrades are allowed, and what WebSockets may do") @Default("true")
                WebSocketConfig websocket,
        @Doc("make calls by gRPC-Web into calls by gRPC, and let cors allow them") @Default("false")
                boolean grpcWeb,
        @Doc("timeouts other than the defaults") @Default("{}") TimeoutOverrides timeouts,
        @Doc("when a failed attempt is tried again") @Default("{}") RetryConfig retry,
        @Doc("send copies of requests to another upstream") @Planned @Nullable MirrorConfig mirror,
        @Doc("keep responses") @Planned @Nullable CacheConfig cache,
        @Doc("limits other than the defaults") @Default("{}") LimitOverrides limits) {

    public RouteConfig {
        filters = List.copyOf(filters);
    }

    /// What the route does with a request.
    ///
    /// @throws IllegalStateException when there is none, which a checked configuration never has
    public ActionConfig action() {
        if (upstream != null) {
            return new ActionConfig.Pass(upstream);
        }
        if (split != null) {
            return split;
        }
        if (redirect != null) {
            return redirect;
        }
        if (respond != null) {
            return respond;
        }
        throw new IllegalStateException("a route without an action");
    }
}
