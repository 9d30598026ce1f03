package io.jadegate.filters.connection;

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
    private final LongSupplier clock;

    /// @param clock the time in nanoseconds
    ConnectionLimit(ConnectionLimitSettings settings, LongSupplier clock) {
        this(settings, new Census(clock.getAsLong()), clock);
    }

    private ConnectionLimit(ConnectionLimitSettings settings, Census census, LongSupplier clock) {
        this.settings = settings;
        this.census = census;
        this.clock = clock;
    }

    /// The same counts under other limits.
    ConnectionLimit with(ConnectionLimitSettings settings) {
        return new ConnectionLimit(settings, census, clock);
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
        if (settings.rate() != null && !census.due(settings.rate(), clock.getAsLong())) {
            return Reason.CONNECTION_RATE;
        }
        return null;
    }

    @Override
    public void opened(ClientConnection connection) {
        census.opened(connection);
        if (settings.rate() != null) {
            census.arrived(settings.rate(), clock.getAsLong());
        }
    }

    @Override
    public void closed(ClientConnection connection) {
        census.closed(connection);
    }
}
