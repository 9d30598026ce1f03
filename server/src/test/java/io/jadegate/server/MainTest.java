package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

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
