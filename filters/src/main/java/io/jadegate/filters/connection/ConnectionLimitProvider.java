package io.jadegate.filters.connection;

import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.FilterContext;
import org.jspecify.annotations.Nullable;

/// Makes `connection-limit`, which every listener has.
public final class ConnectionLimitProvider
        implements ConnectionFilterProvider<ConnectionLimitSettings> {
    @Override
    public String kind() {
        return "connection-limit";
    }

    @Override
    public Class<ConnectionLimitSettings> settings() {
        return ConnectionLimitSettings.class;
    }

    @Override
    public ConnectionLimitSettings unasked() {
        return ConnectionLimitSettings.UNASKED;
    }

    @Override
    public ConnectionFilter create(
            ConnectionLimitSettings settings,
            @Nullable ConnectionFilter before,
            FilterContext context) {
        return before instanceof ConnectionLimit known
                ? known.with(settings)
                : new ConnectionLimit(settings, System::nanoTime);
    }
}
