package io.jadegate.filters.authenticate;

import io.jadegate.api.config.UserConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import java.util.Map;

/// Makes `authenticate` of routes.
public final class AuthenticateProvider implements HttpFilterProvider<AuthenticateSettings> {
    private final Authentication authentication;

    /// All that a filter is made of.
    private record Ingredients(AuthenticateSettings settings, Map<String, UserConfig> users) {}

    public AuthenticateProvider() {
        this(new Authentication());
    }

    /// @param authentication that of the process
    public AuthenticateProvider(Authentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public String kind() {
        return "authenticate";
    }

    @Override
    public Class<AuthenticateSettings> settings() {
        return AuthenticateSettings.class;
    }

    @Override
    public Stage stage() {
        return Stage.IDENTITY;
    }

    @Override
    public Object ingredients(AuthenticateSettings settings, FilterContext context) {
        return new Ingredients(settings, context.config().users());
    }

    @Override
    public HttpFilter create(AuthenticateSettings settings, FilterContext context)
            throws SettingsException {
        if (settings.with().isEmpty()) {
            throw new SettingsException("with", "names no way in; write [ basic ]");
        }
        return authentication.basic(Face.ORIGIN, settings.optional(), context.config(), "with");
    }
}
