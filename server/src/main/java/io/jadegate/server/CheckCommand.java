package io.jadegate.server;

import io.jadegate.api.config.Problem;
import io.jadegate.api.config.Problem.Severity;
import io.jadegate.control.config.Json;
import io.jadegate.server.golden.GoldenFile;
import io.jadegate.server.golden.GoldenOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "check",
        description = {
            "Reports every problem of a configuration, as file:line:column: path: message.",
            "Exits with 0 when it can be served, 78 when it cannot, 1 when a golden request fares"
                    + " differently."
        })
final class CheckCommand implements Callable<Integer> {

    @Mixin private ConfigFile config;

    @Option(
            names = "--requests",
            paramLabel = "FILE",
            description = "golden requests, an .http file that says what is expected of each")
    private @Nullable Path requests;

    @Option(names = "--output", paramLabel = "text|json", description = "how the result is printed")
    private OutputFormat output = OutputFormat.TEXT;

    @Option(
            names = "--without-secrets",
            description = "does not look secrets up, for a machine that has none of them")
    private boolean withoutSecrets;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var compiled = Wiring.compile(config.path, /* openSecrets= */ !withoutSecrets);
        var problems = new ArrayList<>(compiled.problems());
        List<GoldenOutcome> outcomes = List.of();
        if (requests != null && compiled instanceof Compiled.Ready ready) {
            var golden = GoldenFile.parse(requests.toString(), Files.readString(requests));
            problems.addAll(golden.problems());
            outcomes =
                    golden.requests().stream()
                            .map(request -> GoldenOutcome.of(request, ready.plane()))
                            .toList();
        }
        print(problems, outcomes);
        if (problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR)) {
            return ExitCode.CONFIGURATION;
        }
        return outcomes.stream().allMatch(GoldenOutcome::passed) ? ExitCode.OK : ExitCode.FAILED;
    }

    private void print(List<Problem> problems, List<GoldenOutcome> outcomes) {
        var out = spec.commandLine().getOut();
        switch (output) {
            case TEXT -> {
                problems.forEach(out::println);
                outcomes.forEach(outcome -> outcome.differences().forEach(out::println));
                out.println(config.path + ": " + summary(problems, outcomes));
            }
            case JSON -> {
                var result = new LinkedHashMap<String, Object>();
                result.put("problems", Json.values(problems));
                if (requests != null) {
                    result.put("requests", outcomes.stream().map(GoldenOutcome::values).toList());
                }
                out.print(Json.write(result));
            }
        }
        out.flush();
    }

    private String summary(List<Problem> problems, List<GoldenOutcome> outcomes) {
        long errors =
                problems.stream().filter(problem -> problem.severity() == Severity.ERROR).count();
        long failed = outcomes.stream().filter(outcome -> !outcome.passed()).count();
        var parts = new ArrayList<String>();
        parts.add(errors == 0 ? "ok" : count(errors, "error"));
        if (problems.size() > errors) {
            parts.add(count(problems.size() - errors, "warning"));
        }
        if (!outcomes.isEmpty()) {
            parts.add(failed + " of " + count(outcomes.size(), "golden request") + " failed");
        }
        return String.join(", ", parts);
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
