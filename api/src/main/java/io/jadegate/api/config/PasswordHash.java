package io.jadegate.api.config;

import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The hash of a password, read from its text. Bounded in what it costs to check, so that no
/// configuration makes a login take minutes or gigabytes.
public sealed interface PasswordHash {
    /// Whether it costs less to guess than is advised today (OWASP, Password Storage).
    boolean weak();

    /// Argon2id (RFC 9106) in the PHC string format, `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
    ///
    /// @param memoryKib of one check
    /// @param passes over that memory
    /// @param lanes of the memory, worked off one after the other
    record Argon2id(int memoryKib, int passes, int lanes, byte[] salt, byte[] hash)
            implements PasswordHash {
        /// The most of [#memoryKib]: what RFC 9106 §4 advises where memory is scarce.
        public static final int MOST_MEMORY_KIB = 64 * 1024;

        /// The most of [#memoryKib] times [#passes], about two seconds.
        public static final int MOST_WORK = 8 * MOST_MEMORY_KIB;

        private static final int ADVISED_WORK = 7168 * 5;
        private static final int MOST_LANES = 16;

        private static final Pattern FORM =
                Pattern.compile(
                        "\\$argon2id\\$v=19\\$m=([1-9][0-9]{0,8}),t=([1-9][0-9]{0,8}),p=([1-9][0-9]{0,8})"
                                + "\\$([A-Za-z0-9+/]{1,128})\\$([A-Za-z0-9+/]{1,128})");

        @Override
        public boolean weak() {
            return memoryKib * passes < ADVISED_WORK;
        }

        /// The PHC string.
        @Override
        public String toString() {
            Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
            return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                    .formatted(
                            memoryKib,
                            passes,
                            lanes,
                            base64.encodeToString(salt),
                            base64.encodeToString(hash));
        }

        private static Argon2id read(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException(
                        "is no whole hash; one looks like"
                                + " $argon2id$v=19$m=19456,t=2,p=1$salt$hash");
            }
            int memory = Integer.parseInt(parts.group(1));
            int passes = Integer.parseInt(parts.group(2));
            int lanes = Integer.parseInt(parts.group(3));
            if (lanes > MOST_LANES) {
                throw new IllegalArgumentException("has p=" + lanes + "; at most 16 are taken");
            }
            if (memory < 8 * lanes || memory > MOST_MEMORY_KIB) {
                throw new IllegalArgumentException(
                        "has m=%d; it must be from %d to %d, one login's memory in KiB"
                                .formatted(memory, 8 * lanes, MOST_MEMORY_KIB));
            }
            if ((long) memory * passes > MOST_WORK) {
                throw new IllegalArgumentException(
                        "has t=%d; with m=%d it must be at most %d, or a login takes seconds"
                                .formatted(passes, memory, MOST_WORK / memory));
            }
            byte[] salt = octets(parts.group(4), "salt", 8);
            return new Argon2id(memory, passes, lanes, salt, octets(parts.group(5), "hash", 16));
        }

        private static byte[] octets(String text, String what, int least) {
            byte[] octets;
            try {
                octets = Base64.getDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("has a " + what + " that is no base64", e);
            }
            if (octets.length < least || octets.length > 64) {
                throw new IllegalArgumentException(
                        "has a %s of %d octets; it must be from %d to 64"
                                .formatted(what, octets.length, least));
            }
            return octets;
        }
    }

    /// bcrypt, `$2b$12$` and 53 characters, as `htpasswd -B` writes it. Looks at the first 72
    /// octets of a password.
    ///
    /// @param cost the logarithm of its rounds
    /// @param text the whole hash
    record Bcrypt(int cost, String text) implements PasswordHash {
        /// The most of [#cost], about a second.
        public static final int MOST_COST = 14;

        private static final int ADVISED_COST = 10;

        private static final Pattern FORM =
                Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");

        @Override
        public boolean weak() {
            return cost < ADVISED_COST;
        }

        @Override
        public String toString() {
            return text;
        }

        private static Bcrypt read(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException(
                        "is no whole hash; one looks like $2b$12$ and 53 characters more");
            }
            int cost = Integer.parseInt(parts.group(1));
            if (cost < 4 || cost > MOST_COST) {
                throw new IllegalArgumentException(
                        "has the cost %d; it must be from 4 to %d".formatted(cost, MOST_COST));
            }
            return new Bcrypt(cost, text);
        }
    }

    /// Reads the text of a hash.
    ///
    /// @throws IllegalArgumentException when it is none that could be used; the message completes a
    ///   sentence about the text and never holds it, since it may be a password
    static PasswordHash of(String text) {
        if (text.startsWith("$argon2id$")) {
            return Argon2id.read(text);
        }
        if (text.startsWith("$2a$") || text.startsWith("$2b$") || text.startsWith("$2y$")) {
            return Bcrypt.read(text);
        }
        String kind = kind(text.toLowerCase(Locale.ROOT));
        throw new IllegalArgumentException(
                (kind == null ? "is no hash of a password" : "is a hash by " + kind + ", not taken")
                        + "; make one by: jadegate hash-password");
    }

    private static @Nullable String kind(String text) {
        if (text.startsWith("$argon2i$") || text.startsWith("$argon2d$")) {
            return text.substring(1, text.indexOf('$', 1));
        }
        if (text.startsWith("$apr1$") || text.startsWith("$1$")) {
            return "MD5";
        }
        if (text.startsWith("$5$") || text.startsWith("$6$")) {
            return "SHA-2 crypt";
        }
        if (text.startsWith("{sha}") || text.startsWith("{ssha}")) {
            return "SHA-1";
        }
        if (text.startsWith("$2$") || text.startsWith("$2x$")) {
            return "an old bcrypt with errors";
        }
        if (text.startsWith("$y$") || text.startsWith("$7$") || text.startsWith("$scrypt$")) {
            return "scrypt or yescrypt";
        }
        return null;
    }
}
