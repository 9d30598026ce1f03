package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The candidates of one host pattern, linked to the next broader pattern: a search goes from the
/// host's own level to the one that takes any host.
final class HostLevel<R> {
    final byte[] name;

    /// Null for the level of any host.
    @Nullable HostLevel<R> broader;

    private final PathTrie<R> paths = new PathTrie<>();

    /// In order of rank.
    private final List<Candidate<R>> regexes = new ArrayList<>(0);

    /// Those of any path, in order of rank.
    private final List<Candidate<R>> pathless = new ArrayList<>(0);

    HostLevel(byte[] name) {
        this.name = name;
    }

    /// @param candidate of no lesser rank than those added before
    void add(Candidate<R> candidate) {
        switch (candidate.path) {
            case PathPattern.Regex _ -> regexes.add(candidate);
            case PathPattern.Any _ -> pathless.add(candidate);
            case PathPattern.Exact _,
                    PathPattern.Prefix _,
                    PathPattern.TextPrefix _,
                    PathTemplate _ ->
                    paths.add(candidate);
        }
    }

    /// The better of `best` and the best candidate in here that the judge accepts.
    @Nullable Candidate<R> search(
            RequestHead head,
            InetAddress client,
            @Nullable Candidate<R> best,
            PathTrie.Judge judge) {
        Candidate<R> found = best;
        if (Candidate.outranks(paths.rank(), found)) {
            byte[] bytes = head.fields().bytes();
            found =
                    paths.search(
                            head, client, bytes, head.pathStart(), head.pathEnd(), found, judge);
        }
        found = first(regexes, head, client, found, judge);
        return first(pathless, head, client, found, judge);
    }

    private static <R> @Nullable Candidate<R> first(
            List<Candidate<R>> candidates,
            RequestHead head,
            InetAddress client,
            @Nullable Candidate<R> best,
            PathTrie.Judge judge) {
        for (int i = 0; i < candidates.size(); i++) {
            Candidate<R> candidate = candidates.get(i);
            if (!Candidate.outranks(candidate.rank(), best)) {
                return best;
            }
            if (judge.accepts(candidate, head, client)) {
                return candidate;
            }
        }
        return best;
    }
}
