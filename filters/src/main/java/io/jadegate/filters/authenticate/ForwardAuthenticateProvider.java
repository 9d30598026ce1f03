package io.jadegate.filters.authenticate;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.ForwardConfig;
import io.jadegate.api.config.UserConfig;
import io.jadegate.api.filter.FilterContext;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.HttpFilterProvider;
import io.jadegate.api.identity.Answer;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.api.identity.AuthenticatorProvider;
import java.util.List;
import java.util.Map;

/// Makes the filter by which a forward proxy asks for credentials. The key `forward` of a listener
/// configures it; it is no entry of a list.
public final class ForwardAuthenticateProvider
        implements HttpFilterProvider<ForwardConfig>, AuthenticatorProvider {
    private final Authentication authentication;

    /// All that a filter is made of; where the proxy may go is none of it.
    private record Ingredients(
            List<ForwardConfig.Authentication> ways, Map<String, UserConfig> users) {}

    public ForwardAuthenticateProvider() {
        this(new Authentication());
    }

    /// @param authentication that of the process
    public ForwardAuthenticateProvider(Authentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public String kind() {
        return "forward";
    }

    @Override
    public Class<ForwardConfig> settings() {
        return ForwardConfig.class;
    }

    @Override
    public Stage stage() {
        return Stage.IDENTITY;
    }

    @Override
    public Object ingredients(ForwardConfig settings, FilterContext context) {
        return new Ingredients(settings.authenticate(), context.config().users());
    }

    @Override
    public Authenticator passwords(Config config) {
        return authentication.passwords(config);
    }

    @Override
    public void concluded(Answer.Known answer) {
        authentication.concluded(answer);
    }

    @Override
    public HttpFilter create(ForwardConfig settings, FilterContext context)
            throws SettingsException {
        return settings.authenticate().isEmpty()
                ? new HttpFilter() {}
                : authentication.basic(
                        Face.PROXY, /* optional= */ false, context.config(), "authenticate");
    }
}
