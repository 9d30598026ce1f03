package io.jadegate.proxy.tls;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where a certificate stands in its time, worst last.
public enum Validity {
    GOOD,
    /// Less than two weeks are left.
    ENDING,
    /// Its time has not begun.
    EARLY,
    EXPIRED;

    private static final Duration ENOUGH = Duration.ofDays(14);

    /// That of a chain, which ends with the first of its certificates.
    public static Validity of(Credential credential, Instant now) {
        if (!credential.expiry().isAfter(now)) {
            return EXPIRED;
        }
        if (credential.beginning().isAfter(now)) {
            return EARLY;
        }
        return credential.expiry().isBefore(now.plus(ENOUGH)) ? ENDING : GOOD;
    }

    /// What is to be said about a chain: lower case, without a full stop.
    ///
    /// @return null when there is nothing
    public static @Nullable String warning(Credential credential, Instant now) {
        return switch (of(credential, now)) {
            case GOOD -> null;
            case ENDING -> "expires at " + credential.expiry() + ", in " + left(credential, now);
            case EARLY -> "is not valid before " + credential.beginning();
            case EXPIRED -> "expired at " + credential.expiry();
        };
    }

    private static String left(Credential credential, Instant now) {
        Duration left = Duration.between(now, credential.expiry());
        return left.toDays() > 1 ? left.toDays() + " days" : left.toHours() + " hours";
    }
}
