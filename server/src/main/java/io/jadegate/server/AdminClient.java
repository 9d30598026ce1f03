package io.jadegate.server;

import io.jadegate.api.config.Address;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.plane.ApplyResult;
import io.jadegate.api.plane.ConnectExplanation;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.Holders;
import io.jadegate.api.plane.RouteSummary;
import io.jadegate.api.plane.Stats;
import io.jadegate.api.plane.TcpExplanation;
import io.jadegate.control.admin.AdminJson;
import io.jadegate.control.admin.AdminServer;
import io.jadegate.control.admin.AdminToken;
import io.jadegate.control.admin.ConnectQuestion;
import io.jadegate.control.admin.ExplainQuestion;
import io.jadegate.control.admin.TcpQuestion;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks a running node at its admin address. An answer that is an error becomes an [IOException]
/// with a sentence for the person at the terminal.
final class AdminClient implements Node {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final AdminJson json = new AdminJson();
    private final URI admin;
    private final String token;

    AdminClient(URI admin, String token) {
        this.admin = admin;
        this.token = token;
    }

    /// A client for the node with this section.
    ///
    /// @param admin instead of the address in the section
    /// @param token instead of the one in the state folder
    static AdminClient of(NodeConfig node, @Nullable URI admin, @Nullable String token)
            throws IOException {
        URI address = admin != null ? admin : URI.create("http://" + reachable(node));
        if (token != null) {
            return new AdminClient(address, token);
        }
        try {
            return new AdminClient(address, AdminToken.read(node.stateDir()).reveal());
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "there is no token in \"%s\"; the node never ran with this state folder"
                            .formatted(node.stateDir()),
                    e);
        }
    }

    /// A node that listens on every address is found on loopback.
    private static String reachable(NodeConfig node) {
        Address address = AdminServer.admin(node);
        return address instanceof Address.Inet(String host, int port) && host.isEmpty()
                ? "127.0.0.1:" + port
                : address.toString();
    }

    /// Has the node read its configuration again.
    ApplyResult reload() throws IOException, InterruptedException {
        var answer = send(request("/api/v1/reload").POST(BodyPublishers.noBody()));
        return switch (answer.statusCode()) {
            case 200 -> json.read(answer.body(), ReloadAnswer.Applied.class).result();
            case 422 -> json.read(answer.body(), ReloadAnswer.Rejected.class).result();
            default -> throw refused(answer);
        };
    }

    @Override
    public Explanation explain(ExplainQuestion question) throws IOException, InterruptedException {
        return json.read(ok(ask("/api/v1/explain", question)), Explanation.class);
    }

    @Override
    public TcpExplanation explainTcp(TcpQuestion question)
            throws IOException, InterruptedException {
        return json.read(ok(ask("/api/v1/explain/tcp", question)), TcpExplanation.class);
    }

    @Override
    public ConnectExplanation explainConnect(ConnectQuestion question)
            throws IOException, InterruptedException {
        return json.read(ok(ask("/api/v1/explain/connect", question)), ConnectExplanation.class);
    }

    private HttpResponse<String> ask(String path, Object question)
            throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json.text(question))));
    }

    @Override
    public List<RouteSummary> routes() throws IOException, InterruptedException {
        return List.of(json.read(ok(send(request("/api/v1/routes").GET())), RouteSummary[].class));
    }

    /// What has gone through the node, and what it holds.
    Stats stats() throws IOException, InterruptedException {
        return json.read(ok(send(request("/api/v1/stats").GET())), Stats.class);
    }

    /// Who makes the node hold memory.
    Holders holders() throws IOException, InterruptedException {
        return json.read(ok(send(request("/api/v1/holders").GET())), Holders.class);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(admin.resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    private HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (ConnectException e) {
            throw new IOException("nobody listens at %s".formatted(admin), e);
        }
    }

    private String ok(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw refused(answer);
        }
        return answer.body();
    }

    private IOException refused(HttpResponse<String> answer) {
        return new IOException(
                "%s answers %d: %s".formatted(admin, answer.statusCode(), answer.body().strip()));
    }
}
