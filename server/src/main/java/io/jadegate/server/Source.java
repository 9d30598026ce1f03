package io.jadegate.server;

import io.jadegate.api.plane.ConnectExplanation;
import io.jadegate.api.plane.DataPlane;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.RouteSummary;
import io.jadegate.api.plane.TcpExplanation;
import io.jadegate.control.admin.ConnectQuestion;
import io.jadegate.control.admin.ExplainQuestion;
import io.jadegate.control.admin.TcpQuestion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// The options that say whom a question goes to: a file, or the node that runs by it or elsewhere.
final class Source {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "the configuration file; with --admin it only tells the token")
    private @Nullable Path config;

    @Option(
            names = "--admin",
            paramLabel = "URL",
            description = "the admin address of a running node, http://127.0.0.1:9901")
    private @Nullable URI admin;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "the node's admin token; by default that in the state folder of -c FILE")
    private @Nullable String token;

    /// Whoever answers questions.
    ///
    /// @throws Refusal when the configuration has errors
    Node open(CommandSpec spec) throws IOException {
        if (admin != null) {
            return running(spec);
        }
        if (config == null) {
            throw new ParameterException(spec.commandLine(), "-c FILE or --admin URL is missing");
        }
        return switch (Wiring.compile(config, /* openSecrets= */ false)) {
            case Compiled.Ready(DataPlane plane, var _) -> new Offline(plane);
            case Compiled.Refused(var problems) -> throw new Refusal(problems);
        };
    }

    /// The running node: at `--admin`, else where the node section of `-c FILE` puts it.
    AdminClient running(CommandSpec spec) throws IOException {
        if (admin != null && (!isWeb(admin.getScheme()) || admin.getHost() == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--admin must be a URL such as http://127.0.0.1:9901, not \"" + admin + "\"");
        }
        if (admin != null && token != null) {
            return new AdminClient(admin, token);
        }
        if (config == null) {
            throw new ParameterException(
                    spec.commandLine(), "-c FILE, or --admin URL and --token TOKEN, is missing");
        }
        return AdminClient.of(Wiring.node(config), admin, token);
    }

    private static boolean isWeb(@Nullable String scheme) {
        return "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    }

    private record Offline(DataPlane plane) implements Node {

        @Override
        public Explanation explain(ExplainQuestion question) {
            return plane.explain(question.request());
        }

        @Override
        public TcpExplanation explainTcp(TcpQuestion question) {
            return plane.explainTcp(question.request());
        }

        @Override
        public ConnectExplanation explainConnect(ConnectQuestion question) {
            return plane.explainConnect(question.request());
        }

        @Override
        public List<RouteSummary> routes() {
            return plane.routes();
        }
    }
}
