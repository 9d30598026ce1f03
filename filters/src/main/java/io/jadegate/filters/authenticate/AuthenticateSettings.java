package io.jadegate.filters.authenticate;

import io.jadegate.api.config.Default;
import io.jadegate.api.config.Doc;
import io.jadegate.api.config.Planned;
import io.jadegate.api.config.Required;
import java.util.List;

/// Who may send requests.
public record AuthenticateSettings(
        @Doc("ways to prove who one is, asked in this order") @Required List<Way> with,
        @Doc("whether requests without credentials pass, as nobody's") @Default("false")
                boolean optional) {

    public AuthenticateSettings {
        with = List.copyOf(with);
    }

    /// A way to prove who one is.
    public enum Way {
        @Doc("name and password of one of users (RFC 7617)")
        BASIC,
        @Doc("a token of this gateway")
        @Planned
        TENANT_TOKEN,
        @Doc("a key of a tenant")
        @Planned
        API_KEY
    }
}
