package io.jadegate.proxy.route;

import io.jadegate.api.config.Problem;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds routes that tie and routes that can never match.
///
/// Two candidates **tie** when they are equal in preference, hence have the same host and path, and
/// nothing in their conditions excludes the other. A route is **shadowed** when for each of its
/// candidates, in every table, one more preferred candidate of another route takes all the requests
/// it could. Both are told only when they are certain; a shadow cast by several routes together is
/// not looked for.
///
/// Candidates that could cast a shadow are found as requests find routes: by searching the table
/// for a path that stands for the whole pattern.
final class Conflicts<R> {
    /// Keeps the check of a configuration with very many conditions on one path from going on
    /// without end.
    private static final int MAX_COMPARISONS = 2_000_000;

    private static final int SMALL_GROUP = 32;

    /// Stands for a captured segment or label: no pattern has it.
    private static final char PLACEHOLDER = 0;

    private final List<RouteTable<R>> tables;
    private final List<Problem> problems;
    private final Set<String> tied = new HashSet<>();
    private int comparisons;
    private boolean complete = true;

    Conflicts(List<RouteTable<R>> tables, List<Problem> problems) {
        this.tables = tables;
        this.problems = problems;
    }

    /// What became of the candidates of one table.
    record Change<R>(List<Candidate<R>> gone, List<Candidate<R>> come) {}

    void reportTies() {
        for (RouteTable<R> table : tables) {
            reportTies(table.candidates());
        }
        complete = comparisons <= MAX_COMPARISONS && tied.isEmpty();
    }

    private boolean mayCompare() {
        return ++comparisons <= MAX_COMPARISONS;
    }

    // ---- ties

    private void reportTies(List<Candidate<R>> candidates) {
        int start = 0;
        for (int i = 1; i <= candidates.size(); i++) {
            if (i == candidates.size()
                    || Candidate.PREFERENCE.compare(candidates.get(start), candidates.get(i))
                            != 0) {
                reportTiesAmong(candidates.subList(start, i));
                start = i;
            }
        }
    }

    private void reportTiesAmong(List<Candidate<R>> equals) {
        if (equals.size() <= SMALL_GROUP) {
            reportTies(equals, equals);
            return;
        }
        // Routes by the hundred on one path differ in one thing, a method or a tenant's header:
        // only those that share a value of it, or do not ask for it, have to be compared.
        Map<String, List<Candidate<R>>> byValue = new HashMap<>();
        List<Candidate<R>> others = new ArrayList<>();
        Object difference = commonestDifference(equals);
        for (Candidate<R> candidate : equals) {
            Map<Object, List<String>> differences = differences(candidate.conditions);
            if (!differences.containsKey(difference)) {
                others.add(candidate);
            }
            for (String value : differences.getOrDefault(difference, List.of())) {
                byValue.computeIfAbsent(value, _ -> new ArrayList<>(1)).add(candidate);
            }
        }
        byValue.values().forEach(sharing -> reportTies(sharing, sharing));
        reportTies(others, equals);
    }

    private Object commonestDifference(List<Candidate<R>> candidates) {
        Map<Object, Integer> counts = new LinkedHashMap<>();
        for (Candidate<R> candidate : candidates) {
            differences(candidate.conditions)
                    .keySet()
                    .forEach(d -> counts.merge(d, 1, Math::addExact));
        }
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .<Object>map(Map.Entry::getKey)
                .orElse(Method.class);
    }

    /// What a request must have one of several values of, and these values.
    private static Map<Object, List<String>> differences(Conditions conditions) {
        Map<Object, List<String>> differences = new LinkedHashMap<>();
        if (!conditions.methods().isEmpty()) {
            differences.put(Method.class, conditions.methods().stream().map(Method::name).toList());
        }
        if (conditions.calls() != null && !conditions.calls().any()) {
            differences.put(GrpcMethods.class, conditions.calls().names());
        }
        for (Condition condition : conditions.each()) {
            if (condition.test() instanceof ValueTest.OneOf(List<String> texts)
                    && !condition.negated()) {
                differences.put(condition.source(), texts);
            }
        }
        return differences;
    }

    private void reportTies(List<Candidate<R>> some, List<Candidate<R>> all) {
        for (Candidate<R> a : some) {
            for (Candidate<R> b : all) {
                if (a.name.equals(b.name) || (tied.contains(a.name) && tied.contains(b.name))) {
                    continue;
                }
                if (!mayCompare()) {
                    reportUnchecked(a);
                    return;
                }
                if (!a.conditions.exclude(b.conditions)) {
                    reportTie(a, b);
                    reportTie(b, a);
                    tied.add(a.name);
                    tied.add(b.name);
                }
            }
        }
    }

    private void reportTie(Candidate<R> candidate, Candidate<R> other) {
        problems.add(
                Problem.error(
                        candidate.position,
                        "route \""
                                + candidate.name
                                + "\" takes the same requests at \""
                                + candidate.pattern()
                                + "\" as route \""
                                + other.name
                                + "\" ("
                                + other.position
                                + ") and neither is more specific; give one a higher priority"));
    }

