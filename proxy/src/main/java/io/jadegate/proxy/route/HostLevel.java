package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The candidates of one host pattern, at least one. Changed as [Edit] says.
final class HostLevel<R> {
    private final Edit edit;

    /// The host, the domain behind `*.`, or nothing.
    final byte[] name;

    private @Nullable PathTrie<R> paths;
    private @Nullable Ranked<R> regexes;

    /// Those of any path.
    private @Nullable Ranked<R> pathless;

    private HostLevel(Edit edit, byte[] name) {
        this.edit = edit;
        this.name = name;
    }

    /// The level with one candidate more.
    static <R> HostLevel<R> with(
            Edit edit, @Nullable HostLevel<R> level, byte[] name, Candidate<R> candidate) {
        HostLevel<R> mine = level == null ? new HostLevel<>(edit, name) : level.editable(edit);
        switch (candidate.path) {
            case PathPattern.Regex _ -> mine.regexes = Ranked.with(edit, mine.regexes, candidate);
            case PathPattern.Any _ -> mine.pathless = Ranked.with(edit, mine.pathless, candidate);
            case PathPattern.Exact _,
                    PathPattern.Prefix _,
                    PathPattern.TextPrefix _,
                    PathTemplate _ ->
                    mine.paths =
                            PathTrie.with(edit, mine.paths, PathKey.of(candidate.path), candidate);
        }
        return mine;
    }

    /// The level without a candidate that it has; null when that was the only one.
    static <R> @Nullable HostLevel<R> without(
            Edit edit, HostLevel<R> level, Candidate<R> candidate) {
        HostLevel<R> mine = level.editable(edit);
        switch (candidate.path) {
            case PathPattern.Regex _ ->
                    mine.regexes =
                            Ranked.without(edit, Objects.requireNonNull(mine.regexes), candidate);
            case PathPattern.Any _ ->
                    mine.pathless =
                            Ranked.without(edit, Objects.requireNonNull(mine.pathless), candidate);
            case PathPattern.Exact _,
                    PathPattern.Prefix _,
                    PathPattern.TextPrefix _,
                    PathTemplate _ ->
                    mine.paths =
                            PathTrie.without(
                                    edit,
                                    Objects.requireNonNull(mine.paths),
                                    PathKey.of(candidate.path),
                                    candidate);
        }
        return mine.paths == null && mine.regexes == null && mine.pathless == null ? null : mine;
    }

    private HostLevel<R> editable(Edit current) {
        if (edit == current) {
            return this;
        }
        HostLevel<R> copy = new HostLevel<>(current, name);
        copy.paths = paths;
        copy.regexes = regexes;
        copy.pathless = pathless;
        return copy;
    }

    /// The better of `best` and the best candidate in here that the judge accepts.
    @Nullable Candidate<R> search(
            RequestHead head,
            InetAddress client,
            @Nullable Candidate<R> best,
            PathTrie.Judge judge) {
        Candidate<R> found = best;
        if (paths != null && Candidate.outranks(paths.rank(), found)) {
            byte[] bytes = head.fields().bytes();
            found =
                    paths.search(
                            head, client, bytes, head.pathStart(), head.pathEnd(), found, judge);
        }
        if (regexes != null) {
            found = regexes.first(head, client, found, judge);
        }
        return pathless == null ? found : pathless.first(head, client, found, judge);
    }
}
