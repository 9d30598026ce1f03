package io.jadegate.proxy.route;

import io.jadegate.api.config.MatchConfig;
import io.jadegate.api.config.MatchConfig.GrpcConfig;
import io.jadegate.api.config.PathMatchConfig;
import io.jadegate.api.config.Problem;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The route tables of a configuration, one for each listener; listeners with the same routes share
/// one. Immutable.
public final class RouteTables<R> {
    /// Each change is compared with each route: beyond so many comparisons it is cheaper to compile
    /// anew.
    private static final long MAX_COMPARED = 5_000_000;

    private final List<Shared<R>> tables;
    private final Shadows<R> shadows;

    /// What is doubtful about single routes, by their names.
    private final Map<String, List<Problem>> notes;

    /// A table with the listeners it serves.
    private record Shared<R>(Set<String> listeners, RouteTable<R> table) {

        Part serving(List<String> only) {
            if (only.isEmpty() || only.containsAll(listeners)) {
                return Part.ALL;
            }
            return Collections.disjoint(listeners, only) ? Part.NONE : Part.SOME;
        }
    }

    /// How many of a table's listeners a route is for.
    private enum Part {
        ALL,
        NONE,
        SOME
    }

    private RouteTables(
            List<Shared<R>> tables, Shadows<R> shadows, Map<String, List<Problem>> notes) {
        this.tables = tables;
        this.shadows = shadows;
        this.notes = notes;
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
        Map<HostPattern, HostPattern> known = new HashMap<>();
        Map<String, List<Problem>> notes = new LinkedHashMap<>();
        for (RouteEntry<R> route : routes) {
            List<Problem> found = new ArrayList<>(0);
            candidates.addAll(candidates(route, known, found));
            if (!found.isEmpty()) {
                notes.put(route.name(), List.copyOf(found));
            }
        }
        notes.values().forEach(problems::addAll);
        Ranking<R> all = Ranking.of(candidates);
        Map<BitSet, Set<String>> alike = new LinkedHashMap<>();
        for (String listener : listeners) {
            alike.computeIfAbsent(servedBy(listener, all), _ -> new LinkedHashSet<>())
                    .add(listener);
        }
        List<Shared<R>> tables = new ArrayList<>();
        alike.forEach((served, names) ->
                tables.add(new Shared<>(names, RouteTable.of(select(all, served)))));
        Conflicts<R> conflicts = new Conflicts<>(tables(tables), problems);
        conflicts.reportTies();
        Shadows<R> shadows = conflicts.shadows();
        shadows.report(problems);
        return new RouteTables<>(List.copyOf(tables), shadows, notes);
    }

    private static <R> List<RouteTable<R>> tables(List<Shared<R>> shared) {
        return shared.stream().map(Shared::table).toList();
    }

    private static <R> BitSet servedBy(String listener, List<Candidate<R>> candidates) {
        BitSet served = new BitSet(candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
            List<String> only = candidates.get(i).listeners;
            served.set(i, only.isEmpty() || only.contains(listener));
        }
        return served;
    }

    private static <R> Ranking<R> select(Ranking<R> candidates, BitSet served) {
        return served.cardinality() == candidates.size()
                ? candidates
                : Ranking.among(served.stream().mapToObj(candidates::get).toList());
    }

    // ---- changing

    /// The tables that [#compile] would make of the same routes with some gone and others come, and
    /// the same problems; null when it takes compiling all of them to tell. Costs what has changed,
    /// not what there is, but for one quick pass.
    ///
    /// @param gone routes of these tables
    /// @param come routes that are not, but for those of `gone`
    public @Nullable RouteTables<R> with(
            List<RouteEntry<R>> gone, List<RouteEntry<R>> come, List<Problem> problems) {
        Map<String, List<Problem>> nextNotes = new LinkedHashMap<>(notes);
        gone.forEach(route -> nextNotes.remove(route.name()));
        Map<HostPattern, HostPattern> known = new HashMap<>();
        List<Shared<R>> next = new ArrayList<>(tables.size());
        List<Conflicts.Change<R>> changes = new ArrayList<>(tables.size());
        for (Shared<R> shared : tables) {
            Ranking<R> ranking = shared.table.candidates();
            List<Candidate<R>> out = candidates(shared, gone, known, new HashMap<>());
            List<Candidate<R>> in = candidates(shared, come, known, nextNotes);
            if (out == null || in == null || in.size() * (long) ranking.size() > MAX_COMPARED) {
                return null;
            }
            out.replaceAll(ranking::like);
            Ranking<R> ranked = ranking.with(out, in);
            if (ranked == null) {
                return null;
            }
            next.add(new Shared<>(shared.listeners, shared.table.with(out, in, ranked)));
            changes.add(new Conflicts.Change<>(out, in));
        }
        List<Problem> found = new ArrayList<>();
        Shadows<R> nextShadows = new Conflicts<>(tables(next), found).shadows(shadows, changes);
        if (next.isEmpty() || nextShadows == null) {
            return null;
        }
        nextNotes.values().forEach(problems::addAll);
        nextShadows.report(problems);
        return new RouteTables<>(List.copyOf(next), nextShadows, nextNotes);
    }

