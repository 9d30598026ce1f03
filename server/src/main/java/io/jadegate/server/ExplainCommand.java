package io.jadegate.server;

import io.jadegate.api.plane.Explanation;
import io.jadegate.control.admin.AdminJson;
import io.jadegate.control.admin.ExplainQuestion;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "explain",
        description = {
            "Tells how a request would fare: its route, what each filter says, and what would be"
                    + " forwarded.",
            "Asks the configuration of -c FILE, or with --admin a running node. Nothing is sent to"
                    + " an upstream."
        })
final class ExplainCommand implements Callable<Integer> {

    @Mixin private Source source;

    @Parameters(paramLabel = "METHOD", index = "0")
    private String method;

    @Parameters(
            paramLabel = "URL",
            index = "1",
            description = "absolute, http://shop.example.com/orders?page=2; or a path")
    private String url;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "a field of the request; may be given several times")
    private List<String> fields = List.of();

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            description = "the client, 127.0.0.1 by default")
    private @Nullable String from;

    @Option(
            names = "--listener",
            paramLabel = "NAME",
            description = "where it arrives; by default at the first listener that serves HTTP")
    private @Nullable String listener;

    @Option(names = "--output", paramLabel = "text|json", description = "how the result is printed")
    private OutputFormat output = OutputFormat.TEXT;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var question = new ExplainQuestion(method, url, fields, from, listener);
        Explanation explanation = source.open(spec).explain(question);
        spec.commandLine()
                .getOut()
                .print(
                        switch (output) {
                            case TEXT -> ExplanationText.of(explanation);
                            case JSON -> new AdminJson().text(explanation);
                        });
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
