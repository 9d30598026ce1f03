package io.jadegate.server;

import io.jadegate.control.config.Environment;
import io.jadegate.control.config.LoadResult;
import io.jadegate.control.config.LoadResult.Invalid;
import io.jadegate.control.config.LoadResult.Loaded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "run",
        description = {
            "Starts the gateway; without a configuration a demonstration on ports 8080, 9901 and"
                    + " 9902.",
            "SIGHUP reloads, SIGUSR1 reopens log files, SIGTERM drains, a second one stops at once."
        })
final class RunCommand implements Callable<Integer> {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "the configuration file")
    private @Nullable Path config;

    RunCommand() {}

    private RunCommand(@Nullable Path config) {
        this.config = config;
    }

    /// The command for arguments that are exactly `run` or `run -c FILE`; null for all others,
    /// which need interpretation (docs/decisions/0003).
    static @Nullable RunCommand plain(String... arguments) {
        if (arguments.length == 1 && arguments[0].equals("run")) {
            return new RunCommand(null);
        }
        boolean named =
                arguments.length == 3
                        && arguments[0].equals("run")
                        && (arguments[1].equals("-c") || arguments[1].equals("--config"))
                        && !arguments[2].isEmpty()
                        && !arguments[2].startsWith("-");
        return named ? new RunCommand(Path.of(arguments[2])) : null;
    }

    @Nullable Path config() {
        return config;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return config == null ? demonstrate() : serve(config);
    }

    private static int serve(Path file) throws IOException, InterruptedException {
        var loader = Wiring.configLoader();
        var environment = Environment.ofProcess();
        return serve(() -> loader.load(file, environment), null);
    }

    private static int demonstrate() throws IOException, InterruptedException {
        try (var demonstration = new Demonstration()) {
            return serve(demonstration::config, demonstration.invitation());
        }
    }

    private static int serve(Supplier<LoadResult> load, @Nullable String invitation)
            throws IOException, InterruptedException {
        return switch (Wiring.checked(load.get())) {
            case Invalid invalid -> throw new Refusal(invalid.problems());
            case Loaded loaded -> {
                try (var gateway = Gateway.start(loaded, load)) {
                    Signals.on("HUP", gateway::reload);
                    Signals.on("USR1", gateway::reopenLogs);
                    Signals.on("TERM", gateway::drain);
                    Signals.on("INT", gateway::drain);
                    if (invitation != null) {
                        gateway.admin().thenRun(() -> System.err.println(invitation));
                    }
                    gateway.awaitEnd();
                }
                yield ExitCode.OK;
            }
        };
    }
}
