package io.jadegate.proxy.observe;

import io.jadegate.api.plane.Telemetry;
import java.util.Collection;
import java.util.Set;

/// Everything the data plane counts. Whoever compiles a configuration asks for the counts of each
/// part by name, once, and keeps what it gets; event loops then count without looking up. The same
/// name always gives the same counts until they are forgotten.
///
/// Safe for all threads. Memory is bounded: of each kind only so many parts are shown by name, in
/// the order of their first use; the rest counts together as `(other)`. Parts never used cost a map
/// entry and are not shown.
public final class Meters implements Telemetry {
    private static final int MAX_LISTENERS = 200;
    private static final int MAX_ROUTES = 2000;
    private static final int MAX_TARGETS = 2000;

    /// Stands for the route of exchanges that no route took.
    private static final String NO_ROUTE = "(none)";

    private final SeriesFamily<ListenerCounts> listeners;
    private final SeriesFamily<RouteCounts> routes;
    private final SeriesFamily<TargetCounts> targets;
    private final PerLoop<RouteCounts> unrouted;
    private final PerLoop<GrpcCounts> calls;

    /// @param loops how many event loops there are
    public Meters(int loops) {
        listeners = new SeriesFamily<>(loops, 1, MAX_LISTENERS, ListenerCounts::new);
        routes = new SeriesFamily<>(loops, 1, MAX_ROUTES, RouteCounts::new);
        targets = new SeriesFamily<>(loops, 2, MAX_TARGETS, TargetCounts::new);
        unrouted = routes.of(NO_ROUTE);
        calls = new SeriesFamily<>(loops, 0, 1, GrpcCounts::new).of();
    }

    public PerLoop<ListenerCounts> listener(String name) {
        return listeners.of(name);
    }

    public PerLoop<RouteCounts> route(String name) {
        return routes.of(name);
    }

    /// The counts of exchanges that ended before a route was chosen.
    public PerLoop<RouteCounts> unrouted() {
        return unrouted;
    }

    /// The counts of gRPC calls, whichever route they take.
    public PerLoop<GrpcCounts> calls() {
        return calls;
    }

    /// @param upstream the name of the upstream
    /// @param target the address of the target
    public PerLoop<TargetCounts> target(String upstream, String target) {
        return targets.of(upstream, target);
    }

    /// Forgets listeners that are not among these names.
    public void retainListeners(Set<String> names) {
        listeners.retain(labels -> names.contains(labels.getFirst()));
    }

    /// Forgets the routes of these names.
    public void forgetRoutes(Collection<String> names) {
        names.forEach(routes::forget);
    }

    /// Forgets the target, when its last connection is gone and the configuration does not name it
    /// any more.
    public void forgetTarget(String upstream, String target) {
        targets.forget(upstream, target);
    }

    @Override
    public void report(Readings readings) {
        listeners.forEachShown(listener -> ListenerCounts.report(listener, readings));
        routes.forEachShown(route -> RouteCounts.report(route, readings));
        targets.forEachShown(target -> TargetCounts.report(target, readings));
        GrpcCounts.report(calls, readings);
    }
}
