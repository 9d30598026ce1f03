package io.jadegate.proxy.observe;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import java.util.List;

/// What one event loop does for its connections: the work that decides what a request costs.
///
/// Moved by the loop's own thread, read by any.
public final class LoopCounts {
    private static final Metric WAKEUPS =
            counter(
                    "jadegate_loop_wakeups",
                    "Times the loop asked the system for events: a system call each.");
    private static final Metric READS =
            counter(
                    "jadegate_loop_socket_reads",
                    "Reads from connections that brought something: a system call each.");
    private static final Metric WRITES =
            counter(
                    "jadegate_loop_socket_writes",
                    "Times that output was handed to a connection: a system call each, more only"
                            + " where the peer reads too slowly.");
    private static final Metric COPIED =
            counter(
                    "jadegate_loop_copied_bytes",
                    "Octets copied in memory: heads in and out, small bodies, framing, what is"
                            + " pipelined.");

    private static final int WAKEUPS_SLOT = 0;
    private static final int READS_SLOT = 1;
    private static final int WRITES_SLOT = 2;
    private static final int COPIED_SLOT = 3;

    private final Tally tally = new Tally(4);

    private static Metric counter(String name, String help) {
        return Metric.counter(name, help, "loop");
    }

    /// The loop has waited or looked for events.
    public void wokeUp() {
        tally.increment(WAKEUPS_SLOT);
    }

    /// Octets came from a connection.
    public void socketRead() {
        tally.increment(READS_SLOT);
    }

    /// Output was handed to a connection.
    public void socketWrite() {
        tally.increment(WRITES_SLOT);
    }

    /// Octets were copied instead of being passed on.
    public void copied(int octets) {
        tally.add(COPIED_SLOT, octets);
    }

    /// What is counted on all loops, labelled with their numbers.
    ///
    /// @param loops the counts of each loop, by its number
    public static Telemetry telemetry(List<LoopCounts> loops) {
        return readings -> {
            for (int i = 0; i < loops.size(); i++) {
                loops.get(i).report(readings, Integer.toString(i));
            }
        };
    }

    private void report(Telemetry.Readings readings, String loop) {
        readings.value(WAKEUPS, tally.read(WAKEUPS_SLOT), loop);
        readings.value(READS, tally.read(READS_SLOT), loop);
        readings.value(WRITES, tally.read(WRITES_SLOT), loop);
        readings.value(COPIED, tally.read(COPIED_SLOT), loop);
    }
}
