package io.jadegate.proxy.route;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Host levels by name, in a hash table: a free slot ends the search that began at the slot of a
/// hash, or further on where that was taken. Changed as [Edit] says.
///
/// In a large table every place in memory is one to wait for, so hashes and levels lie in arrays
/// without anything between: a look-up touches a slot of either, and the level that it finds.
///
/// The hash runs from the last octet of a name to its first, so that one pass over a host yields
/// the hash of every domain it is in.
final class HostIndex<R> {
    private static final int SMALLEST = 4;

    private final Edit edit;
    private int[] hashes;

    /// Beside their hashes; null where the slot is free. At least half of them are.
    private @Nullable HostLevel<R>[] levels;

    private int size;
    private int longest;

    private HostIndex(
            Edit edit, int[] hashes, @Nullable HostLevel<R>[] levels, int size, int longest) {
        this.edit = edit;
        this.hashes = hashes;
        this.levels = levels;
        this.size = size;
        this.longest = longest;
    }

    static <R> HostIndex<R> empty(Edit edit) {
        return new HostIndex<>(edit, new int[SMALLEST], levels(SMALLEST), 0, 0);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // made here, holds nothing else
    private static <R> @Nullable HostLevel<R>[] levels(int length) {
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
        mine.free(mine.slot(name, 0, name.length, hash(name)));
        return mine;
    }

    private HostIndex<R> editable(Edit current) {
        return edit == current
                ? this
                : new HostIndex<>(current, hashes.clone(), levels.clone(), size, longest);
    }

    private void put(HostLevel<R> level) {
        byte[] name = level.name;
        int hash = hash(name);
        int slot = slot(name, 0, name.length, hash);
        if (levels[slot] == null) {
            longest = Math.max(longest, name.length);
            if (++size * 2 > levels.length) {
                grow();
                slot = slot(name, 0, name.length, hash);
            }
        }
        hashes[slot] = hash;
        levels[slot] = level;
    }

    private void grow() {
        int[] oldHashes = hashes;
        @Nullable HostLevel<R>[] oldLevels = levels;
        hashes = new int[oldHashes.length * 2];
        levels = levels(oldLevels.length * 2);
        for (int i = 0; i < oldLevels.length; i++) {
            if (oldLevels[i] != null) {
                move(oldHashes[i], oldLevels[i]);
            }
        }
    }

    /// Empties a slot, and lets those behind it that had to go further move up.
    private void free(int slot) {
        levels[slot] = null;
        size--;
        for (int i = next(slot); levels[i] != null; i = next(i)) {
            HostLevel<R> level = levels[i];
            levels[i] = null;
            move(hashes[i], level);
        }
    }

    private void move(int hash, @Nullable HostLevel<R> level) {
        int slot = first(hash);
        while (levels[slot] != null) {
            slot = next(slot);
        }
        hashes[slot] = hash;
        levels[slot] = level;
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

    /// Where the search for a hash begins.
    private int first(int hash) {
        int mixed = hash * 0x9E3779B9;
        return (mixed ^ (mixed >>> 16)) & (levels.length - 1);
    }

    private int next(int slot) {
        return (slot + 1) & (levels.length - 1);
    }

    /// That of the level of that name, or the free one where it would stand.
    private int slot(byte[] bytes, int start, int end, int hash) {
        int slot = first(hash);
        for (HostLevel<R> level = levels[slot]; level != null; level = levels[slot]) {
            if (hashes[slot] == hash
                    && Arrays.equals(bytes, start, end, level.name, 0, level.name.length)) {
                return slot;
            }
            slot = next(slot);
        }
        return slot;
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
        return levels[slot(bytes, start, end, hash)];
    }
}
