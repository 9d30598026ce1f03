package io.jadegate.api.identity;

import io.jadegate.api.config.Config;

/// Makes authenticators, for protocols that have credentials and no requests to filter.
public interface AuthenticatorProvider {
    /// The one that knows the passwords of a configuration's `users`.
    Authenticator passwords(Config config);

    /// Counts how a client of a forward proxy came off that had to say whose it is.
    void concluded(Answer.Known answer);
}
