package io.jadegate.proxy.route;

import io.jadegate.api.config.Problem;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The candidates that can never win, each with the most preferred one that takes all it could. A
/// route can never match when each of its candidates, in every table, is one of these.
final class Shadows<R> {
    private final List<RouteTable<R>> tables;
    private final Set<String> tied;

    /// By table; sorted, so that a report does not depend on how they were found.
    private final List<Map<Candidate<R>, Candidate<R>>> winners;

    private final boolean complete;

    /// @param tied routes about which there is worse to say
    /// @param complete whether it is certain that no two routes tie
    Shadows(List<RouteTable<R>> tables, Set<String> tied, boolean complete) {
        this.tables = tables;
        this.complete = complete;
        this.tied = tied;
        this.winners =
                tables.stream()
                        .<Map<Candidate<R>, Candidate<R>>>map(
                                _ -> new TreeMap<>(Comparator.comparingLong(Candidate::rank)))
                        .toList();
    }

    /// @param winner null when there is none
    void add(int table, Candidate<R> candidate, @Nullable Candidate<R> winner) {
        if (winner != null) {
            winners.get(table).merge(candidate, winner, (a, b) -> a.rank() <= b.rank() ? a : b);
        }
    }

    void forEach(int table, BiConsumer<Candidate<R>, Candidate<R>> reader) {
        winners.get(table).forEach(reader);
    }

    /// Of tables that take too much comparing: none is reported.
    static <R> Shadows<R> unknown() {
        return new Shadows<>(List.of(), Set.of(), /* complete= */ false);
    }

    /// Whether there are no ties and all shadows are in here, so that changes can be judged by it.
    boolean isComplete() {
        return complete;
    }

    /// Adds a warning for each route that can never match.
    void report(List<Problem> problems) {
        Map<String, Map.Entry<Candidate<R>, Candidate<R>>> shadowed = new LinkedHashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (Map<Candidate<R>, Candidate<R>> each : winners) {
            for (Map.Entry<Candidate<R>, Candidate<R>> shadow : each.entrySet()) {
                shadowed.putIfAbsent(shadow.getKey().name, shadow);
                counts.merge(shadow.getKey().name, 1, Math::addExact);
            }
        }
        shadowed.forEach((name, shadow) -> {
            if (!tied.contains(name) && Objects.equals(counts.get(name), count(shadow.getKey()))) {
                report(name, shadow.getValue(), problems);
            }
        });
    }

    /// How many candidates the route of a candidate has in all tables.
    private int count(Candidate<R> candidate) {
        int count = 0;
        for (RouteTable<R> table : tables) {
            count += table.candidates().hasLike(candidate) ? candidate.siblings : 0;
        }
        return count;
    }

    private static void report(String name, Candidate<?> winner, List<Problem> problems) {
        problems.add(
                Problem.warning(
                        "routes." + name + ".match",
                        "route \""
                                + name
                                + "\" can never match: route \""
                                + winner.name
                                + "\" ("
                                + winner.position
                                + ") takes every request that it could"));
    }
}
