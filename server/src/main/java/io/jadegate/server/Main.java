package io.jadegate.server;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The command line of Jadegate. Exit codes: [ExitCode].
@Command(
        name = "jadegate",
        description =
                "A microservices gateway: cheap per request, strict on the wire, pleasant to run.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {CompletionCommand.class, VersionCommand.class})
public final class Main implements Runnable {

    @Spec private CommandSpec spec;

    private Main() {}

    /// Runs one command and ends the process with its exit code.
    ///
    /// @param arguments the command and its options
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler(Main::report);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int report(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        command.getErr().println("jadegate: " + e.getMessage());
        return ExitCode.FAILED;
    }
}
