package io.jadegate.filters.ip;

import io.jadegate.api.filter.ConnectionFilter;
import io.jadegate.api.filter.ConnectionFilterProvider;
import io.jadegate.api.filter.FilterContext;
import org.jspecify.annotations.Nullable;

/// Makes `ip-filter` for connections.
public final class ConnectionIpFilterProvider
        implements ConnectionFilterProvider<IpFilterSettings> {
    @Override
    public String kind() {
        return "ip-filter";
    }

    @Override
    public Class<IpFilterSettings> settings() {
        return IpFilterSettings.class;
    }

    @Override
    public Object ingredients(IpFilterSettings settings, FilterContext context) {
        return IpFilterRules.of(settings, context);
    }

    @Override
    public ConnectionFilter create(
            IpFilterSettings settings, @Nullable ConnectionFilter before, FilterContext context)
            throws SettingsException {
        return new ConnectionIpFilter(IpFilterRules.compile(settings, context));
    }
}
