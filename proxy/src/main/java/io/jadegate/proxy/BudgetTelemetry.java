package io.jadegate.proxy;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.proxy.stream.Budget;
import io.jadegate.proxy.stream.Loops;
import io.jadegate.proxy.stream.Sockets;

/// What the node holds for others and how many connections it has, with the limits of both.
final class BudgetTelemetry implements Telemetry {
    private static final Metric CHARGED =
            Metric.gauge(
                    "jadegate_buffers_charged_bytes",
                    "Memory of what was taken from one side and not yet by the other.");
    private static final Metric SOFT =
            Metric.gauge(
                    "jadegate_buffers_soft_bytes",
                    "Where streams that hold something stop reading.");
    private static final Metric HARD =
            Metric.gauge("jadegate_buffers_hard_bytes", "Where new work is refused.");
    private static final Metric SHED =
            Metric.counter(
                    "jadegate_buffers_shed",
                    "What was refused or ended because the budget was full.",
                    "what");
    private static final Metric SOCKETS =
            Metric.gauge("jadegate_sockets_open", "Connections to clients and to endpoints.");
    private static final Metric SOCKETS_ACCEPTED =
            Metric.gauge(
                    "jadegate_sockets_accept_limit",
                    "So many connections there may be before no client is let in.");

    private final Loops loops;

    BudgetTelemetry(Loops loops) {
        this.loops = loops;
    }

    @Override
    public void report(Readings readings) {
        Budget budget = loops.budget();
        Sockets sockets = loops.sockets();
        readings.value(CHARGED, loops.heldBytes());
        readings.value(SOFT, budget.softBytes());
        readings.value(HARD, budget.hardBytes());
        readings.value(SHED, budget.shedExchanges(), "exchange");
        readings.value(SHED, budget.endedHolders(), "holder");
        readings.value(SOCKETS, sockets.open());
        readings.value(SOCKETS_ACCEPTED, sockets.mostAccepted());
    }
}
