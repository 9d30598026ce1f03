package io.jadegate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jadegate.api.config.PasswordHash;
import io.jadegate.filters.password.PasswordHasher;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashPasswordCommandTest {
    private static final Path SCRIPT = Path.of("/usr/bin/script");

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

    // ---- at a terminal

    @Test
    void asksTwiceAtATerminalAndShowsNothing() throws Exception {
        String shown = typed("open sesame", "open sesame");

        assertThat(shown).contains("Password: ", "Again: ").doesNotContain("sesame");
        String text = shown.strip().lines().toList().getLast();
        assertThat(PasswordHasher.matches("open sesame".getBytes(UTF_8), PasswordHash.of(text)))
                .isTrue();
    }

    @Test
    void takesNoPasswordThatWasTypedInTwoWaysAtATerminal() throws Exception {
        assertThat(typed("open sesame", "open sesam"))
                .contains("jadegate: the two are not equal")
                .doesNotContain("$argon2id$");
    }

    /// What a terminal shows to whoever answers each prompt by one of the lines.
    private static String typed(String... lines) throws Exception {
        assumeTrue(Files.isExecutable(SCRIPT), "there is no script(1) to make a terminal");
        String command =
                String.join(
                        " ",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "hash-password");
        Process process =
                new ProcessBuilder(SCRIPT.toString(), "-q", "-c", command, "/dev/null")
                        .redirectErrorStream(true)
                        .start();
        try (OutputStream keys = process.getOutputStream();
                InputStream screen = process.getInputStream()) {
            var shown = new StringBuilder();
            for (String line : lines) {
                // What is typed before the prompt would be shown.
                for (int c = screen.read(); c >= 0; c = screen.read()) {
                    shown.append((char) c);
                    String sofar = shown.toString();
                    if (sofar.endsWith("Password: ") || sofar.endsWith("Again: ")) {
                        break;
                    }
                }
                keys.write((line + "\n").getBytes(UTF_8));
                keys.flush();
            }
            shown.append(new String(screen.readAllBytes(), UTF_8));
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return shown.toString();
        } finally {
            process.destroyForcibly().waitFor();
        }
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
