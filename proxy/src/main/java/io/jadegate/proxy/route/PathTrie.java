package io.jadegate.proxy.route;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The candidates of one host whose paths begin with literal text, in a radix tree over octets.
///
/// **Structure.** A node stands for the text from the root to it and holds the candidates whose
/// pattern is that text: those that want the path to end there (`ending`: exact paths, templates)
/// and those content with more (`leading`: prefixes, a template's rest). A capture hangs a tree of
/// its own below the node in front of it, for what follows the captured segment. A tree is its root
/// node. No node knows the one above, so that trees may share nodes.
///
/// **Search.** Walk down as far as the path goes, then come back: the deepest node has the longest
/// prefix. On the way back each capture descends into its own tree. Whatever lies below a node is
/// left out when its best rank cannot beat the best candidate found so far.
///
/// **Bound.** A node is reached along one way only, at an offset that the path alone decides; so a
/// search visits no node twice and asks no candidate twice, whatever the path. Recursion goes one
/// level down for each capture and for each node that holds something; beyond [#MAX_NESTED] of the
/// latter nodes are asked on the way down, which finds the same. Nothing is allocated.
///
/// Changed as [Edit] says.
final class PathTrie<R> {
    private static final int MAX_NESTED = 64;
    private static final PathTrie<?>[] NO_NODES = {};

    private final Edit edit;

    /// The node stands for the first `depth` octets; more may belong to nodes below.
    private final byte[] text;

    private final int depth;

    /// The octet of the first child: children lie in a row by the octet that they begin with.
    private int low;

    private @Nullable PathTrie<R>[] children = noNodes();
    private @Nullable Ranked<R> ending;
    private @Nullable Ranked<R> leading;
    private @Nullable PathTrie<R> captures;

    /// That of the best candidate here and below.
    private long rank = Long.MAX_VALUE;

    /// What decides about a candidate that host and path lead to.
    interface Judge {
        boolean accepts(Candidate<?> candidate, RequestHead head, InetAddress client);
    }

    private PathTrie(Edit edit, byte[] text, int depth) {
        this.edit = edit;
        this.text = text;
        this.depth = depth;
    }

    private PathTrie(Edit edit, PathTrie<R> other) {
        this(edit, other.text, other.depth);
        low = other.low;
        children = other.children.clone();
        ending = other.ending;
        leading = other.leading;
        captures = other.captures;
        rank = other.rank;
    }

