package io.jadegate.proxy.listener;

import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.filter.ClientConnection;
import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.Reason;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What connections of a listener must pass to be let in, as one configuration has it. Immutable
/// but for what its filters count.
///
/// @param steps its filters in order, without those that are off
public record Admission(List<Step> steps) {
    public Admission {
        steps = List.copyOf(steps);
    }

    /// A filter with its name and kind, and whether its decisions hold.
    public record Step(String name, String kind, FilterConfig.Mode mode, ConnectionFilter filter) {}

    /// Asks the filters, and counts the connection when all let it in.
    ///
    /// @param shadow told why a filter would have refused that is not enforced
    /// @return why the connection is refused; null when it is in, and [#leave] is owed
    public @Nullable Reason enter(ClientConnection connection, Consumer<Reason> shadow) {
        for (Step step : steps) {
            Reason refusal = step.filter().decide(connection);
            if (refusal == null) {
                continue;
            }
            if (step.mode() == FilterConfig.Mode.ENFORCE) {
                return refusal;
            }
            shadow.accept(refusal);
        }
        int counted = 0;
        try {
            for (; counted < steps.size(); counted++) {
                steps.get(counted).filter().opened(connection);
            }
        } catch (RuntimeException e) {
            steps.subList(0, counted).forEach(step -> step.filter().closed(connection));
            throw e;
        }
        return null;
    }

    /// Why a connection that is in has to go; null when it may stay.
    public @Nullable Reason review(ClientConnection connection) {
        for (Step step : steps) {
            Reason refusal = step.filter().review(connection);
            if (refusal != null && step.mode() == FilterConfig.Mode.ENFORCE) {
                return refusal;
            }
        }
        return null;
    }

    /// A connection that had entered is gone.
    public void leave(ClientConnection connection) {
        for (Step step : steps) {
            step.filter().closed(connection);
        }
    }
}
