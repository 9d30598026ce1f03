package io.jadegate.proxy.observe;

import java.util.concurrent.atomic.AtomicLongArray;

/// A few counters that one event loop moves and any thread reads. No atomic operations: a move is a
/// plain addition, made visible without ordering.
final class Tally {
    private final AtomicLongArray slots;

    Tally(int size) {
        slots = new AtomicLongArray(size);
    }

    void increment(int slot) {
        add(slot, 1);
    }

    void add(int slot, long amount) {
        slots.setOpaque(slot, slots.getPlain(slot) + amount);
    }

    long read(int slot) {
        return slots.getOpaque(slot);
    }
}
