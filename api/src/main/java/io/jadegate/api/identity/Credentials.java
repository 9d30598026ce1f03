package io.jadegate.api.identity;

/// What somebody shows to prove who they are. Never printed.
public sealed interface Credentials {

    /// A user's name and password.
    ///
    /// @param user as it came; nobody has looked whether there is such a user
    /// @param password its octets, UTF-8 where the client keeps to RFC 7617; not to be modified
    record Password(String user, byte[] password) implements Credentials {
        @Override
        public String toString() {
            return "Password[]";
        }
    }

    /// What whoever bears it may do, as in `Authorization: Bearer …` (RFC 6750).
    record Token(String token) implements Credentials {
        @Override
        public String toString() {
            return "Token[]";
        }
    }
}
