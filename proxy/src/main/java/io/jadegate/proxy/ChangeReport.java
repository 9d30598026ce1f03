package io.jadegate.proxy;

import io.jadegate.api.config.EndpointConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.plane.ApplyResult.Changes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a new configuration changed, part by part.
final class ChangeReport {
    private final List<String> kept = new ArrayList<>();
    private final List<String> added = new ArrayList<>();
    private final List<String> replaced = new ArrayList<>();
    private final List<String> drained = new ArrayList<>();

    private ChangeReport() {}

    static Changes between(@Nullable Compilation before, Compilation next) {
        ChangeReport report = new ChangeReport();
        report.compare(
                "listener ",
                before == null ? Map.of() : before.config().listeners(),
                next.config().listeners());
        report.compare("route ", before == null ? Map.of() : routes(before), routes(next));
        report.compare(
                "upstream ", before == null ? Map.of() : before.upstreams(), next.upstreams());
        report.compare("endpoint ", before == null ? Map.of() : endpoints(before), endpoints(next));
        return new Changes(report.kept, report.added, report.replaced, report.drained);
    }

    /// A route is what its own settings and those it inherits make of it, and where it leads.
    private static Map<String, Object> routes(Compilation compilation) {
        Map<String, Object> routes = new LinkedHashMap<>();
        compilation
                .routes()
                .forEach((name, route) ->
                        routes.put(
                                name,
                                List.of(
                                        compilation.config().routes().get(name),
                                        compilation.config().defaults(),
                                        route.steps())));
        return routes;
    }

    private static Map<String, Object> endpoints(Compilation compilation) {
        Map<String, Object> endpoints = new HashMap<>();
        compilation
                .config()
                .upstreams()
                .forEach((name, upstream) -> {
                    for (EndpointConfig endpoint : upstream.endpoints()) {
                        endpoints.put(name + "/" + endpoint.address(), target(upstream, endpoint));
                    }
                });
        return endpoints;
    }

    private static Object target(UpstreamConfig upstream, EndpointConfig endpoint) {
        return List.of(upstream.pool(), endpoint);
    }

    private void compare(String kind, Map<String, ?> before, Map<String, ?> next) {
        next.forEach((name, part) -> {
            Object old = before.get(name);
            List<String> list = old == null ? added : old.equals(part) ? kept : replaced;
            list.add(kind + name);
        });
        before.keySet().stream()
                .filter(name -> !next.containsKey(name))
                .forEach(name -> drained.add(kind + name));
    }
}
