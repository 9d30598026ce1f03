package io.jadegate.proxy.route;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Host levels by name, in a hash table of small buckets. Changed as [Edit] says.
///
/// The hash runs from the last octet of a name to its first, so that one pass over a host yields
/// the hash of every domain it is in.
final class HostIndex<R> {
    private static final int BUCKET = 4;

    private final Edit edit;
    private @Nullable Bucket<R>[] buckets;
    private int size;
    private int longest;

    /// Levels with their hashes in a row: a look-up touches the level it finds and no other.
    private static final class Bucket<R> {
        final int[] hashes;
        final HostLevel<R>[] levels;

        Bucket(int[] hashes, HostLevel<R>[] levels) {
            this.hashes = hashes;
            this.levels = levels;
        }

        int find(int hash, byte[] bytes, int start, int end) {
            for (int i = 0; i < hashes.length; i++) {
                if (hashes[i] == hash
                        && Arrays.equals(
                                bytes, start, end, levels[i].name, 0, levels[i].name.length)) {
                    return i;
                }
            }
            return -1;
        }

        Bucket<R> with(int hash, HostLevel<R> level) {
            Bucket<R> longer =
                    new Bucket<>(
                            Arrays.copyOf(hashes, hashes.length + 1),
                            Arrays.copyOf(levels, levels.length + 1));
            longer.hashes[hashes.length] = hash;
            longer.levels[levels.length] = level;
            return longer;
        }

        Bucket<R> replacing(int at, HostLevel<R> level) {
            Bucket<R> changed = new Bucket<>(hashes, levels.clone());
            changed.levels[at] = level;
            return changed;
        }

        @Nullable Bucket<R> without(int at) {
            if (hashes.length == 1) {
                return null;
            }
            int last = hashes.length - 1;
            Bucket<R> shorter =
                    new Bucket<>(Arrays.copyOf(hashes, last), Arrays.copyOf(levels, last));
            if (at < last) {
                shorter.hashes[at] = hashes[last];
                shorter.levels[at] = levels[last];
            }
            return shorter;
        }
    }

    private HostIndex(Edit edit, @Nullable Bucket<R>[] buckets, int size, int longest) {
        this.edit = edit;
        this.buckets = buckets;
        this.size = size;
        this.longest = longest;
    }

    static <R> HostIndex<R> empty(Edit edit) {
        return new HostIndex<>(edit, buckets(1), 0, 0);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // made here, holds nothing else
    private static <R> @Nullable Bucket<R>[] buckets(int length) {
        return new Bucket[length];
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // made here, holds nothing else
    private static <R> HostLevel<R>[] levels(int length) {
        return new HostLevel[length];
    }

    // ---- changing

    /// The index with one candidate more.
    HostIndex<R> with(Edit current, byte[] name, Candidate<R> candidate) {
        HostIndex<R> mine = editable(current);
        HostLevel<R> known = mine.exact(name, 0, name.length);
        mine.put(HostLevel.with(current, known, name, candidate));
        return mine;
    }

    /// The index without a candidate that it has.
    HostIndex<R> without(Edit current, byte[] name, Candidate<R> candidate) {
        HostIndex<R> mine = editable(current);
        HostLevel<R> level = mine.exact(name, 0, name.length);
        if (level == null) {
            throw new IllegalArgumentException("not in here: " + candidate.name);
        }
        HostLevel<R> rest = HostLevel.without(current, level, candidate);
        if (rest != null) {
            mine.put(rest);
            return mine;
        }
        int hash = hash(name);
        int slot = mine.slot(hash);
        Bucket<R> bucket = mine.buckets[slot];
        if (bucket != null) {
            mine.buckets[slot] = bucket.without(bucket.find(hash, name, 0, name.length));
            mine.size--;
        }
        return mine;
    }

    private HostIndex<R> editable(Edit current) {
        return edit == current ? this : new HostIndex<>(current, buckets.clone(), size, longest);
    }

    private void put(HostLevel<R> level) {
        int hash = hash(level.name);
        int slot = slot(hash);
        Bucket<R> bucket = buckets[slot];
        int at = bucket == null ? -1 : bucket.find(hash, level.name, 0, level.name.length);
        if (bucket != null && at >= 0) {
            if (bucket.levels[at] != level) {
                buckets[slot] = bucket.replacing(at, level);
            }
            return;
        }
        Bucket<R> before = bucket == null ? new Bucket<>(new int[0], levels(0)) : bucket;
        buckets[slot] = before.with(hash, level);
        longest = Math.max(longest, level.name.length);
        if (++size > buckets.length * BUCKET) {
            grow();
        }
    }

    private void grow() {
        @Nullable Bucket<R>[] old = buckets;
        buckets = buckets(old.length * 4);
        for (Bucket<R> bucket : old) {
            for (int i = 0; bucket != null && i < bucket.hashes.length; i++) {
                int slot = slot(bucket.hashes[i]);
                Bucket<R> there = buckets[slot];
                Bucket<R> before = there == null ? new Bucket<>(new int[0], levels(0)) : there;
                buckets[slot] = before.with(bucket.hashes[i], bucket.levels[i]);
            }
        }
    }

    private static int hash(byte[] name) {
        int hash = 0;
        for (int i = name.length - 1; i >= 0; i--) {
            hash = step(hash, name[i]);
        }
        return hash;
    }

    private static int step(int hash, byte octet) {
        return hash * 31 + octet;
    }

    private int slot(int hash) {
        int mixed = hash * 0x9E3779B9;
        return (mixed ^ (mixed >>> 16)) & (buckets.length - 1);
    }

    // ---- searching

    /// The level of that name.
    @Nullable HostLevel<R> exact(byte[] bytes, int start, int end) {
        if (size == 0 || end - start > longest) {
            return null;
        }
        int hash = 0;
        for (int i = end - 1; i >= start; i--) {
            hash = step(hash, bytes[i]);
        }
        return find(bytes, start, end, hash);
    }

    /// The level of the longest domain that the name is in, one or more labels above it.
    @Nullable HostLevel<R> domain(byte[] bytes, int start, int end) {
        if (size == 0) {
            return null;
        }
        int first = Math.max(start, end - longest - 1);
        HostLevel<R> found = null;
        int hash = 0;
        for (int i = end - 1; i >= first; i--) {
            if (bytes[i] == '.' && i > start) {
                HostLevel<R> level = find(bytes, i + 1, end, hash);
                found = level == null ? found : level;
            }
            hash = step(hash, bytes[i]);
        }
        return found;
    }

    private @Nullable HostLevel<R> find(byte[] bytes, int start, int end, int hash) {
        Bucket<R> bucket = buckets[slot(hash)];
        int at = bucket == null ? -1 : bucket.find(hash, bytes, start, end);
        return bucket == null || at < 0 ? null : bucket.levels[at];
    }
}
