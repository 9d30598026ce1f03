package io.jadegate.control.admin;

import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What became of the configurations of this process, whoever asked for them. Safe for all threads.
public final class Reloads implements Telemetry {
    private static final Metric REVISION =
            Metric.gauge("jadegate_config_revision", "The configuration served; 0: none yet.");
    private static final Metric COUNT =
            Metric.counter(
                    "jadegate_config_reloads", "Configurations applied or rejected.", "result");
    private static final Metric LAST_SUCCESSFUL =
            Metric.gauge(
                    "jadegate_config_last_reload_successful",
                    "Whether the last configuration was applied (1) or rejected (0).");
    private static final Metric LAST_SUCCESS =
            Metric.gauge(
                    "jadegate_config_last_reload_success_timestamp_seconds",
                    "When a configuration was applied last, in seconds since 1970 UTC.");

    /// @param successful whether the last one was applied
    /// @param at when that was
    /// @param appliedAt when one was applied last
    record State(
            long revision,
            long applied,
            long rejected,
            boolean successful,
            @Nullable Instant at,
            @Nullable Instant appliedAt) {}

    private final AtomicReference<State> state =
            new AtomicReference<>(new State(0, 0, 0, false, null, null));

    /// Takes note of a result. To be called for every one, the first included.
    public void ended(ApplyResult result, Instant now) {
        state.updateAndGet(before -> after(before, result, now));
    }

    private static State after(State before, ApplyResult result, Instant now) {
        return switch (result) {
            case ApplyResult.Applied(var revision, var _, var _) ->
                    new State(revision, before.applied + 1, before.rejected, true, now, now);
            case ApplyResult.Rejected(var _) ->
                    new State(
                            before.revision,
                            before.applied,
                            before.rejected + 1,
                            false,
                            now,
                            before.appliedAt);
        };
    }

    State state() {
        return state.get();
    }

    @Override
    public void report(Readings readings) {
        State now = state.get();
        readings.value(REVISION, now.revision);
        readings.value(COUNT, now.applied, "applied");
        readings.value(COUNT, now.rejected, "rejected");
        if (now.at != null) {
            readings.value(LAST_SUCCESSFUL, now.successful ? 1 : 0);
        }
        if (now.appliedAt != null) {
            readings.value(LAST_SUCCESS, now.appliedAt.getEpochSecond());
        }
    }
}
