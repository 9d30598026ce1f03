package io.jadegate.filters.authenticate;

import io.jadegate.api.config.Config;
import io.jadegate.api.filter.FilterProvider.SettingsException;
import io.jadegate.api.filter.HttpFilter;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.identity.Answer;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.api.identity.AuthenticatorProvider;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.filters.password.Passwords;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What all that authenticates has in common and outlives configurations: who has shown what of
/// late, and the counts. One for a process; costs nothing before the first credentials. Safe for
/// all threads.
public final class Authentication implements AuthenticatorProvider, Telemetry {
    private final Passwords passwords = new Passwords();
    private final Map<Face, Authentications> counts = new EnumMap<>(Face.class);

    public Authentication() {
        for (Face face : Face.values()) {
            counts.put(face, new Authentications(face));
        }
    }

    @Override
    public Authenticator passwords(Config config) {
        return passwords.passwords(config);
    }

    @Override
    public void concluded(Answer.Known answer) {
        switch (answer) {
            case Answer.Principal _ -> of(Face.PROXY).verified();
            case Answer.Refused(Reason reason, int _) -> of(Face.PROXY).refused(reason);
        }
    }

    private Authentications of(Face face) {
        return Objects.requireNonNull(counts.get(face), "every face is counted");
    }

    /// Makes the filter that asks for a password.
    ///
    /// @param key where the settings ask for passwords, for the exception
    HttpFilter basic(Face face, boolean optional, Config config, String key)
            throws SettingsException {
        if (config.users().isEmpty()) {
            throw new SettingsException(
                    key,
                    "lets nobody in: there are no users; write users: { NAME: { password: … } }");
        }
        return new Authenticate(face, List.of(passwords(config)), optional, of(face));
    }

    @Override
    public void report(Readings readings) {
        passwords.report(readings);
        counts.values().forEach(each -> each.report(readings));
    }
}
