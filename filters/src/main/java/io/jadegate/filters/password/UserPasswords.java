package io.jadegate.filters.password;

import io.jadegate.api.config.PasswordHash;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.identity.Answer;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.api.identity.Credentials;
import io.jadegate.api.net.ClientNetwork;
import io.jadegate.filters.password.PasswordChecks.Question;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/// Knows the users of one configuration by their passwords.
///
/// A name that nobody has is checked like any other, against the hash of some user, always the same
/// one for that name: neither the time an answer takes nor what it says tells which names exist.
final class UserPasswords implements Authenticator {
    /// Nobody types more, and all of it is digested on an event loop.
    private static final int MOST_OCTETS = 1024;

    private static final Answer NOBODY =
            new Answer.Refused(Reason.AUTHENTICATION_FAILED, /* retryAfterSeconds= */ 0);

    private final Map<String, PasswordHash> users;
    private final List<PasswordHash> hashes;
    private final Proofs proofs;
    private final Guesses guesses;
    private final PasswordChecks checks;

    UserPasswords(
            Map<String, PasswordHash> users,
            Proofs proofs,
            Guesses guesses,
            PasswordChecks checks) {
        this.users = Map.copyOf(users);
        this.hashes = List.copyOf(users.values());
        this.proofs = proofs;
        this.guesses = guesses;
        this.checks = checks;
    }

    @Override
    public Answer authenticate(Credentials credentials, InetAddress client) {
        return switch (credentials) {
            case Credentials.Password(String user, byte[] password) ->
                    authenticate(user, password, ClientNetwork.of(client));
            case Credentials.Token _ -> Answer.NotMine.INSTANCE;
        };
    }

    /// Whether the user has still the hash that the password was held against.
    @Override
    public boolean stillKnows(Answer.Principal principal) {
        PasswordHash now = users.get(principal.name());
        return now != null && now.toString().equals(principal.mark());
    }

    private Answer authenticate(String user, byte[] password, long client) {
        if (hashes.isEmpty() || user.length() + password.length > MOST_OCTETS) {
            return NOBODY;
        }
        PasswordHash own = users.get(user);
        PasswordHash hash =
                own != null ? own : hashes.get(Math.floorMod(proofs.number(user), hashes.size()));
        String mark = hash.toString();
        Proofs.Proof proof = proofs.of(user, password, mark);
        if (own != null && proofs.holds(proof)) {
            return new Answer.Principal(user, mark);
        }
        int wait = guesses.waitSeconds(client);
        if (wait > 0) {
            return new Answer.Refused(Reason.AUTHENTICATION_RATE, wait);
        }
        var question = new Question(user, own != null, password, hash, proof, client);
        return new Answer.Later(
                "a check of the password", outcome -> checks.begin(question, outcome));
    }
}
