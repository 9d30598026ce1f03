package io.jadegate.proxy.stream;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The coarse timer wheel of one event loop: deadlines that are moved far more often than they
/// pass.
///
/// A deadline that moves later only changes a number; the wheel notices when it comes by. Deadlines
/// pass up to two ticks late and never early. Only for the loop's own thread. The wheel turns while
/// it holds a deadline, so an idle process is not woken.
public final class Deadlines {
    private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int SLOTS = 1024;

    private final EventLoop loop;
    private final LongSupplier clock;
    private final @Nullable Deadline[] slots = new @Nullable Deadline[SLOTS];
    private final long origin;
    private long tick;
    private int size;
    private boolean turning;

    /// @param clock the time in nanoseconds; deadlines are set in it
    Deadlines(EventLoop loop, LongSupplier clock) {
        this.loop = loop;
        this.clock = clock;
        this.origin = clock.getAsLong();
    }

    private long tickOf(long nanos) {
        return Math.max(0, nanos - origin) / TICK_NANOS;
    }

    private void turn() {
        long now = clock.getAsLong();
        long current = tickOf(now);
        // Behind by more than a round, each slot still needs to be looked at only once.
        for (long t = Math.max(tick, current - SLOTS + 1); t <= current; t++) {
            tick = t + 1;
            pass((int) (t % SLOTS), now);
        }
        if (size > 0) {
            loop.schedule(this::turn, TICK_NANOS, TimeUnit.NANOSECONDS);
        } else {
            turning = false;
        }
    }

    /// Empties a slot. What is linked meanwhile goes to later slots, so this ends.
    private void pass(int slot, long now) {
        for (Deadline deadline = slots[slot]; deadline != null; deadline = slots[slot]) {
            unlink(deadline);
            if (deadline.at - now <= 0) {
                run(deadline);
            } else {
                link(deadline);
            }
        }
    }

    /// One that fails must not stop the wheel, and with it all others.
    private static void run(Deadline deadline) {
        try {
            deadline.passed.run();
        } catch (Throwable e) {
            // Errors too: memory outside the heap that runs out is one.
            LOG.error("what a deadline led to failed", e);
        }
    }

    private void link(Deadline deadline) {
        if (!turning) {
            turning = true;
            // While it stood still the wheel fell behind: slots are counted from now.
            tick = Math.max(tick, tickOf(clock.getAsLong()));
            loop.schedule(this::turn, TICK_NANOS, TimeUnit.NANOSECONDS);
        }
        long due = tickOf(deadline.at) + 1;
        // Farther than a round: the last slot of this one, where the wheel looks again.
        long at = Math.min(Math.max(due, tick), tick + SLOTS - 2);
        int slot = (int) (at % SLOTS);
        Deadline head = slots[slot];
        deadline.slot = slot;
        deadline.linkedTick = at;
        deadline.next = head;
        deadline.linked = true;
        if (head != null) {
            head.previous = deadline;
        }
        slots[slot] = deadline;
        size++;
    }

    private void unlink(Deadline deadline) {
        if (deadline.previous == null) {
            slots[deadline.slot] = deadline.next;
        } else {
            deadline.previous.next = deadline.next;
        }
        if (deadline.next != null) {
            deadline.next.previous = deadline.previous;
        }
        deadline.next = null;
        deadline.previous = null;
        deadline.linked = false;
        size--;
    }

    /// A point in time at which something must have happened. Belongs to one wheel.
    public final class Deadline {
        private final Runnable passed;
        private long at;
        private long linkedTick;
        private int slot;
        private boolean linked;
        private @Nullable Deadline next;
        private @Nullable Deadline previous;

        /// @param passed what to do when the deadline passes; runs on the loop
        public Deadline(Runnable passed) {
            this.passed = passed;
        }

        /// Sets or moves the deadline to `at`, in the time of the loop: that of
        /// [System#nanoTime()].
        public void set(long at) {
            this.at = at;
            if (linked) {
                if (tickOf(at) + 1 >= linkedTick) {
                    return;
                }
                unlink(this);
            }
            link(this);
        }

        /// Takes the deadline off the wheel. Harmless when it is not set.
        public void cancel() {
            if (linked) {
                unlink(this);
            }
        }

        /// Whether the deadline is set and has not passed.
        public boolean isSet() {
            return linked;
        }
    }
}
