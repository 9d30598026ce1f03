package io.jadegate.proxy.route;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.RequestHead;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// The candidates of one host whose paths begin with literal text, in a radix tree over octets.
///
/// **Structure.** A node stands for the text from the root to it and holds the candidates whose
/// pattern is that text: those that want the path to end there (`ending`: exact paths, templates)
/// and those content with more (`leading`: prefixes, a template's rest). A capture hangs a tree of
/// its own below the node in front of it, for what follows the captured segment.
///
/// **Search.** Walk down as far as the path goes, then climb back: the deepest node has the longest
/// prefix. On the way up each capture descends into its own tree. A whole tree is left out when its
/// best rank cannot beat the best candidate found so far.
///
/// **Bound.** A node is reached along one way only, at an offset that the path alone decides; so a
/// search visits no node twice and asks no candidate twice, whatever the path. Recursion is as deep
/// as a template has captures. Nothing is allocated.
///
/// Built by adding candidates in order of rank, then published; never changed after that.
final class PathTrie<R> {
    private final Node<R> root = new Node<>(null, new byte[0], 0);

    /// The rank of the best candidate in here.
    private int rank = Integer.MAX_VALUE;

    /// What decides about a candidate that host and path lead to.
    interface Judge {
        boolean accepts(Candidate<?> candidate, RequestHead head, InetAddress client);
    }

    int rank() {
        return rank;
    }

    // ---- building

    /// @param candidate of no lesser rank than those added before
    void add(Candidate<R> candidate) {
        switch (candidate.path) {
            case PathPattern.Exact(String path) -> at(path, candidate).addEnding(candidate);
            case PathPattern.Prefix(String path) -> at(path, candidate).addLeading(candidate);
            case PathPattern.TextPrefix(String text) -> at(text, candidate).addLeading(candidate);
            case PathTemplate template -> add(candidate, template.segments().iterator());
            case PathPattern.Regex _, PathPattern.Any _ ->
                    throw new IllegalArgumentException("no literal text: " + candidate.path);
        }
    }

    private void add(Candidate<R> candidate, Iterator<PathTemplate.Segment> segments) {
        StringBuilder literal = new StringBuilder();
        while (segments.hasNext()) {
            switch (segments.next()) {
                case PathTemplate.Literal(String text) -> literal.append('/').append(text);
                case PathTemplate.Capture _ -> {
                    at(literal.append('/').toString(), candidate)
                            .captureTree()
                            .add(candidate, segments);
                    return;
                }
                case PathTemplate.Rest _ -> {
                    at(literal.toString(), candidate).addLeading(candidate);
                    return;
                }
            }
        }
        at(literal.toString(), candidate).addEnding(candidate);
    }

    private Node<R> at(String text, Candidate<R> candidate) {
        rank = Math.min(rank, candidate.rank());
        return root.descend(text.getBytes(ISO_8859_1));
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
        Node<R> node = root;
        for (Node<R> next = node; next != null; next = node.next(bytes, start, end)) {
            node = next;
        }
        Candidate<R> found = best;
        if (start + node.depth == end) {
            found = node.bestEnding(head, client, found, judge);
        }
        for (Node<R> up = node; up != null; up = up.parent) {
            int at = start + up.depth;
            PathTrie<R> captures = up.captures;
            if (captures != null && Candidate.outranks(captures.rank, found)) {
                int segmentEnd = PathTemplate.segmentEnd(bytes, at, end);
                if (segmentEnd > at) {
                    found = captures.search(head, client, bytes, segmentEnd, end, found, judge);
                }
            }
            found = up.bestLeading(head, client, bytes, at, end, found, judge);
        }
        return found;
    }

    private static final class Node<R> {
        private static final Candidate<?>[] NO_CANDIDATES = {};
        private static final Node<?>[] NO_NODES = {};
        private static final byte[] NO_OCTETS = {};

        @Nullable Node<R> parent;
        final byte[] text;

        /// How many octets of `text` this node stands for; more may belong to nodes below.
        final int depth;

        private byte[] firsts = NO_OCTETS;
        private Node<R>[] children = noNodes();
        private Candidate<R>[] ending = none();
        private Candidate<R>[] leading = none();
        private @Nullable PathTrie<R> captures;

