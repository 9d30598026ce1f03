package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RunCommandTest {

    @ParameterizedTest
    @ValueSource(strings = {"run", "run -c gateway.yaml", "run --config conf/gateway.yaml"})
    void plainArgumentsMeanWhatTheCommandLineMeansByThem(String line) {
        String[] arguments = line.split(" ", -1);

        RunCommand plain = Objects.requireNonNull(RunCommand.plain(arguments));

        assertThat(plain.config()).isEqualTo(interpreted(arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "version",
                "run --help",
                "run -c",
                "run -c -h",
                "run -c=gateway.yaml",
                "run gateway.yaml",
                "run -c a -c b"
            })
    void allOtherArgumentsAreInterpreted(String line) {
        assertThat(RunCommand.plain(line.split(" ", -1))).isNull();
    }

    @Test
    void anEmptyFileNameIsInterpretedToo() {
        assertThat(RunCommand.plain("run", "-c", "")).isNull();
    }

    private static @Nullable Path interpreted(String... arguments) {
        CommandLine.ParseResult parsed = Main.commandLine().parseArgs(arguments);
        return ((RunCommand) parsed.subcommand().commandSpec().userObject()).config();
    }
}
