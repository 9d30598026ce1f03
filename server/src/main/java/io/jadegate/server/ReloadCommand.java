package io.jadegate.server;

import io.jadegate.api.plane.ApplyResult.Applied;
import io.jadegate.api.plane.ApplyResult.Parts;
import io.jadegate.api.plane.ApplyResult.Rejected;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "reload",
        description = {
            "Has a running node read its configuration again and prints what became of it.",
            "Finds the node by the node section of -c FILE, or by --admin and --token."
        })
final class ReloadCommand implements Callable<Integer> {

    @Mixin private Source source;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        return switch (source.running(spec).reload()) {
            case Applied(long revision, var changes, var warnings) -> {
                warnings.forEach(out::println);
                out.println("revision " + revision + " serves, " + changes.summary());
                tell("added", changes.added());
                tell("replaced", changes.replaced());
                tell("drained", changes.drained());
                yield ExitCode.OK;
            }
            case Rejected(var problems) -> {
                problems.forEach(out::println);
                out.println("refused; what was served before stays");
                yield ExitCode.CONFIGURATION;
            }
        };
    }

    private void tell(String what, Parts parts) {
        if (parts.count() > 0) {
            spec.commandLine().getOut().println(what + " " + parts);
        }
    }
}
