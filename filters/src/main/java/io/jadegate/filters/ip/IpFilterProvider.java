package io.jadegate.filters.ip;

import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;

/// Makes `ip-filter` for requests.
public final class IpFilterProvider implements HttpFilterProvider<IpFilterSettings> {
    @Override
    public String kind() {
        return "ip-filter";
    }

    @Override
    public Class<IpFilterSettings> settings() {
        return IpFilterSettings.class;
    }

    @Override
    public Stage stage() {
        return Stage.ACCESS;
    }

    @Override
    public Object ingredients(IpFilterSettings settings, FilterContext context) {
        return IpFilterRules.of(settings, context);
    }

    @Override
    public HttpFilter create(IpFilterSettings settings, FilterContext context)
            throws SettingsException {
        return new IpFilter(IpFilterRules.compile(settings, context));
    }
}
