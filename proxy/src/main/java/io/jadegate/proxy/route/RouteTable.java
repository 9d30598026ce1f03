package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The routes of one listener, compiled for lookup. Immutable and safe on all threads.
///
/// Of the routes that take a request the most preferred is chosen: by priority; then by host, exact
/// before the longest wildcard before any; then by path, exact before template before the longest
/// prefix before regular expression before any; then one that names methods; then the number of
/// further conditions. A route whose conditions fail leaves the request to the next, through all
/// levels of hosts.
public final class RouteTable<R> {
    private final HostIndex<R> hosts;
    private final HostIndex<R> domains;
    private final @Nullable HostLevel<R> anyHost;
    private final Ranking<R> candidates;

    private RouteTable(
            HostIndex<R> hosts,
            HostIndex<R> domains,
            @Nullable HostLevel<R> anyHost,
            Ranking<R> candidates) {
        this.hosts = hosts;
        this.domains = domains;
        this.anyHost = anyHost;
        this.candidates = candidates;
    }

    static <R> RouteTable<R> of(Ranking<R> candidates) {
        Edit edit = new Edit();
        Draft<R> draft =
                new Draft<>(
                        edit, HostIndex.empty(edit), HostIndex.empty(edit), /* anyHost= */ null);
        candidates.forEach(draft::add);
        return draft.table(candidates);
    }

    /// The same table with some candidates gone and others come. It shares what has not changed.
    ///
    /// @param next the candidates of the new table
    RouteTable<R> with(List<Candidate<R>> gone, List<Candidate<R>> come, Ranking<R> next) {
        Draft<R> draft = new Draft<>(new Edit(), hosts, domains, anyHost);
        gone.forEach(draft::remove);
        come.forEach(draft::add);
        return draft.table(next);
    }

    /// A table that is being made.
    private static final class Draft<R> {
        private final Edit edit;
        private HostIndex<R> hosts;
        private HostIndex<R> domains;
        private @Nullable HostLevel<R> anyHost;

        Draft(Edit edit, HostIndex<R> hosts, HostIndex<R> domains, @Nullable HostLevel<R> anyHost) {
            this.edit = edit;
            this.hosts = hosts;
            this.domains = domains;
            this.anyHost = anyHost;
        }

        void add(Candidate<R> candidate) {
            byte[] name = candidate.host.name().getBytes(ISO_8859_1);
            switch (candidate.host.kind()) {
                case EXACT -> hosts = hosts.with(edit, name, candidate);
                case WILDCARD -> domains = domains.with(edit, name, candidate);
                case ANY -> anyHost = HostLevel.with(edit, anyHost, name, candidate);
            }
        }

        void remove(Candidate<R> candidate) {
            byte[] name = candidate.host.name().getBytes(ISO_8859_1);
            switch (candidate.host.kind()) {
                case EXACT -> hosts = hosts.without(edit, name, candidate);
                case WILDCARD -> domains = domains.without(edit, name, candidate);
                case ANY ->
                        anyHost =
                                HostLevel.without(edit, Objects.requireNonNull(anyHost), candidate);
            }
        }

        RouteTable<R> table(Ranking<R> candidates) {
            return new RouteTable<>(hosts, domains, anyHost, candidates);
        }
    }

    /// The route that takes a request, or null when none does.
    ///
    /// Allocates nothing, unless a regular expression is tried or an escaped query value has to be
    /// decoded.
    ///
    /// @param head with a canonical path and a host in lower case
    /// @param client the client's address
    public @Nullable RouteMatch<R> match(RequestHead head, InetAddress client) {
        return search(head, client, Candidate::takes);
    }

    /// The best candidate among those that host and path lead to and the judge accepts.
    @Nullable Candidate<R> search(RequestHead head, InetAddress client, PathTrie.Judge judge) {
        byte[] bytes = head.fields().bytes();
        int start = head.hostStart();
        int end = HostPattern.trimDot(bytes, start, head.hostEnd());
        Candidate<R> best = null;
        HostLevel<R> level = hosts.exact(bytes, start, end);
        if (level != null) {
            best = level.search(head, client, best, judge);
        }
        level = domains.domain(bytes, start, end);
        while (level != null) {
            best = level.search(head, client, best, judge);
            level = domains.domain(bytes, end - level.name.length, end);
        }
        return anyHost == null ? best : anyHost.search(head, client, best, judge);
    }

    Ranking<R> candidates() {
        return candidates;
    }

    // ---- listing

    /// A route as people see it in a list.
    ///
    /// @param match its conditions in short, `GET shop.example.com/orders/* header:x-canary`
    public record Listed<R>(String name, String match, R route) {}

    /// The routes in order of preference, each at its most preferred pattern.
    public List<Listed<R>> routes() {
        Map<String, List<Candidate<R>>> byRoute = new LinkedHashMap<>();
        for (Candidate<R> candidate : candidates) {
            byRoute.computeIfAbsent(candidate.name, _ -> new ArrayList<>(1)).add(candidate);
        }
        return byRoute.values().stream().map(RouteTable::listed).toList();
    }

    private static <R> Listed<R> listed(List<Candidate<R>> patterns) {
        Candidate<R> first = patterns.getFirst();
        Conditions conditions = first.conditions;
        String methods =
                conditions.methods().stream()
                        .map(Object::toString)
                        .collect(Collectors.joining(",", "", " "));
        String text =
                (conditions.methods().isEmpty() ? "" : methods)
                        + patterns.stream()
                                .map(Candidate::pattern)
                                .distinct()
                                .collect(Collectors.joining(" "))
                        + conditions
                        + (first.priority() == 0 ? "" : " priority:" + first.priority());
        return new Listed<>(first.name, text, first.route());
    }
}