        Node(@Nullable Node<R> parent, byte[] text, int depth) {
            this.parent = parent;
            this.text = text;
            this.depth = depth;
        }

        @SuppressWarnings("unchecked") // empty
        private static <R> Candidate<R>[] none() {
            return (Candidate<R>[]) NO_CANDIDATES;
        }

        @SuppressWarnings("unchecked") // empty
        private static <R> Node<R>[] noNodes() {
            return (Node<R>[]) NO_NODES;
        }

        @SuppressWarnings({"unchecked", "rawtypes"}) // made here, holds nothing else
        private static <R> Node<R>[] nodes(int length) {
            return new Node[length];
        }

        void addEnding(Candidate<R> candidate) {
            ending = append(ending, candidate);
        }

        void addLeading(Candidate<R> candidate) {
            leading = append(leading, candidate);
        }

        private static <R> Candidate<R>[] append(Candidate<R>[] list, Candidate<R> candidate) {
            Candidate<R>[] longer = Arrays.copyOf(list, list.length + 1);
            longer[list.length] = candidate;
            return longer;
        }

        PathTrie<R> captureTree() {
            if (captures == null) {
                captures = new PathTrie<>();
            }
            return captures;
        }

        /// The node of a text that begins with this node's, made if need be.
        Node<R> descend(byte[] target) {
            Node<R> node = this;
            while (node.depth < target.length) {
                node = node.towards(target);
            }
            return node;
        }

        /// The next node on the way to a longer text.
        private Node<R> towards(byte[] target) {
            int slot = slot(target[depth]);
            if (slot < 0) {
                Node<R> leaf = new Node<>(this, target, target.length);
                insert(~slot, leaf);
                return leaf;
            }
            Node<R> child = children[slot];
            int common = commonEnd(child.text, child.depth, target);
            if (common == child.depth) {
                return child;
            }
            Node<R> fork = new Node<>(this, child.text, common);
            fork.insert(0, child);
            child.parent = fork;
            children[slot] = fork;
            return fork;
        }

        private static int commonEnd(byte[] text, int depth, byte[] target) {
            int mismatch =
                    Arrays.mismatch(text, 0, depth, target, 0, Math.min(depth, target.length));
            return mismatch < 0 ? depth : mismatch;
        }

        private void insert(int slot, Node<R> child) {
            firsts = Arrays.copyOf(firsts, firsts.length + 1);
            System.arraycopy(firsts, slot, firsts, slot + 1, firsts.length - 1 - slot);
            firsts[slot] = child.text[depth];
            Node<R>[] more = nodes(children.length + 1);
            System.arraycopy(children, 0, more, 0, slot);
            System.arraycopy(children, slot, more, slot + 1, children.length - slot);
            more[slot] = child;
            children = more;
        }

        private int slot(byte first) {
            return Arrays.binarySearch(firsts, first);
        }

        /// The child that the path goes through, if any.
        @Nullable Node<R> next(byte[] bytes, int start, int end) {
            int at = start + depth;
            if (at >= end) {
                return null;
            }
            int slot = slot(bytes[at]);
            if (slot < 0) {
                return null;
            }
            Node<R> child = children[slot];
            int childAt = start + child.depth;
            return childAt <= end
                            && Arrays.equals(bytes, at, childAt, child.text, depth, child.depth)
                    ? child
                    : null;
        }

        @Nullable Candidate<R> bestEnding(
                RequestHead head, InetAddress client, @Nullable Candidate<R> best, Judge judge) {
            for (Candidate<R> candidate : ending) {
                if (!Candidate.outranks(candidate.rank(), best)) {
                    return best;
                }
                if (judge.accepts(candidate, head, client)) {
                    return candidate;
                }
            }
            return best;
        }

        @Nullable Candidate<R> bestLeading(
                RequestHead head,
                InetAddress client,
                byte[] bytes,
                int at,
                int end,
                @Nullable Candidate<R> best,
                Judge judge) {
            for (Candidate<R> candidate : leading) {
                if (!Candidate.outranks(candidate.rank(), best)) {
                    return best;
                }
                boolean here =
                        !candidate.segmentWise || PathPattern.Prefix.endsSegment(bytes, at, end);
                if (here && judge.accepts(candidate, head, client)) {
                    return candidate;
                }
            }
            return best;
        }
    }
}
