package io.jadegate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

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

    static Stream<String> commands() {
        return commands(Main.commandLine(), "");
    }

    private static Stream<String> commands(CommandLine of, String before) {
        return of.getSubcommands().entrySet().stream()
                .flatMap(each -> {
                    String command = before + each.getKey();
                    return Stream.concat(
                            Stream.of(command), commands(each.getValue(), command + " "));
                });
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHelps(String command) {
        String[] words = (command + " --help").split(" ");

        assertThat(execute(words)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("Usage: jadegate " + command).contains("-h, --help");
        assertThat(err.toString()).isEmpty();
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
