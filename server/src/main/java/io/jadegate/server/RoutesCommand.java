package io.jadegate.server;

import io.jadegate.api.plane.RouteSummary;
import io.jadegate.control.admin.AdminJson;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "routes",
        description =
                "Lists the routes in the order in which they are preferred, of -c FILE or with"
                        + " --admin of a running node.")
final class RoutesCommand implements Callable<Integer> {

    @Mixin private Source source;

    @Option(names = "--output", paramLabel = "text|json", description = "how the result is printed")
    private OutputFormat output = OutputFormat.TEXT;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<RouteSummary> routes = source.open(spec).routes();
        spec.commandLine()
                .getOut()
                .print(
                        switch (output) {
                            case TEXT -> table(routes);
                            case JSON -> new AdminJson().text(routes);
                        });
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }

    private static String table(List<RouteSummary> routes) {
        int name = width(routes, RouteSummary::name);
        int match = width(routes, RouteSummary::match);
        int action = width(routes, RouteSummary::action);
        var text = new StringBuilder();
        for (RouteSummary route : routes) {
            String line =
                    pad(route.name(), name)
                            + pad(route.match(), match)
                            + pad(route.action(), action)
                            + String.join(", ", route.filters());
            text.append(line.stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static int width(List<RouteSummary> routes, Function<RouteSummary, String> column) {
        return routes.stream().map(column).mapToInt(String::length).max().orElse(0) + 2;
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
