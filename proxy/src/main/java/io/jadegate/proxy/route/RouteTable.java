package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final HostLevel<R> anyHost;
    private final List<Candidate<R>> candidates;

    /// @param candidates in order of rank
    RouteTable(List<Candidate<R>> candidates) {
        this.candidates = candidates;
        anyHost = new HostLevel<>(new byte[0]);
        Map<String, HostLevel<R>> byHost = new HashMap<>();
        Map<String, HostLevel<R>> byDomain = new HashMap<>();
        for (Candidate<R> candidate : candidates) {
            String name = candidate.host.name();
            HostLevel<R> level =
                    switch (candidate.host.kind()) {
                        case EXACT -> byHost.computeIfAbsent(name, RouteTable::level);
                        case WILDCARD -> byDomain.computeIfAbsent(name, RouteTable::level);
                        case ANY -> anyHost;
                    };
            level.add(candidate);
        }
        hosts = new HostIndex<>(byHost.values());
        domains = new HostIndex<>(byDomain.values());
        byHost.values().forEach(level -> level.broader = broaderThan(level));
        byDomain.values().forEach(level -> level.broader = broaderThan(level));
    }

    private static <R> HostLevel<R> level(String name) {
        return new HostLevel<>(name.getBytes(ISO_8859_1));
    }

    private HostLevel<R> broaderThan(HostLevel<R> level) {
        HostLevel<R> domain = domains.domain(level.name, 0, level.name.length);
        return domain == null ? anyHost : domain;
    }

    /// The route that takes a request, or null when none does.
    ///
    /// Allocates nothing, unless a template captures, a regular expression is tried or an escaped
    /// query value has to be decoded.
    ///
    /// @param head with a canonical path and a host in lower case
    /// @param client the client's address
    public @Nullable RouteMatch<R> match(RequestHead head, InetAddress client) {
        Candidate<R> winner = search(head, client, Candidate::takes);
        return winner == null ? null : winner.match(head);
    }

    /// The best candidate among those that host and path lead to and the judge accepts.
    @Nullable Candidate<R> search(RequestHead head, InetAddress client, PathTrie.Judge judge) {
        Candidate<R> best = null;
        for (HostLevel<R> level = level(head); level != null; level = level.broader) {
            best = level.search(head, client, best, judge);
        }
        return best;
    }

    private HostLevel<R> level(RequestHead head) {
        byte[] bytes = head.fields().bytes();
        int start = head.hostStart();
        int end = HostPattern.trimDot(bytes, start, head.hostEnd());
        HostLevel<R> level = hosts.exact(bytes, start, end);
        if (level == null) {
            level = domains.domain(bytes, start, end);
        }
        return level == null ? anyHost : level;
    }

    List<Candidate<R>> candidates() {
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
        return new Listed<>(first.name, text, first.route);
    }
}
