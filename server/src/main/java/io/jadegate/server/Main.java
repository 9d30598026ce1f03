package io.jadegate.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The command line of Jadegate. How a command ends is one of [ExitCode].
@Command(
        name = "jadegate",
        description =
                "A microservices gateway: cheap per request, strict on the wire, pleasant to run.",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        versionProvider = Version.class,
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            ExplainCommand.class,
            RoutesCommand.class,
            ReloadCommand.class,
            StatsCommand.class,
            CertCommand.class,
            HashPasswordCommand.class,
            SchemaCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        })
public final class Main implements Runnable {

    @Spec private CommandSpec spec;

    private Main() {}

    /// Runs one command and ends the process with its exit code.
    ///
    /// @param arguments the command and its options
    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    /// Runs one command.
    ///
    /// @return its exit code
    static int execute(String... arguments) {
        RunCommand run = RunCommand.plain(arguments);
        if (run == null) {
            return commandLine().execute(arguments);
        }
        try {
            return run.call();
        } catch (Exception e) {
            return report(
                    e, new PrintWriter(System.err, /* autoFlush= */ true, StandardCharsets.UTF_8));
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, _) -> report(e, command.getErr()));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /// What a person can act on is a sentence; what they cannot is a bug and shows where.
    private static int report(Exception e, PrintWriter err) {
        return switch (e) {
            case Refusal refusal -> {
                err.println(refusal.getMessage());
                yield ExitCode.CONFIGURATION;
            }
            case IOException _, IllegalArgumentException _ -> {
                err.println("jadegate: " + sentence(e));
                yield ExitCode.FAILED;
            }
            default -> {
                e.printStackTrace(err);
                yield ExitCode.FAILED;
            }
        };
    }

    /// The messages of file trouble are bare file names.
    private static String sentence(Exception e) {
        return e instanceof NoSuchFileException
                ? "there is no file \"" + e.getMessage() + "\""
                : String.valueOf(e.getMessage());
    }
}
