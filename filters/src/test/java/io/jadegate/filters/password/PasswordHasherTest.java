package io.jadegate.filters.password;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.PasswordHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PasswordHasherTest {

    /// Known answers of the reference implementation of Argon2 and of jBCrypt.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "password | $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
                        + "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "password | $argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ"
                        + "$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
                "differentpassword | $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
                        + "$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94",
                "abc | $2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
                "abc | $2y$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"
            })
    void agreesWithOthers(String password, String hash) {
        assertThat(PasswordHasher.matches(password.getBytes(UTF_8), PasswordHash.of(hash)))
                .isTrue();
        assertThat(PasswordHasher.matches((password + "x").getBytes(UTF_8), PasswordHash.of(hash)))
                .isFalse();
        assertThat(PasswordHasher.matches(new byte[0], PasswordHash.of(hash))).isFalse();
    }

    @Test
    void makesAnotherHashOfTheSamePasswordEachTime() {
        byte[] password = "correct horse".getBytes(UTF_8);

        PasswordHash first = PasswordHasher.hash(password);
        PasswordHash second = PasswordHash.of(PasswordHasher.hash(password).toString());

        assertThat(first.toString()).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(first.weak()).isFalse();
        assertThat(first.toString()).isNotEqualTo(second.toString());
        assertThat(PasswordHasher.matches(password, first)).isTrue();
        assertThat(PasswordHasher.matches(password, second)).isTrue();
    }

    @Test
    void takesAPasswordHoweverItsLettersAreComposed() {
        PasswordHash hash = PasswordHasher.hash("caf\u00e9".getBytes(UTF_8));

        assertThat(PasswordHasher.matches("cafe\u0301".getBytes(UTF_8), hash)).isTrue();
        assertThat(PasswordHasher.matches("cafe".getBytes(UTF_8), hash)).isFalse();
    }

    @Test
    void takesOctetsThatAreNoText() {
        byte[] password = "caf\u00e9".getBytes(ISO_8859_1);

        assertThat(PasswordHasher.matches(password, PasswordHasher.hash(password))).isTrue();
        assertThat(PasswordHasher.matches("caf".getBytes(UTF_8), PasswordHasher.hash(password)))
                .isFalse();
    }
}