    /// The candidates of routes in a table; null when a route is for some of its listeners only, or
    /// wrong.
    private static <R> @Nullable List<Candidate<R>> candidates(
            Shared<R> shared,
            List<RouteEntry<R>> routes,
            Map<HostPattern, HostPattern> known,
            Map<String, List<Problem>> notes) {
        List<Candidate<R>> all = new ArrayList<>();
        for (RouteEntry<R> route : routes) {
            List<Problem> found = new ArrayList<>(0);
            List<Candidate<R>> candidates = candidates(route, known, found);
            Part part = shared.serving(route.match().listeners());
            if (candidates.isEmpty() || part == Part.SOME) {
                return null;
            }
            if (!found.isEmpty()) {
                notes.put(route.name(), List.copyOf(found));
            }
            if (part == Part.ALL) {
                all.addAll(candidates);
            }
        }
        return all;
    }

    // ---- patterns

    /// What competes for a route; nothing when a pattern of it is wrong.
    ///
    /// @param known one instance of each host pattern, to be shared: it makes comparing them cheap
    private static <R> List<Candidate<R>> candidates(
            RouteEntry<R> route, Map<HostPattern, HostPattern> known, List<Problem> found) {
        String position = "routes." + route.name() + ".match";
        MatchConfig match = route.match();
        Conditions conditions = Conditions.compile(match, position, found);
        Set<HostPattern> hosts = hosts(match, position, found);
        Map<PathPattern, String> paths = paths(match, position, found);
        if (found.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            return List.of();
        }
        int siblings = hosts.size() * paths.size();
        List<Candidate<R>> candidates = new ArrayList<>(siblings);
        for (HostPattern parsed : hosts) {
            HostPattern host = known.computeIfAbsent(parsed, pattern -> pattern);
            for (Map.Entry<PathPattern, String> path : paths.entrySet()) {
                candidates.add(
                        new Candidate<>(
                                route, host, path.getKey(), conditions, path.getValue(), siblings));
            }
        }
        return candidates;
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
        if (match.grpc() != null) {
            return callPaths(match, match.grpc(), position, problems);
        }
        List<PathMatchConfig> configs = match.path();
        if (configs.isEmpty()) {
            return Map.of(PathPattern.ANY, position);
        }
        // By what they take: templates may differ in the names of their captures and nothing else.
        NavigableMap<PathPattern, String> paths = new TreeMap<>(PathOrder::compare);
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
                    problems.add(Problem.warning(at, twice(path, paths.floorKey(path))));
                }
            } catch (PatternException e) {
                problems.add(e.at(at));
            }
        }
        return paths;
    }

    private static Map<PathPattern, String> callPaths(
            MatchConfig match, GrpcConfig grpc, String position, List<Problem> problems) {
        NavigableMap<PathPattern, String> paths = new TreeMap<>(PathOrder::compare);
        try {
            if (!match.path().isEmpty()) {
                throw new PatternException(
                        "cannot stand beside path: it is the path of calls that it is about");
            }
            for (GrpcPaths.Written written : GrpcPaths.of(grpc)) {
                String at = position + ".grpc" + written.key();
                PathPattern path = PathPattern.parse(written.path());
                if (paths.putIfAbsent(path, at) != null) {
                    problems.add(Problem.warning(at, twice(path, paths.floorKey(path))));
                }
            }
        } catch (PatternException e) {
            problems.add(e.at(position + ".grpc"));
        }
        return paths;
    }

    private static String twice(PathPattern path, PathPattern before) {
        return path.equals(before)
                ? "\"" + path + "\" stands here twice"
                : "\"" + path + "\" takes the same paths as \"" + before + "\" in front of it";
    }

    /// The table of a listener; one without routes when `compile` was not told of it.
    public RouteTable<R> of(String listener) {
        for (Shared<R> shared : tables) {
            if (shared.listeners.contains(listener)) {
                return shared.table;
            }
        }
        return RouteTable.of(Ranking.of(List.of()));
    }
}
