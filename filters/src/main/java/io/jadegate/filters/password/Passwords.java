package io.jadegate.filters.password;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.PasswordHash;
import io.jadegate.api.config.Secret;
import io.jadegate.api.identity.Authenticator;
import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// What outlives configurations: the threads that check passwords, what was right of late, and who
/// was wrong how often. One for a process; costs nothing before the first password. Safe for all
/// threads.
public final class Passwords implements Telemetry {
    private static final Metric CHECKS =
            Metric.counter(
                    "jadegate_password_checks",
                    "Passwords held against a hash, or not for want of room.",
                    "result");
    private static final Metric WAITING =
            Metric.gauge("jadegate_password_checks_waiting", "Checks that wait for a thread.");
    private static final Metric PROOFS =
            Metric.gauge(
                    "jadegate_password_proofs", "Passwords that were right of late and are kept.");
    private static final Metric GUESSERS =
            Metric.gauge(
                    "jadegate_password_guessers", "Clients whose wrong passwords are counted.");

    private final Proofs proofs;
    private final Guesses guesses;
    private final PasswordChecks checks;

    public Passwords() {
        this(System::nanoTime);
    }

    /// @param clock the time in nanoseconds
    Passwords(LongSupplier clock) {
        proofs = new Proofs(clock);
        guesses = new Guesses(clock);
        checks = new PasswordChecks(proofs, guesses);
    }

    /// Knows the users of a configuration. A user whose secret was not looked up is nobody.
    public Authenticator passwords(Config config) {
        Map<String, PasswordHash> users = new HashMap<>();
        config.users()
                .forEach((name, user) -> {
                    Secret secret = user.password();
                    if (secret.value() != null) {
                        users.put(name, PasswordHash.of(secret.reveal()));
                    }
                });
        return new UserPasswords(users, proofs, guesses, checks);
    }

    @Override
    public void report(Readings readings) {
        readings.value(CHECKS, checks.right.sum(), "right");
        readings.value(CHECKS, checks.wrong.sum(), "wrong");
        readings.value(CHECKS, checks.shed.sum(), "shed");
        readings.value(CHECKS, checks.failed.sum(), "failed");
        readings.value(WAITING, checks.depth());
        readings.value(PROOFS, proofs.size());
        readings.value(GUESSERS, guesses.clients());
    }
}
