package io.jadegate.server;

import io.jadegate.api.plane.Holders;
import io.jadegate.api.plane.Stats;
import io.jadegate.control.admin.AdminJson;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "stats",
        description = {
            "Prints what has gone through a running node and what it holds, in totals.",
            "Finds the node by the node section of -c FILE, or by --admin and --token."
        })
final class StatsCommand implements Callable<Integer> {

    @Mixin private Source source;

    @Option(
            names = "--holders",
            description = "also who makes the node hold memory: connections and routes")
    private boolean holders;

    @Option(names = "--output", paramLabel = "text|json", description = "how the result is printed")
    private OutputFormat output = OutputFormat.TEXT;

    @Spec private CommandSpec spec;

    /// What `--output json` prints.
    private record Report(Stats stats, @Nullable Holders holders) {}

    @Override
    public Integer call() throws Exception {
        Report report = ask(source.running(spec));
        spec.commandLine()
                .getOut()
                .print(
                        switch (output) {
                            case TEXT -> StatsText.of(report.stats(), report.holders());
                            case JSON -> new AdminJson().text(report);
                        });
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }

    private Report ask(AdminClient node) throws IOException, InterruptedException {
        return new Report(node.stats(), holders ? node.holders() : null);
    }
}
