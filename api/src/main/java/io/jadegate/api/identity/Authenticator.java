package io.jadegate.api.identity;

import java.net.InetAddress;

/// One way to find out who somebody is, for one configuration. Immutable to its users: another
/// configuration has another one. Safe for all threads.
public interface Authenticator {
    /// Looks at credentials. Never blocks, counts nothing and begins nothing: what costs time is
    /// [Answer.Later].
    ///
    /// @param client whoever shows them, for limits on guessing
    Answer authenticate(Credentials credentials, InetAddress client);

    /// Whether somebody who was let in before, perhaps by another configuration, would be by the
    /// same credentials now. Never blocks, counts nothing.
    boolean stillKnows(Answer.Principal principal);
}
