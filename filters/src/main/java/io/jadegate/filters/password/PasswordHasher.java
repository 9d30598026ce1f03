package io.jadegate.filters.password;

import io.jadegate.api.config.PasswordHash;
import io.jadegate.api.config.PasswordHash.Argon2id;
import io.jadegate.api.config.PasswordHash.Bcrypt;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Makes and compares hashes of passwords. Slow by intent: not for event loops.
public final class PasswordHasher {
    // What OWASP advises: 19 MiB, two passes, one lane.
    private static final int MEMORY_KIB = 19 * 1024;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int SALT_OCTETS = 16;
    private static final int HASH_OCTETS = 32;

    private PasswordHasher() {}

    /// Hashes a password for a configuration.
    ///
    /// @param password in UTF-8
    public static PasswordHash hash(byte[] password) {
        byte[] salt = new byte[SALT_OCTETS];
        new SecureRandom().nextBytes(salt);
        var empty = new Argon2id(MEMORY_KIB, PASSES, LANES, salt, new byte[HASH_OCTETS]);
        return new Argon2id(MEMORY_KIB, PASSES, LANES, salt, argon2id(password, empty));
    }

    /// Whether a hash is that of a password. Takes as long for a wrong one as for the right one.
    public static boolean matches(byte[] password, PasswordHash hash) {
        return switch (hash) {
            case Argon2id argon -> MessageDigest.isEqual(argon2id(password, argon), argon.hash());
            case Bcrypt bcrypt -> OpenBSDBCrypt.checkPassword(bcrypt.text(), normal(password));
        };
    }

    private static byte[] argon2id(byte[] password, Argon2id like) {
        var generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(like.memoryKib())
                        .withIterations(like.passes())
                        .withParallelism(like.lanes())
                        .withSalt(like.salt())
                        .build());
        byte[] hash = new byte[like.hash().length];
        generator.generateBytes(normal(password), hash);
        return hash;
    }

    /// The password in the one spelling of RFC 8265 §4.2: systems differ in how they compose what
    /// is typed. Octets that are no UTF-8 stay as they are.
    private static byte[] normal(byte[] password) {
        for (byte octet : password) {
            if (octet < 0) {
                return composed(password);
            }
        }
        return password;
    }

    private static byte[] composed(byte[] password) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password));
            return Normalizer.normalize(text, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
        } catch (CharacterCodingException _) {
            return password;
        }
    }
}
