package io.jadegate.proxy;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Stats;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.proxy.observe.Meters;
import io.jadegate.proxy.stream.Budget;
import io.jadegate.proxy.stream.Loops;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The metrics of one moment, added up by listener, route and upstream: what is told here and what
/// Prometheus collects cannot differ.
final class Totals implements Telemetry.Readings {
    private final Map<String, Map<String, LongSummaryStatistics>> parts = new HashMap<>();

    private Totals() {}

    static Stats of(Meters meters, Loops loops) {
        Totals totals = new Totals();
        meters.report(totals);
        Budget budget = loops.budget();
        return new Stats(
                new Stats.Buffers(
                        loops.heldBytes(),
                        budget.softBytes(),
                        budget.hardBytes(),
                        budget.shedExchanges(),
                        budget.endedHolders()),
                new Stats.Sockets(loops.sockets().open(), loops.sockets().mostAccepted()),
                totals.listeners(),
                totals.routes(),
                totals.upstreams());
    }

    /// The first label names the part; what further labels tell apart is added up.
    @Override
    public void value(Metric metric, double value, String... labels) {
        parts.computeIfAbsent(metric.name(), _ -> new HashMap<>())
                .computeIfAbsent(labels[0], _ -> new LongSummaryStatistics())
                .accept((long) value);
    }

    @Override
    public void distribution(
            Metric metric, Telemetry.Distribution distribution, String... labels) {}

    private List<Stats.ListenerStats> listeners() {
        return names("jadegate_listener_requests")
                .map(name ->
                        new Stats.ListenerStats(
                                name,
                                sum("jadegate_listener_connections_open", name),
                                sum("jadegate_listener_connections_accepted", name),
                                sum("jadegate_listener_connections_refused", name),
                                sum("jadegate_listener_requests", name),
                                sum("jadegate_listener_tunnels", name),
                                sum("jadegate_listener_tunnel_received_bytes", name),
                                sum("jadegate_listener_tunnel_sent_bytes", name)))
                .toList();
    }

    private List<Stats.RouteStats> routes() {
        return names("jadegate_route_sent_bytes")
                .map(name ->
                        new Stats.RouteStats(
                                name,
                                sum("jadegate_route_requests", name),
                                sum("jadegate_route_received_bytes", name),
                                sum("jadegate_route_sent_bytes", name)))
                .toList();
    }

    private List<Stats.UpstreamStats> upstreams() {
        return names("jadegate_target_attempts")
                .map(name ->
                        new Stats.UpstreamStats(
                                name,
                                sum("jadegate_target_attempts", name),
                                sum("jadegate_target_failures", name),
                                sum("jadegate_target_attempts_in_flight", name),
                                sum("jadegate_target_connections_open", name),
                                Math.toIntExact(of("jadegate_target_healthy", name).getCount()),
                                Math.toIntExact(sum("jadegate_target_healthy", name))))
                .toList();
    }

    private Stream<String> names(String metric) {
        return new TreeSet<>(parts.getOrDefault(metric, Map.of()).keySet()).stream();
    }

    private long sum(String metric, String name) {
        return of(metric, name).getSum();
    }

    private LongSummaryStatistics of(String metric, String name) {
        return parts.getOrDefault(metric, Map.of()).getOrDefault(name, new LongSummaryStatistics());
    }
}
