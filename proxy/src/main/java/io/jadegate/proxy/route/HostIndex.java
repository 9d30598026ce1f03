package io.jadegate.proxy.route;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Host levels by name, in a hash table with open addressing.
///
/// The hash runs from the last octet of a name to its first, so that one pass over a host yields
/// the hash of every domain it is in. Immutable.
final class HostIndex<R> {
    private final int[] hashes;
    private final List<@Nullable HostLevel<R>> slots;
    private final int mask;
    private final int longest;

    HostIndex(Collection<HostLevel<R>> levels) {
        int capacity = Math.max(2, Integer.highestOneBit(levels.size()) * 4);
        mask = capacity - 1;
        hashes = new int[capacity];
        slots = Arrays.asList(HostIndex.<R>empty(capacity));
        int length = 0;
        for (HostLevel<R> level : levels) {
            put(level);
            length = Math.max(length, level.name.length);
        }
        longest = length;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // made here, holds nothing else
    private static <R> @Nullable HostLevel<R>[] empty(int capacity) {
        return new HostLevel[capacity];
    }

    private void put(HostLevel<R> level) {
        int hash = 0;
        for (int i = level.name.length - 1; i >= 0; i--) {
            hash = step(hash, level.name[i]);
        }
        int slot = spread(hash) & mask;
        while (slots.get(slot) != null) {
            slot = (slot + 1) & mask;
        }
        hashes[slot] = hash;
        slots.set(slot, level);
    }

    private static int step(int hash, byte octet) {
        return hash * 31 + octet;
    }

    private static int spread(int hash) {
        int mixed = hash * 0x9E3779B9;
        return mixed ^ (mixed >>> 16);
    }

    /// The level of that name.
    @Nullable HostLevel<R> exact(byte[] bytes, int start, int end) {
        if (end - start > longest) {
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
        for (int slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
            HostLevel<R> level = slots.get(slot);
            if (level == null) {
                return null;
            }
            if (hashes[slot] == hash
                    && Arrays.equals(bytes, start, end, level.name, 0, level.name.length)) {
                return level;
            }
        }
    }
}
