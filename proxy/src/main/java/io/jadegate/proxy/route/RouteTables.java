package io.jadegate.proxy.route;

import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.Problem;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The route tables of a configuration, one for each listener; listeners with the same routes share
/// one. Immutable.
public final class RouteTables<R> {
    private final Map<String, RouteTable<R>> byListener;

    private RouteTables(Map<String, RouteTable<R>> byListener) {
        this.byListener = byListener;
    }

    /// Compiles routes, whose order means nothing.
    ///
    /// Problems are added with the path of what they are about, such as `routes.orders.match`:
    /// errors for patterns that cannot be compiled and for two routes of equal preference that take
    /// the same requests (one for each of the two, naming the other), warnings for routes that can
    /// never match. Routes with errors of their own are left out of the tables.
    ///
    /// @param listeners those that routes are for when they name none
    public static <R> RouteTables<R> compile(
            List<RouteEntry<R>> routes, Collection<String> listeners, List<Problem> problems) {
        List<Candidate<R>> candidates = new ArrayList<>(routes.size());
        Map<String, Set<String>> listenersOf = new HashMap<>();
        Map<HostPattern, HostPattern> known = new HashMap<>();
        for (RouteEntry<R> route : routes) {
            addCandidates(route, known, candidates, problems);
            if (!route.match().listeners().isEmpty()) {
                listenersOf.put(route.name(), Set.copyOf(route.match().listeners()));
            }
        }
        candidates.sort(Candidate.PRECEDENCE);
        for (int rank = 0; rank < candidates.size(); rank++) {
            candidates.get(rank).rank(rank);
        }
        Map<BitSet, RouteTable<R>> shared = new HashMap<>();
        Map<String, RouteTable<R>> byListener = new HashMap<>();
        for (String listener : listeners) {
            byListener.put(
                    listener,
                    shared.computeIfAbsent(
                            servedBy(listener, candidates, listenersOf),
                            served -> new RouteTable<>(select(candidates, served))));
        }
        new Conflicts<>(shared.values(), problems).report();
        return new RouteTables<>(Map.copyOf(byListener));
    }

    private static <R> BitSet servedBy(
            String listener, List<Candidate<R>> candidates, Map<String, Set<String>> listenersOf) {
        BitSet served = new BitSet(candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
            Set<String> only = listenersOf.get(candidates.get(i).name);
            served.set(i, only == null || only.contains(listener));
        }
        return served;
    }

    private static <R> List<Candidate<R>> select(List<Candidate<R>> candidates, BitSet served) {
        return served.stream().mapToObj(candidates::get).toList();
    }

    /// @param known one instance of each host pattern, to be shared: it makes comparing them cheap
    private static <R> void addCandidates(
            RouteEntry<R> route,
            Map<HostPattern, HostPattern> known,
            List<Candidate<R>> candidates,
            List<Problem> problems) {
        String position = "routes." + route.name() + ".match";
        MatchConfig match = route.match();
        List<Problem> found = new ArrayList<>(0);
        Conditions conditions = Conditions.compile(match, position, found);
        Set<HostPattern> hosts = hosts(match, position, found);
        Map<PathPattern, String> paths = paths(match, position, found);
        problems.addAll(found);
        if (found.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            return;
        }
        for (HostPattern parsed : hosts) {
            HostPattern host = known.computeIfAbsent(parsed, pattern -> pattern);
            for (Map.Entry<PathPattern, String> path : paths.entrySet()) {
                candidates.add(
                        new Candidate<>(route, host, path.getKey(), conditions, path.getValue()));
            }
        }
    }

    /// The host patterns, once each; [HostPattern#ANY] when none is written.
    static Set<HostPattern> hosts(MatchConfig match, String position, List<Problem> problems) {
        if (match.hosts().isEmpty()) {
            return Set.of(HostPattern.ANY);
        }
        Set<HostPattern> hosts = new LinkedHashSet<>();
        for (int i = 0; i < match.hosts().size(); i++) {
            String at = position + ".hosts[" + i + "]";
            String text = match.hosts().get(i);
            try {
                if (!hosts.add(HostPattern.parse(text))) {
                    problems.add(Problem.warning(at, "\"" + text + "\" stands here twice"));
                }
            } catch (PatternException e) {
                problems.add(e.at(at));
            }
        }
        return hosts;
    }

    /// The path patterns and where they stand; [PathPattern#ANY] when none is written.
    static Map<PathPattern, String> paths(
            MatchConfig match, String position, List<Problem> problems) {
        List<PathMatchConfig> configs = match.path();
        if (configs.isEmpty()) {
            return Map.of(PathPattern.ANY, position);
        }
        Map<PathPattern, String> paths = HashMap.newHashMap(configs.size());
        for (int i = 0; i < configs.size(); i++) {
            String at = position + ".path" + (configs.size() == 1 ? "" : "[" + i + "]");
            try {
                PathPattern path = PathPattern.parse(configs.get(i));
                if (path instanceof PathPattern.Regex regex && regex.isHopeless()) {
                    problems.add(
                            Problem.warning(
                                    at,
                                    "regex \""
                                            + regex.pattern()
                                            + "\" can never match: paths begin with '/'"));
                }
                if (paths.putIfAbsent(path, at) != null) {
                    problems.add(Problem.warning(at, "\"" + path + "\" stands here twice"));
                }
            } catch (PatternException e) {
                problems.add(e.at(at));
            }
        }
        return paths;
    }

    /// The table of a listener; one without routes when `compile` was not told of it.
    public RouteTable<R> of(String listener) {
        RouteTable<R> table = byListener.get(listener);
        return table == null ? new RouteTable<>(List.of()) : table;
    }
}
