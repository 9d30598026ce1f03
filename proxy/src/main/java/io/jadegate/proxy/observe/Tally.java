package io.jadegate.proxy.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A few counters that one event loop moves and any thread reads. No atomic operations: a move is a
/// plain addition, made visible without ordering.
///
/// Neighbours in the array are neighbours in the caches: those that move together stand together.
/// Open to be extended by what has no other counters, which spares a place in memory.
class Tally {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] slots;

    Tally(int size) {
        slots = new long[size];
    }

    final void increment(int slot) {
        add(slot, 1);
    }

    final void add(int slot, long amount) {
        SLOT.setOpaque(slots, slot, slots[slot] + amount);
    }

    final long read(int slot) {
        return (long) SLOT.getOpaque(slots, slot);
    }
}
