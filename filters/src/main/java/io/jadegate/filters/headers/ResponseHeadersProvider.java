package io.jadegate.filters.headers;

import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;

/// Makes `response-headers`.
public final class ResponseHeadersProvider implements HttpFilterProvider<HeaderSettings> {
    @Override
    public String kind() {
        return "response-headers";
    }

    @Override
    public Class<HeaderSettings> settings() {
        return HeaderSettings.class;
    }

    @Override
    public Stage stage() {
        return Stage.ANY;
    }

    @Override
    public HttpFilter create(HeaderSettings settings, FilterContext context)
            throws SettingsException {
        return new ResponseHeaders(HeaderEdits.of(settings));
    }
}
