package io.jadegate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.PasswordHash;
import io.jadegate.filters.password.PasswordHasher;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashPasswordCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"grüne Äpfel", "grüne Äpfel\n", "grüne Äpfel\r\n", "grüne Äpfel\nx"})
    void printsAHashThatAConfigurationTakes(String input) {
        assertThat(execute(input)).isEqualTo(ExitCode.OK);

        String text = out.toString();
        assertThat(text).endsWith(System.lineSeparator());
        PasswordHash hash = PasswordHash.of(text.strip());
        assertThat(hash.weak()).isFalse();
        assertThat(PasswordHasher.matches("grüne Äpfel".getBytes(UTF_8), hash)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'', the password is empty",
        "'\n', the password is empty",
        "'a\tb', the password holds a control character"
    })
    void refusesWhatNoClientCouldSend(String input, String message) {
        assertThat(execute(input)).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).startsWith("jadegate: " + message);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void refusesALineWithoutEnd() {
        assertThat(execute("x".repeat(100_000))).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("longer than 512 octets");
    }

    private int execute(String input) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(UTF_8)));
        try {
            return Main.commandLine()
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute("hash-password");
        } finally {
            System.setIn(before);
        }
    }
}
