package io.jadegate.proxy.listener;

import io.jadegate.api.config.FilterConfig;
import io.jadegate.api.filter.ClientConnection;
import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.Reason;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What connections of a listener must pass to be let in, as one configuration has it. Immutable
/// but for what its filters count.
///
/// @param steps its filters in order, without those that are off
public record Admission(List<Step> steps) {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

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
            leave(steps.subList(0, counted), connection);
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

    /// A connection that had entered is gone. All filters are told, whatever one of them makes of
    /// it: what the others count must not depend on it.
    public void leave(ClientConnection connection) {
        leave(steps, connection);
    }

    private static void leave(List<Step> steps, ClientConnection connection) {
        for (Step step : steps) {
            try {
                step.filter().closed(connection);
            } catch (RuntimeException e) {
                LOG.error(
                        "connection filter {} failed when it was told of a connection's end",
                        step.name(),
                        e);
            }
        }
    }
}
