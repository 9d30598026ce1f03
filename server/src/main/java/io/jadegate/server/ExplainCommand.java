package io.jadegate.server;

import io.jadegate.api.plane.ConnectExplanation;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.TcpExplanation;
import io.jadegate.control.admin.AdminJson;
import io.jadegate.control.admin.ConnectQuestion;
import io.jadegate.control.admin.ExplainQuestion;
import io.jadegate.control.admin.TcpQuestion;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "explain",
        description = {
            "Tells how a request would fare: its route, what each filter says, and what would be"
                    + " forwarded. With tcp and an address, how a connection would: what each filter of"
                    + " connections says, and where it would go. With connect and HOST:PORT, whether a"
                    + " forward proxy goes to that target: the name is looked up, nothing is dialled.",
            "Asks the configuration of -c FILE, or with --admin a running node. Nothing is sent to"
                    + " an upstream."
        })
final class ExplainCommand implements Callable<Integer> {

    @Mixin private Source source;

    /// In the place of a method, which is never written so.
    private static final String TCP = "tcp";

    private static final String CONNECT = "connect";

    @Parameters(paramLabel = "METHOD|tcp|connect", index = "0")
    private String method;

    @Parameters(
            paramLabel = "URL|ADDRESS|HOST:PORT",
            index = "1",
            description =
                    "absolute, http://shop.example.com/orders?page=2; or a path. With tcp the"
                            + " address of a listener, :5432, or its name; with connect a target,"
                            + " www.example.com:443")
    private String url;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "a field of the request; may be given several times")
    private List<String> fields = List.of();

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            description = "the client, 127.0.0.1 by default; not with connect")
    private @Nullable String from;

    @Option(
            names = "--listener",
            paramLabel = "NAME",
            description =
                    "where it arrives; by default at the first listener that serves HTTP, with"
                            + " connect at the first forward proxy")
    private @Nullable String listener;

    @Option(
            names = "--server-name",
            paramLabel = "HOST",
            description = "with tcp: the host that the client names under TLS")
    private @Nullable String serverName;

    @Option(
            names = "--alpn",
            paramLabel = "PROTOCOL",
            split = ",",
            description = "with tcp: a protocol that the client offers under TLS")
    private List<String> alpn = List.of();

    @Option(names = "--output", paramLabel = "text|json", description = "how the result is printed")
    private OutputFormat output = OutputFormat.TEXT;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        refuseForeign();
        Node node = source.open(spec);
        String explained =
                switch (method) {
                    case TCP -> connection(node);
                    case CONNECT -> target(node);
                    default -> request(node);
                };
        spec.commandLine().getOut().print(explained);
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }

    /// An option that the question has no use for would be an answer to another question.
    private void refuseForeign() {
        boolean tcp = method.equals(TCP);
        boolean connect = method.equals(CONNECT);
        refuse("--header", !fields.isEmpty(), tcp || connect);
        refuse("--from", from != null, connect);
        refuse("--listener", listener != null, tcp);
        refuse("--server-name", serverName != null, !tcp);
        refuse("--alpn", !alpn.isEmpty(), !tcp);
    }

    private void refuse(String option, boolean given, boolean foreign) {
        if (given && foreign) {
            boolean aboutConnections = method.equals(TCP) || method.equals(CONNECT);
            throw new ParameterException(
                    spec.commandLine(),
                    option + " does not go with " + (aboutConnections ? method : "a request"));
        }
    }

    private String request(Node node) throws IOException, InterruptedException {
        Explanation explanation =
                node.explain(new ExplainQuestion(method, url, fields, from, listener));
        return switch (output) {
            case TEXT -> ExplanationText.of(explanation);
            case JSON -> new AdminJson().text(explanation);
        };
    }

    private String target(Node node) throws IOException, InterruptedException {
        ConnectExplanation explanation = node.explainConnect(new ConnectQuestion(url, listener));
        return switch (output) {
            case TEXT -> ExplanationText.of(explanation);
            case JSON -> new AdminJson().text(explanation);
        };
    }

    private String connection(Node node) throws IOException, InterruptedException {
        TcpExplanation explanation = node.explainTcp(new TcpQuestion(url, from, serverName, alpn));
        return switch (output) {
            case TEXT -> ExplanationText.of(explanation);
            case JSON -> new AdminJson().text(explanation);
        };
    }
}
