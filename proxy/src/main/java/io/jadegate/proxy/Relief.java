package io.jadegate.proxy;

import io.jadegate.proxy.listener.Listener;
import io.jadegate.proxy.stream.Budget;
import io.jadegate.proxy.stream.Loop;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.ServerConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the node back within its budget when it is full. New work goes before old: at once no
/// exchange is begun, which is not this class's business; when that has not helped for a while, no
/// connection is let in; when that has not, those who hold most are ended, as few as suffice. Far
/// beyond the line all of it happens at once.
///
/// Runs on the first loop, and only while the budget is full.
final class Relief {
    private static final Logger LOG = LoggerFactory.getLogger(Relief.class);

    private static final long TURN_MILLIS = 250;
    private static final int TURNS_TO_REFUSE = 4;
    private static final int TURNS_TO_END = 8;
    private static final double FAR_BEYOND = 1.25;

    /// The part of the budget that may stay in use when holders are ended.
    private static final double AIM = 0.95;

    private final Loops loops;
    private final Budget budget;
    private final Supplier<? extends Collection<Listener>> listeners;

    /// @param listeners those whose connections may be ended; asked on the first loop
    Relief(Loops loops, Supplier<? extends Collection<Listener>> listeners) {
        this.loops = loops;
        this.budget = loops.budget();
        this.listeners = listeners;
    }

    /// Begins, from any loop.
    void begin() {
        LOG.warn(
                "buffers: {} MiB held, the budget is full; new exchanges are refused",
                budget.chargedBytes() >> 20);
        next(1);
    }

    private void next(int turn) {
        loops.all()
                .getFirst()
                .eventLoop()
                .schedule(() -> turn(turn), TURN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void turn(int turn) {
        if (!budget.full()) {
            LOG.info("buffers: {} MiB held, within the budget again", budget.chargedBytes() >> 20);
            budget.relieved();
            return;
        }
        boolean farBeyond = budget.chargedBytes() > budget.hardBytes() * FAR_BEYOND;
        if (!budget.closed() && (farBeyond || turn >= TURNS_TO_REFUSE)) {
            LOG.warn("buffers: still full; new connections are refused");
            budget.close();
        }
        if (farBeyond || turn >= TURNS_TO_END) {
            endLargest();
        }
        next(turn + 1);
    }

    /// Has every loop end its part.
    private void endLargest() {
        List<Listener> all = List.copyOf(listeners.get());
        double part = 1 - budget.hardBytes() * AIM / budget.chargedBytes();
        for (Loop loop : loops.all()) {
            loop.eventLoop().execute(() -> endLargest(loop, all, part));
        }
    }

    private void endLargest(Loop loop, List<Listener> all, double part) {
        record Holder(ServerConnection connection, long bytes) {}
        List<Holder> holders = new ArrayList<>();
        for (Listener listener : all) {
            listener.forEachOn(
                    loop,
                    connection -> {
                        if (connection.heldBytes() > 0) {
                            holders.add(new Holder(connection, connection.heldBytes()));
                        }
                    });
        }
        holders.sort(Comparator.comparingLong(Holder::bytes).reversed());
        long excess = (long) (loop.ledger().heldBytes() * part);
        int ended = 0;
        for (Holder holder : holders) {
            if (excess <= 0) {
                break;
            }
            excess -= holder.bytes();
            ended++;
            budget.holderEnded();
            holder.connection().shed();
        }
        if (ended > 0) {
            LOG.warn("buffers: connections ended for what they held: {}", ended);
        }
    }
}
