package io.jadegate.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jadegate.api.config.PasswordHash.Argon2id;
import io.jadegate.api.config.PasswordHash.Bcrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
    private static final String END =
            "$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    private static final String BCRYPT =
            "$2y$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";

    @Test
    void readsAndWritesTheStringOfThePhcFormat() {
        String text = "$argon2id$v=19$m=19456,t=2,p=1" + END;

        PasswordHash hash = PasswordHash.of(text);

        assertThat(hash)
                .isInstanceOfSatisfying(
                        Argon2id.class,
                        argon -> {
                            assertThat(argon.memoryKib()).isEqualTo(19_456);
                            assertThat(argon.passes()).isEqualTo(2);
                            assertThat(argon.lanes()).isEqualTo(1);
                            assertThat(argon.salt()).asString().isEqualTo("somesaltsomesalt");
                            assertThat(argon.hash()).hasSize(32);
                        });
        assertThat(hash).hasToString(text);
        assertThat(hash.weak()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"$2a$", "$2b$", "$2y$"})
    void readsBcryptOfAnyVersionThatIsRight(String prefix) {
        String text = prefix + BCRYPT.substring(4);

        assertThat(PasswordHash.of(text)).isEqualTo(new Bcrypt(12, text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "'$argon2id$v=19$m=7168,t=5,p=1', false",
        "'$argon2id$v=19$m=7168,t=4,p=1', true",
        "'$argon2id$v=19$m=65536,t=8,p=4', false"
    })
    void knowsWhatIsCheapToGuess(String head, boolean weak) {
        assertThat(PasswordHash.of(head + END).weak()).isEqualTo(weak);
    }

    @Test
    void knowsThatFewRoundsOfBcryptAreCheapToGuess() {
        assertThat(PasswordHash.of(BCRYPT.replace("$12$", "$10$")).weak()).isFalse();
        assertThat(PasswordHash.of(BCRYPT.replace("$12$", "$09$")).weak()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$argon2id$v=19$m=65537,t=1,p=1 | has m=65537; it must be from 8 to 65536",
                "$argon2id$v=19$m=999999999,t=1,p=1 | it must be from 8 to 65536",
                "$argon2id$v=19$m=31,t=3,p=4 | it must be from 32 to 65536",
                "$argon2id$v=19$m=65536,t=9,p=1 | has t=9; with m=65536 it must be at most 8",
                "$argon2id$v=19$m=8,t=999999999,p=1 | it must be at most 65536",
                "$argon2id$v=19$m=19456,t=2,p=17 | has p=17; at most 16",
                "$argon2id$v=16$m=19456,t=2,p=1 | is no whole hash",
                "$argon2id$m=19456,t=2,p=1 | is no whole hash",
                "$argon2id$v=19$m=9999999999,t=2,p=1 | is no whole hash",
                "$argon2id$v=19$m=0,t=2,p=1 | is no whole hash",
                "$argon2i$v=19$m=19456,t=2,p=1 | is a hash by argon2i, not taken",
                "$argon2d$v=19$m=19456,t=2,p=1 | is a hash by argon2d, not taken"
            })
    void refusesWhatWouldCostTooMuchOrIsNone(String head, String message) {
        assertThatThrownBy(() -> PasswordHash.of(head + END))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("c29tZXNhbHR");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
                        + " | has a salt of 4 octets",
                "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1a"
                        + " | has a hash of 9 octets",
                "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2Fsd$CTFhF | that is no base64",
                "$argon2id$ | is no whole hash",
                "$2b$12$tooshort | is no whole hash",
                "$2y$15$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW | has the cost 15",
                "$2y$03$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW | has the cost 3",
                "$2x$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW | an old bcrypt",
                "$apr1$x$y | is a hash by MD5, not taken; make one by: jadegate hash-password",
                "$6$rounds=5000$x$y | is a hash by SHA-2 crypt",
                "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g= | is a hash by SHA-1",
                "$secret | is no hash of a password; make one by: jadegate hash-password",
                "correct horse | is no hash of a password"
            })
    void saysWhatIsWrongAndNeverTheText(String text, String message) {
        assertThatThrownBy(() -> PasswordHash.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("horse")
                .doesNotContain("secret")
                .doesNotContain("W6ph5Mm5");
    }
}
