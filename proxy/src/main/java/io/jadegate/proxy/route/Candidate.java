package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One host pattern and one path pattern of a route: what competes for requests.
///
/// **Rank.** All candidates of a table stand in the order of [#PRECEDENCE]; the rank is a number
/// that grows along that order, with gaps for those to come ([Ranking]). The winner for a request
/// is the matching candidate of the least rank, however the search comes across it, so the search
/// needs to know nothing about precedence but how to compare two numbers.
final class Candidate<R> extends RouteMatch<R> implements Ranked<R> {
    /// Priority, host, path, then gRPC methods, methods and the number of conditions. Candidates
    /// that are equal in this have the same patterns.
    static final Comparator<Candidate<?>> PREFERENCE = Candidate::comparePreference;

    /// The same made total, by what does not depend on the order of the configuration.
    static final Comparator<Candidate<?>> PRECEDENCE =
            (a, b) -> {
                int byPreference = comparePreference(a, b);
                return byPreference != 0 ? byPreference : a.name.compareTo(b.name);
            };

    final String name;
    final HostPattern host;
    final PathPattern path;
    final Conditions conditions;

    /// Where the path pattern, or else the match, stands in the configuration.
    final String position;

    /// Whether a prefix of this has to end where a segment does.
    final boolean segmentWise;

    /// How many candidates the route has, this one included.
    final int siblings;

    /// The listeners that the route is for; none for all.
    final List<String> listeners;

    private final boolean regex;
    private final int priority;

    /// Set once, before any table that holds this is published.
    private long rank;

    Candidate(
            RouteEntry<R> entry,
            HostPattern host,
            PathPattern path,
            Conditions conditions,
            String position,
            int siblings) {
        super(entry.route(), path);
        this.name = entry.name();
        this.priority = entry.priority();
        this.host = host;
        this.path = path;
        this.conditions = conditions;
        this.position = position;
        this.siblings = siblings;
        this.listeners = entry.match().listeners();
        this.segmentWise = !(path instanceof PathPattern.TextPrefix);
        this.regex = path instanceof PathPattern.Regex;
    }

    // Written out: a large table is sorted with it at every start.
    private static int comparePreference(Candidate<?> a, Candidate<?> b) {
        if (a.priority != b.priority) {
            return Integer.compare(b.priority, a.priority);
        }
        int byHost = a.host.compareTo(b.host);
        if (byHost != 0) {
            return byHost;
        }
        int byPath = PathOrder.compare(a.path, b.path);
        if (byPath != 0) {
            return byPath;
        }
        int byCalls = Integer.compare(a.conditions.callRank(), b.conditions.callRank());
        if (byCalls != 0) {
            return byCalls;
        }
        int byMethods =
                Boolean.compare(a.conditions.methods().isEmpty(), b.conditions.methods().isEmpty());
        return byMethods != 0
                ? byMethods
                : Integer.compare(b.conditions.count(), a.conditions.count());
    }

    long rank() {
        return rank;
    }

    void rank(long rank) {
        this.rank = rank;
    }

    /// Whether a candidate of rank `rank` would win over `best`, if there is one.
    static boolean outranks(long rank, @Nullable Candidate<?> best) {
        return best == null || rank < best.rank;
    }

    /// Whether a request whose host and path have led here is taken. Paths lead to a regular
    /// expression only as one of the host's, so it is asked here.
    boolean takes(RequestHead head, InetAddress client) {
        return conditions.hold(head, client)
                && (!regex
                        || path.matches(head.fields().bytes(), head.pathStart(), head.pathEnd()));
    }

    /// Whether this takes every request that `other` takes. False when that cannot be told.
    boolean covers(Candidate<?> other) {
        return host.covers(other.host)
                && path.covers(other.path)
                && conditions.cover(other.conditions);
    }

    /// Host and path in short, `shop.example.com/orders/*`.
    String pattern() {
        boolean anyHost = host.kind() == HostPattern.Kind.ANY;
        String text = (anyHost ? "" : host) + path.toString();
        return text.isEmpty() ? "*" : text;
    }

    int priority() {
        return priority;
    }

    // ---- where it is the only one

    @Override
    public int size() {
        return 1;
    }

    @Override
    public Candidate<R> get(int index) {
        return this;
    }

    /// @throws IllegalArgumentException when it is another
    void mustBe(Candidate<R> other) {
        if (this != other) {
            throw new IllegalArgumentException("not in here: " + other.name);
        }
    }
}
