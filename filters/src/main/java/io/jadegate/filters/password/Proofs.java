package io.jadegate.filters.password;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Which passwords have been right of late, so that not each request of a connection costs a hash.
///
/// What is kept is a keyed digest of name, password and hash, under a key that this process has
/// made for itself: it tells nothing without the key, and is worth nothing once the user's hash is
/// another one. Safe for all threads.
final class Proofs {
    static final Duration LIFE = Duration.ofMinutes(5);
    static final int MOST = 8192;

    private static final String ALGORITHM = "HmacSHA256";

    private final LongSupplier clock;
    private final ConcurrentHashMap<Proof, Long> until = new ConcurrentHashMap<>();

    // Made when the first password comes: most nodes never see one.
    private volatile @Nullable SecretKeySpec key;

    /// 256 bits that nobody can make who lacks the key.
    record Proof(long a, long b, long c, long d) {}

    /// @param clock the time in nanoseconds
    Proofs(LongSupplier clock) {
        this.clock = clock;
    }

    /// What would be kept of that password.
    ///
    /// @param hash the text of the hash that the password is held against
    Proof of(String user, byte[] password, String hash) {
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        byte[] against = hash.getBytes(StandardCharsets.UTF_8);
        var text = ByteBuffer.allocate(8 + name.length + password.length + against.length);
        text.putInt(name.length).put(name).putInt(password.length).put(password).put(against);
        var digest = ByteBuffer.wrap(mac().doFinal(text.array()));
        return new Proof(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    }

    /// A number that goes with a name, another one in each process.
    int number(String user) {
        return ByteBuffer.wrap(mac().doFinal(user.getBytes(StandardCharsets.UTF_8))).getInt();
    }

    boolean holds(Proof proof) {
        Long end = until.get(proof);
        return end != null && end - clock.getAsLong() > 0;
    }

    /// Remembers a password that was right. Looks through all of them when there are many: not for
    /// event loops.
    void add(Proof proof) {
        long now = clock.getAsLong();
        if (until.size() >= MOST) {
            until.values().removeIf(end -> end - now <= 0);
        }
        if (until.size() >= MOST) {
            until.keySet().stream().findAny().ifPresent(until::remove);
        }
        until.put(proof, now + LIFE.toNanos());
    }

    int size() {
        return until.size();
    }

    private Mac mac() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key());
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private SecretKeySpec key() {
        SecretKeySpec made = key;
        return made != null ? made : makeKey();
    }

    private synchronized SecretKeySpec makeKey() {
        SecretKeySpec made = key;
        if (made == null) {
            byte[] octets = new byte[32];
            new SecureRandom().nextBytes(octets);
            made = new SecretKeySpec(octets, ALGORITHM);
            key = made;
        }
        return made;
    }
}
