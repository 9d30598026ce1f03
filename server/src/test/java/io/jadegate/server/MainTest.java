package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void versionTellsItsOwnAndTheJava() {
        assertThat(execute("version")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .startsWith("jadegate " + Version.number() + "\n")
                .contains("java " + Runtime.version());
    }

    @Test
    void aMissingCommandIsAUsageErrorThatShowsTheCommands() {
        assertThat(execute()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("a command is missing").contains("version");
    }

    @Test
    void anUnknownCommandIsAUsageError() {
        assertThat(execute("strat")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("strat");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run",
                "check",
                "explain",
                "routes",
                "reload",
                "stats",
                "cert",
                "cert dev",
                "hash-password",
                "schema",
                "completion",
                "version"
            })
    void everyCommandHelps(String command) {
        String[] words = (command + " --help").split(" ");

        assertThat(execute(words)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("Usage: jadegate " + command).contains("-h, --help");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void noCommandIsForgottenWhereHelpIsAsked() {
        assertThat(Main.commandLine().getSubcommands().values())
                .allMatch(command -> command.getCommandSpec().findOption("--help") != null);
    }

    @Test
    void completionKnowsEveryCommand() {
        assertThat(execute("completion", "bash")).isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains(Main.commandLine().getSubcommands().keySet())
                .contains("complete -F _complete_jadegate");
    }

    private int execute(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
