package io.jadegate.filters.cors;

import io.jadegate.api.config.CorsConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import java.util.List;

/// Makes `cors`. It stands before authentication: a preflight request carries no credentials, and a
/// page must be able to read why it was refused.
public final class CorsProvider implements HttpFilterProvider<CorsConfig> {
    @Override
    public String kind() {
        return "cors";
    }

    @Override
    public Class<CorsConfig> settings() {
        return CorsConfig.class;
    }

    @Override
    public Stage stage() {
        return Stage.IDENTITY;
    }

    @Override
    public HttpFilter create(CorsConfig settings, FilterContext context) throws SettingsException {
        if (settings.origins().isEmpty()) {
            throw new SettingsException("origins", "must name at least one origin");
        }
        if (settings.credentials()) {
            refuseAny("origins", settings.origins(), "*");
            refuseAny("origins", settings.origins(), "null");
            refuseAny("methods", settings.methods(), "*");
            refuseAny("headers", settings.headers(), "*");
            refuseAny("expose", settings.expose(), "*");
        }
        return new Cors(Origins.of(settings.origins()), settings);
    }

    /// With credentials browsers take `*` for a name; and any sandboxed page has the origin `null`,
    /// so that one is as good as everybody.
    private static void refuseAny(String key, List<String> values, String any)
            throws SettingsException {
        int at = values.indexOf(any);
        if (at >= 0) {
            throw new SettingsException(
                    key + "[" + at + "]", "\"" + any + "\" cannot go with credentials");
        }
    }
}