    @SuppressWarnings("unchecked") // empty
    private static <R> @Nullable PathTrie<R>[] noNodes() {
        return (PathTrie<R>[]) NO_NODES;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // made here, holds nothing else
    private static <R> @Nullable PathTrie<R>[] nodes(int length) {
        return new PathTrie[length];
    }

    long rank() {
        return rank;
    }

    // ---- changing

    /// The tree with one candidate more.
    static <R> PathTrie<R> with(
            Edit edit, @Nullable PathTrie<R> tree, PathKey key, Candidate<R> candidate) {
        return with(edit, tree, key, 0, candidate);
    }

    private static <R> PathTrie<R> with(
            Edit edit, @Nullable PathTrie<R> tree, PathKey key, int part, Candidate<R> candidate) {
        byte[] literal = key.literals().get(part);
        PathTrie<R> root =
                tree == null
                        ? new PathTrie<>(edit, literal, literal.length)
                        : tree.onTheWay(edit, literal);
        PathTrie<R> node = root;
        node.rank = Math.min(node.rank, candidate.rank());
        while (node.depth < literal.length) {
            node = node.towards(edit, literal);
            node.rank = Math.min(node.rank, candidate.rank());
        }
        if (part + 1 < key.literals().size()) {
            node.captures = with(edit, node.captures, key, part + 1, candidate);
        } else if (key.leading()) {
            node.leading = Ranked.with(edit, node.leading, candidate);
        } else {
            node.ending = Ranked.with(edit, node.ending, candidate);
        }
        return root;
    }

    /// The tree without a candidate that it has; null when that was the only one.
    static <R> @Nullable PathTrie<R> without(
            Edit edit, PathTrie<R> tree, PathKey key, Candidate<R> candidate) {
        return without(edit, tree, key, 0, candidate);
    }

    private static <R> @Nullable PathTrie<R> without(
            Edit edit, PathTrie<R> tree, PathKey key, int part, Candidate<R> candidate) {
        PathTrie<R> node = tree.editable(edit);
        List<PathTrie<R>> way = new ArrayList<>();
        way.add(node);
        byte[] literal = key.literals().get(part);
        while (node.depth < literal.length) {
            PathTrie<R> child = Objects.requireNonNull(node.child(literal[node.depth]));
            child = child.editable(edit);
            node.put(child);
            node = child;
            way.add(node);
        }
        if (part + 1 < key.literals().size()) {
            PathTrie<R> below = Objects.requireNonNull(node.captures);
            node.captures = without(edit, below, key, part + 1, candidate);
        } else if (key.leading()) {
            node.leading = Ranked.without(edit, Objects.requireNonNull(node.leading), candidate);
        } else {
            node.ending = Ranked.without(edit, Objects.requireNonNull(node.ending), candidate);
        }
        for (int i = way.size() - 1; i > 0; i--) {
            way.get(i).updateRank(candidate);
            way.get(i - 1).shorten(way.get(i));
        }
        way.getFirst().updateRank(candidate);
        return way.getFirst().shortened();
    }

    private PathTrie<R> editable(Edit current) {
        return edit == current ? this : new PathTrie<>(current, this);
    }

    /// The next node on the way to a longer text, made if need be.
    private PathTrie<R> towards(Edit current, byte[] target) {
        PathTrie<R> child = child(target[depth]);
        PathTrie<R> next =
                child == null
                        ? new PathTrie<>(current, target, target.length)
                        : child.onTheWay(current, target);
        put(next);
        return next;
    }

    /// This node if the way to a text leads through it, or else a new one above it, where the ways
    /// part.
    private PathTrie<R> onTheWay(Edit current, byte[] target) {
        int common = commonEnd(text, depth, target);
        if (common == depth) {
            return editable(current);
        }
        PathTrie<R> above = new PathTrie<>(current, text, common);
        above.rank = rank;
        above.put(this);
        return above;
    }

    private static int commonEnd(byte[] text, int depth, byte[] target) {
        int mismatch = Arrays.mismatch(text, 0, depth, target, 0, Math.min(depth, target.length));
        return mismatch < 0 ? depth : mismatch;
    }

    /// Puts a child in its place, in that of another if there is one.
    private void put(PathTrie<R> child) {
        int octet = child.text[depth] & 0xff;
        if (children.length == 0) {
            low = octet;
        }
        int from = Math.min(low, octet);
        int to = Math.max(low + children.length, octet + 1);
        if (to - from > children.length) {
            @Nullable PathTrie<R>[] more = nodes(to - from);
            System.arraycopy(children, 0, more, low - from, children.length);
            children = more;
            low = from;
        }
        children[octet - low] = child;
    }

    /// Takes out a child that holds nothing any more.
    private void shorten(PathTrie<R> child) {
        children[(child.text[depth] & 0xff) - low] = child.shortened();
        if (Arrays.stream(children).allMatch(Objects::isNull)) {
            children = noNodes();
        }
    }

    /// What is left of it: null for nothing, or the only node below it if it holds nothing itself.
    private @Nullable PathTrie<R> shortened() {
        if (holdsSomething()) {
            return this;
        }
        List<PathTrie<R>> below = Arrays.stream(children).filter(Objects::nonNull).toList();
        return switch (below.size()) {
            case 0 -> null;
            case 1 -> below.getFirst();
            default -> this;
        };
    }

    private boolean holdsSomething() {
        return ending != null || leading != null || captures != null;
    }

    private void updateRank(Candidate<R> gone) {
        if (gone.rank() > rank) {
            return;
        }
        rank = Math.min(Ranked.best(ending), Ranked.best(leading));
        rank = captures == null ? rank : Math.min(rank, captures.rank);
        for (PathTrie<R> child : children) {
            rank = child == null ? rank : Math.min(rank, child.rank);
        }
    }

    private @Nullable PathTrie<R> child(byte first) {
        int slot = (first & 0xff) - low;
        return slot >= 0 && slot < children.length ? children[slot] : null;
    }

    // ---- searching

    /// The better of `best` and the best candidate for the path in `bytes[start, end)` that the
    /// judge accepts.
    @Nullable Candidate<R> search(
            RequestHead head,
            InetAddress client,
            byte[] bytes,
            int start,
            int end,
            @Nullable Candidate<R> best,
            Judge judge) {
        int at = start + depth;
        boolean here = at <= end && Arrays.equals(bytes, start, at, text, 0, depth);
        return here ? search(head, client, bytes, start, end, best, judge, 0) : best;
    }

    private @Nullable Candidate<R> search(
            RequestHead head,
            InetAddress client,
            byte[] bytes,
            int start,
            int end,
            @Nullable Candidate<R> best,
            Judge judge,
            int nested) {
        Candidate<R> found = best;
        PathTrie<R> node = this;
        while (node != null && Candidate.outranks(node.rank, found)) {
            PathTrie<R> next = node.next(bytes, start, end);
            if (node.holdsSomething()) {
                if (next != null && nested < MAX_NESTED) {
                    found = next.search(head, client, bytes, start, end, found, judge, nested + 1);
                    next = null;
                }
                found = node.searchHere(head, client, bytes, start, end, found, judge);
            }
            node = next;
        }
        return found;
    }

    /// The child that the path goes through, if any.
    private @Nullable PathTrie<R> next(byte[] bytes, int start, int end) {
        int at = start + depth;
        if (at >= end) {
            return null;
        }
        PathTrie<R> child = child(bytes[at]);
        if (child == null || child.depth == depth + 1) {
            return child;
        }
        int childAt = start + child.depth;
        return childAt <= end
                        && Arrays.equals(bytes, at + 1, childAt, child.text, depth + 1, child.depth)
                ? child
                : null;
    }

    private @Nullable Candidate<R> searchHere(
            RequestHead head,
            InetAddress client,
            byte[] bytes,
            int start,
            int end,
            @Nullable Candidate<R> best,
            Judge judge) {
        int at = start + depth;
        Candidate<R> found = best;
        if (ending != null && at == end) {
            found = ending.first(head, client, found, judge);
        }
        if (captures != null && Candidate.outranks(captures.rank, found)) {
            int segmentEnd = PathTemplate.segmentEnd(bytes, at, end);
            if (segmentEnd > at) {
                found = captures.search(head, client, bytes, segmentEnd, end, found, judge);
            }
        }
        return leading == null
                ? found
                : bestLeading(leading, head, client, bytes, at, end, found, judge);
    }

    private static <R> @Nullable Candidate<R> bestLeading(
            Ranked<R> candidates,
            RequestHead head,
            InetAddress client,
            byte[] bytes,
            int at,
            int end,
            @Nullable Candidate<R> best,
            Judge judge) {
        for (int i = 0; i < candidates.size(); i++) {
            Candidate<R> candidate = candidates.get(i);
            if (!Candidate.outranks(candidate.rank(), best)) {
                return best;
            }
            boolean here = !candidate.segmentWise || PathPattern.Prefix.endsSegment(bytes, at, end);
            if (here && judge.accepts(candidate, head, client)) {
                return candidate;
            }
        }
        return best;
    }
}