    private void reportUnchecked(Candidate<R> candidate) {
        Problem problem =
                Problem.warning(
                        candidate.position,
                        "too many routes at \""
                                + candidate.pattern()
                                + "\" to find all that take the same requests; of two that do, the"
                                + " first by name wins");
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    // ---- shadows

    /// The shadows in the tables. To be asked after ties.
    Shadows<R> shadows() {
        comparisons = 0;
        Shadows<R> shadows = new Shadows<>(tables, tied, complete);
        RequestHead probe = new RequestHead();
        for (int i = 0; i < tables.size(); i++) {
            for (Candidate<R> candidate : tables.get(i).candidates()) {
                if (comparisons > MAX_COMPARISONS) {
                    return Shadows.unknown();
                }
                shadows.add(i, candidate, winner(tables.get(i), candidate, probe));
            }
        }
        return shadows;
    }

    /// The same, knowing the shadows of the tables before; null when a route ties with another or
    /// too much has to be compared.
    @Nullable Shadows<R> shadows(Shadows<R> before, List<Change<R>> changes) {
        if (!before.isComplete()) {
            return null;
        }
        Shadows<R> shadows = new Shadows<>(tables, tied, complete);
        RequestHead probe = new RequestHead();
        for (int i = 0; i < tables.size(); i++) {
            RouteTable<R> table = tables.get(i);
            Change<R> change = changes.get(i);
            if (change.come.stream().anyMatch(candidate -> ties(table, candidate))) {
                return null;
            }
            int tableNumber = i;
            Set<Candidate<R>> gone = Collections.newSetFromMap(new IdentityHashMap<>());
            gone.addAll(change.gone);
            before.forEach(
                    i,
                    (candidate, winner) -> {
                        if (!gone.contains(candidate)) {
                            boolean stays = !gone.contains(winner);
                            shadows.add(
                                    tableNumber,
                                    candidate,
                                    stays ? winner : winner(table, candidate, probe));
                        }
                    });
            for (Candidate<R> candidate : change.come) {
                castShadows(shadows, tableNumber, candidate, probe);
                shadows.add(i, candidate, winner(table, candidate, probe));
            }
        }
        return comparisons > MAX_COMPARISONS ? null : shadows;
    }

    private boolean ties(RouteTable<R> table, Candidate<R> candidate) {
        Ranking<R> ranking = table.candidates();
        int place = ranking.place(candidate);
        return ties(candidate, ranking.subList(0, place).reversed())
                || ties(candidate, ranking.subList(place + 1, ranking.size()));
    }

    /// @param neighbours on one side, the nearest first
    private boolean ties(Candidate<R> candidate, List<Candidate<R>> neighbours) {
        for (Candidate<R> other : neighbours) {
            if (Candidate.PREFERENCE.compare(candidate, other) != 0) {
                return false;
            }
            if (!candidate.name.equals(other.name)
                    && (!mayCompare() || !candidate.conditions.exclude(other.conditions))) {
                return true;
            }
        }
        return false;
    }

    /// Looks at what a new candidate may shadow.
    private void castShadows(
            Shadows<R> shadows, int table, Candidate<R> winner, RequestHead probe) {
        Ranking<R> ranking = tables.get(table).candidates();
        for (int i = ranking.place(winner) + 1; i < ranking.size(); i++) {
            Candidate<R> candidate = ranking.get(i);
            if (!winner.name.equals(candidate.name) && winner.covers(candidate)) {
                shadows.add(table, candidate, winner(tables.get(table), candidate, probe));
            }
        }
    }

    /// The most preferred candidate of another route that takes all that `candidate` could, or
    /// null.
    private @Nullable Candidate<R> winner(
            RouteTable<R> table, Candidate<R> candidate, RequestHead probe) {
        probe.clear(Integer.MAX_VALUE);
        int host = probe.fields().append(standIn(candidate.host));
        probe.authority(host, probe.fields().limit(), host, probe.fields().limit(), -1);
        probe.path(standIn(candidate.path));
        return table.search(
                probe,
                InetAddress.getLoopbackAddress(),
                (other, _, _) ->
                        other.rank() < candidate.rank()
                                && !other.name.equals(candidate.name)
                                && mayCompare()
                                && other.covers(candidate));
    }

    private static String standIn(HostPattern host) {
        return host.kind() == HostPattern.Kind.WILDCARD
                ? PLACEHOLDER + "." + host.name()
                : host.name();
    }

    private static String standIn(PathPattern path) {
        if (path instanceof PathPattern.Prefix(String prefix)) {
            return prefix;
        }
        if (!(path instanceof PathTemplate(List<PathTemplate.Segment> segments, _, _, _))) {
            return path.lead();
        }
        StringBuilder text = new StringBuilder();
        for (PathTemplate.Segment segment : segments) {
            switch (segment) {
                case PathTemplate.Literal(String literal) -> text.append('/').append(literal);
                case PathTemplate.Capture _ -> text.append('/').append(PLACEHOLDER);
                case PathTemplate.Rest _ -> {}
            }
        }
        return text.toString();
    }
}
