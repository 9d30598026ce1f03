package io.jadegate.filters.headers;

import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;

/// Makes `request-headers`.
public final class RequestHeadersProvider implements HttpFilterProvider<HeaderSettings> {
    @Override
    public String kind() {
        return "request-headers";
    }

    @Override
    public Class<HeaderSettings> settings() {
        return HeaderSettings.class;
    }

    @Override
    public Stage stage() {
        return Stage.REWRITE;
    }

    @Override
    public HttpFilter create(HeaderSettings settings, FilterContext context)
            throws SettingsException {
        return new RequestHeaders(HeaderEdits.of(settings));
    }
}
