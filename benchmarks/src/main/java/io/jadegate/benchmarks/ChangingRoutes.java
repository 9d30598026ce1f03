package io.jadegate.benchmarks;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.RouteConfig;
import io.jadegate.api.filter.FilterProvider;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.control.config.ConfigLoader;
import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.filters.cors.CorsProvider;
import io.jadegate.proxy.Proxy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Serves a configuration and changes one route of it again and again, as a control plane does:
/// `ChangingRoutes FILE MILLIS`. The route is the one named `last`; with 0 milliseconds nothing
/// changes. Prints how long each [Proxy#apply] took.
public final class ChangingRoutes {
    private static final String CHANGED = "last";

    private final Proxy proxy;
    private Config config;

    private ChangingRoutes(Proxy proxy, Config config) {
        this.proxy = proxy;
        this.config = config;
    }

    /// Runs until it is ended from outside.
    public static void main(String[] args) throws IOException, InterruptedException {
        List<FilterProvider<?>> filters = List.of(new CorsProvider());
        LoadResult read =
                ConfigLoader.of(filters)
                        .load(
                                Path.of(args[0]),
                                new Environment(Map.of(), /* openSecrets= */ false));
        if (!(read instanceof LoadResult.Loaded loaded)) {
            throw new IllegalArgumentException(read.toString());
        }
        Proxy proxy = Proxy.start(loaded.node(), filters);
        ChangingRoutes routes = new ChangingRoutes(proxy, loaded.config());
        routes.apply(loaded.config());
        long pauseMillis = Long.parseLong(args[1]);
        for (int i = 0; ; i++) {
            Thread.sleep(pauseMillis == 0 ? 1000 : pauseMillis);
            if (pauseMillis != 0) {
                routes.change(i);
            }
        }
    }

    /// Gives the route another priority.
    private void change(int number) {
        RouteConfig old = Objects.requireNonNull(config.routes().get(CHANGED));
        Map<String, RouteConfig> routes = new LinkedHashMap<>(config.routes());
        routes.put(
                CHANGED,
                new RouteConfig(
                        old.match(),
                        number % 1000,
                        old.cors(),
                        old.filters(),
                        old.upstream(),
                        old.split(),
                        old.redirect(),
                        old.respond(),
                        old.websocket(),
                        old.grpcWeb(),
                        old.timeouts(),
                        old.retry(),
                        old.mirror(),
                        old.cache(),
                        old.limits()));
        apply(
                new Config(
                        config.defaults(),
                        config.chains(),
                        config.ipLists(),
                        config.rateLimits(),
                        config.listeners(),
                        routes,
                        config.upstreams(),
                        config.registries(),
                        config.users(),
                        config.plans(),
                        config.tenants(),
                        config.tokens()));
    }

    private void apply(Config next) {
        long began = System.nanoTime();
        ApplyResult result = proxy.apply(next);
        long took = System.nanoTime() - began;
        if (!(result instanceof ApplyResult.Applied)) {
            throw new IllegalStateException(result.toString());
        }
        config = next;
        System.out.printf("applied in %d us%n", took / 1000);
    }
}
