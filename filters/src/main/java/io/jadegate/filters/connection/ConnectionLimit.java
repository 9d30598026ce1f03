package io.jadegate.filters.connection;

import io.jadegate.api.config.Rate;
import io.jadegate.api.filter.ClientConnection;
import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.Reason;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Refuses connections beyond what a client or the listener may have.
///
/// The limits are this filter's, the counts outlive it: when the settings change, the next filter
/// goes on with the same [Census], so that nobody is counted twice or forgotten. All clients are
/// counted even while `per-client` is off, or a limit that is set later would be wrong for as long
/// as the connections of before live.
final class ConnectionLimit implements ConnectionFilter {
    private final ConnectionLimitSettings settings;
    private final Census census;
    private final @Nullable Pace pace;
    private final LongSupplier clock;

    /// @param clock the time in nanoseconds
    ConnectionLimit(ConnectionLimitSettings settings, LongSupplier clock) {
        this(settings, new Census(), /* before= */ null, clock);
    }

    private ConnectionLimit(
            ConnectionLimitSettings settings,
            Census census,
            @Nullable Pace before,
            LongSupplier clock) {
        Rate rate = settings.rate();
        this.settings = settings;
        this.census = census;
        this.pace = rate == null ? null : Pace.of(rate, before, clock.getAsLong());
        this.clock = clock;
    }

    /// The same counts under other limits.
    ConnectionLimit with(ConnectionLimitSettings settings) {
        return new ConnectionLimit(settings, census, pace, clock);
    }

    @Override
    public @Nullable Reason decide(ClientConnection connection) {
        if (settings.total() != null && census.total() >= settings.total()) {
            return Reason.CONNECTION_LIMIT_TOTAL;
        }
        if (settings.perClient() != null
                && !connection.local()
                && census.of(connection.address()) >= settings.perClient()) {
            return Reason.CONNECTION_LIMIT_CLIENT;
        }
        if (pace != null && !pace.due(clock.getAsLong())) {
            return Reason.CONNECTION_RATE;
        }
        return null;
    }

    @Override
    public void opened(ClientConnection connection) {
        census.opened(connection);
        if (pace != null) {
            pace.arrived(clock.getAsLong());
        }
    }

    @Override
    public void closed(ClientConnection connection) {
        census.closed(connection);
    }
}
