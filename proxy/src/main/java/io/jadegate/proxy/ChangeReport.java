package io.jadegate.proxy;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.EndpointConfig;
import io.jadegate.api.config.ListenerConfig;
import io.jadegate.api.config.UpstreamConfig;
import io.jadegate.api.plane.ApplyResult.Changes;
import io.jadegate.api.plane.ApplyResult.Parts;
import io.jadegate.proxy.upstream.Upstream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a new configuration changed, part by part.
final class ChangeReport {
    private int kept;
    private final Names added = new Names();
    private final Names replaced = new Names();
    private final Names drained = new Names();

    private ChangeReport() {}

    /// Counts all and remembers the first few.
    private static final class Names {
        private int count;
        private final List<String> names = new ArrayList<>();

        void add(String kind, String name) {
            if (++count <= Parts.MAX_NAMES) {
                names.add(kind + name);
            }
        }

        void addAll(String kind, List<String> all) {
            all.forEach(name -> add(kind, name));
        }

        Parts parts() {
            return new Parts(count, names);
        }
    }

    static Changes between(@Nullable Compilation before, Compilation next, RouteChanges routes) {
        ChangeReport report = new ChangeReport();
        Map<String, ListenerConfig> listeners =
                before == null ? Map.of() : before.config().listeners();
        Map<String, Upstream> upstreams = before == null ? Map.of() : before.upstreams();
        report.compare("listener ", listeners, next.config().listeners());
        report.compare("certificate ", certificates(before), certificates(next));
        report.kept += routes.kept();
        report.added.addAll("route ", routes.added());
        report.replaced.addAll("route ", routes.replaced());
        report.drained.addAll("route ", routes.drained());
        if (upstreams.equals(next.upstreams())) {
            report.kept += parts(upstreams);
        } else {
            report.compare("upstream ", upstreams, next.upstreams());
            report.compare("endpoint ", endpoints(upstreams), endpoints(next.upstreams()));
        }
        return new Changes(
                report.kept, report.added.parts(), report.replaced.parts(), report.drained.parts());
    }

    private static Map<String, Object> certificates(@Nullable Compilation compilation) {
        Map<String, Object> certificates = new HashMap<>();
        if (compilation != null) {
            compilation
                    .terms()
                    .forEach((listener, serving) -> {
                        if (serving.tls() != null) {
                            serving.tls()
                                    .all()
                                    .forEach(host ->
                                            certificates.put(listener + "/" + host.host(), host));
                        }
                    });
        }
        return certificates;
    }

    private static int parts(Map<String, Upstream> upstreams) {
        return upstreams.size()
                + upstreams.values().stream()
                        .mapToInt(upstream -> upstream.config().endpoints().size())
                        .sum();
    }

    private record Endpoint(String upstream, Address address) {
        @Override
        public String toString() {
            return upstream + "/" + address;
        }
    }

    private static Map<Endpoint, Object> endpoints(Map<String, Upstream> upstreams) {
        Map<Endpoint, Object> endpoints = new HashMap<>();
        upstreams.forEach((name, upstream) -> {
            for (EndpointConfig endpoint : upstream.config().endpoints()) {
                endpoints.put(
                        new Endpoint(name, endpoint.address()),
                        target(upstream.config(), endpoint));
            }
        });
        return endpoints;
    }

    private static Object target(UpstreamConfig upstream, EndpointConfig endpoint) {
        return List.of(upstream.pool(), endpoint);
    }

    private <K> void compare(String kind, Map<K, ?> before, Map<K, ?> next) {
        next.forEach((name, part) -> {
            Object old = before.get(name);
            if (old == null) {
                added.add(kind, name.toString());
            } else if (old.equals(part)) {
                kept++;
            } else {
                replaced.add(kind, name.toString());
            }
        });
        before.keySet().stream()
                .filter(name -> !next.containsKey(name))
                .forEach(name -> drained.add(kind, name.toString()));
    }
}
