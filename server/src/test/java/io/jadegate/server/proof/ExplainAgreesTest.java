package io.jadegate.server.proof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.plane.ExplainRequest;
import io.jadegate.api.plane.Explanation;
import io.jadegate.api.plane.Explanation.Verdict;
import io.jadegate.api.plane.RouteSummary;
import io.jadegate.server.wire.Gateway;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Explain and traffic share the code that decides. This sends requests through a real listener to
/// a real endpoint, asks explain about each, and compares all that either says.
@Timeout(60)
class ExplainAgreesTest {
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 8;

    private static final String CONFIG =
            """
            node:
              event-loops: 2
              access-log:
                format: { template: "{{request.id}}\\t{{route}}\\t{{status}}\\t{{reason}}\\t{{detail}}\\t{{upstream}}" }
                to: { file: "%1$s" }
              drain: { announce: 0s, deadline: 1s }
            defaults:
              filters: [ { use: base } ]
              client-address: { trusted: [ 127.0.0.1, 10.0.0.0/8 ] }
              limits: { head: 4KiB, fields: 40, uri: 1KiB }
            chains:
              base:
                - ip-filter: { lists: [ banned ] }
                - request-headers: { set: { x-client: "{{client.address}}" } }
                  name: mark
            ip-lists: { banned: { deny: [ 203.0.113.0/24 ] } }
            listeners:
              web: { address: "127.0.0.1:0" }
              inner: { address: "127.0.0.2:0" }
            upstreams:
              app: { endpoints: [ "%2$s" ] }
              down: { endpoints: [ { address: "%2$s", state: down } ] }
              addressed: { endpoints: [ "%2$s" ], host-header: endpoint }
              named:
                endpoints: [ "%2$s", { address: "%3$s", weight: 2 } ]
                host-header: app.internal
            routes:
              exact: { match: { path: { exact: /exact } }, upstream: app }
              shop:
                match: { hosts: shop.test, path: /shop }
                filters: [ { rewrite-path: { strip-prefix: true } } ]
                upstream: app
              shops: { match: { hosts: "*.shop.test", path: /shop }, upstream: addressed }
              shops-eu:
                match: { hosts: "*.eu.shop.test", path: /shop }
                filters: [ { rewrite-path: { strip-prefix: true, add-prefix: "/eu/{{host}}" } } ]
                upstream: named
              customers:
                match: { path: { template: "/customers/{id}/orders" } }
                filters: [ { rewrite-path: { template: "/orders/of/{id}" } } ]
                upstream: named
              files:
                match: { path: { template: "/files/{rest...}" } }
                redirect: { status: 307, location: "https://files.test/{{path.rest}}?{{query}}" }
              words: { match: { path: { regex: "/r/[a-z]+[0-9]*" } }, upstream: app }
              versions: { match: { path: { text-prefix: /api-v } }, upstream: addressed }
              writes: { match: { path: /m, methods: [ PUT, DELETE, BREW ] }, upstream: app }
              reads: { match: { path: /m }, upstream: named }
              canary:
                match:
                  path: /h
                  headers: { x-canary: "true", x-debug: { not: { present: true } } }
                upstream: named
              headed: { match: { path: /h }, upstream: app }
              queried: { match: { path: /q, query: { v: [ "1", "2" ] } }, upstream: app }
              cookied: { match: { path: /c, cookies: { beta: { present: true } } }, upstream: app }
              near: { match: { path: /s, sources: [ 10.0.0.0/8, 127.0.0.1 ] }, upstream: app }
              far:
                match: { path: /s }
                redirect: { status: 302, location: "/from/{{client.address}}{{uri}}" }
              preferred: { match: { path: /p }, priority: 5, upstream: addressed }
              passed-over: { match: { path: { exact: /p/special }, listeners: inner }, upstream: app }
              ping:
                match: { path: { exact: /ping } }
                respond: { status: 200, body: "pong {{request.id}}" }
              teapot: { match: { path: /teapot }, respond: { status: 418, body: short } }
              empty: { match: { path: /empty }, respond: { status: 204 } }
              old:
                match: { path: /old }
                redirect: { status: 308, location: "https://{{host}}/new{{path}}" }
              plain: { match: { path: /plain }, websocket: false, upstream: app }
              small: { match: { path: /small }, limits: { body: 1KiB }, upstream: app }
              cors:
                match: { path: /cors }
                cors: { origins: [ "https://page.test" ], methods: [ PUT ], credentials: true }
                upstream: app
              edit:
                match: { path: /edit }
                filters:
                  - request-headers:
                      set: { x-env: "{{scheme}}-{{host}}" }
                      add: { x-tag: "{{query.t}}", x-id: "{{request.id}}" }
                      remove: [ x-debug, cookie, x-many-* ]
                  - rewrite-path: "/edited/{{method}}{{path}}"
                  - response-headers: { set: { x-by: "{{route}}" } }
                upstream: app
              open:
                match: { path: /open }
                filters:
                  - skip: ip-filter
                  - ip-filter: { allow: [ 192.0.2.0/24 ] }
                    mode: shadow
                    name: rehearsed
                upstream: app
              when:
                match: { path: /when }
                filters:
                  - ip-filter: { deny: [ 198.51.100.0/24 ] }
                    name: nearly
                    when: { headers: { x-env: dev }, methods: [ GET, POST ] }
                  - request-headers: { set: { x-env: rehearsed } }
                    mode: shadow
                    name: unseen
                upstream: addressed
              named: { match: { path: /named, hosts: [ shop.test, "*.shop.test" ] }, upstream: named }
              dates:
                match: { path: { regex: "/re/[0-9]{4}/[0-9]{2}" } }
                filters: [ { rewrite-path: { regex: "^/re/([0-9]+)/([0-9]+)$", replacement: "/$2-$1" } } ]
                upstream: app
              down: { match: { path: /down }, upstream: down }
              inner: { match: { path: /, listeners: inner }, upstream: addressed }
            """;

    @RegisterExtension static final Gateway gateway = new Gateway();

    @TempDir private Path folder;
    private final RecordingScript endpoint = new RecordingScript();

    /// A request with what explain said of it and what traffic showed, but for the access log.
    private record Asked(TestRequest request, Explanation explanation, Message answer) {
        String requestId() {
            return Objects.requireNonNull(answer.field("x-request-id"));
        }
    }

    @Test
    void explainAndTrafficAgreeOnWhateverIsAsked() throws Exception {
        Path log = folder.resolve("access.log");
        FakeBackend backend = gateway.keep(FakeBackend.serving(endpoint));
        FakeBackend other = gateway.keep(FakeBackend.serving(endpoint));
        gateway.serve(CONFIG, log.toString(), backend.address(), other.address());

        List<Asked> asked = askAll();
        Gateway.await("a line for each", () -> Files.readAllLines(log).size() == REQUESTS);
        Map<String, String[]> lines = lines(log);

        List<String> disagreements = new ArrayList<>();
        Map<String, Integer> seen = new TreeMap<>();
        for (Asked each : asked) {
            Outcome shown = shown(each, Objects.requireNonNull(lines.get(each.requestId())));
            Outcome foretold = Outcome.foretold(each.explanation(), each.requestId());
            if (!shown.equals(foretold)) {
                disagreements.add(each.request() + "\nforetold " + foretold + "\nshown " + shown);
            }
            seen.merge(shown.verdict().name(), 1, Integer::sum);
            seen.merge(shown.reason(), 1, Integer::sum);
            seen.merge("route " + shown.route(), 1, Integer::sum);
        }
        assertThat(disagreements.stream().limit(5)).isEmpty();
        assertThat(seen).containsKeys(allThatCanBeSeen());
    }

    /// So that agreement is not that of requests which all end alike.
    private static String[] allThatCanBeSeen() {
        List<String> all = new ArrayList<>();
        for (Verdict verdict : Verdict.values()) {
            if (verdict != Verdict.UNDECIDED) {
                all.add(verdict.name());
            }
        }
        gateway.proxy().routes().stream()
                .map(RouteSummary::name)
                .filter(name -> !name.equals("passed-over"))
                .map(name -> "route " + name)
                .forEach(all::add);
        all.addAll(
                List.of(
                        "REQUEST_MALFORMED",
                        "REQUEST_VERSION",
                        "REQUEST_METHOD",
                        "REQUEST_EXPECTATION",
                        "REQUEST_LOOP",
                        "REQUEST_BODY_TOO_LARGE",
                        "REQUEST_HEAD_TOO_LARGE",
                        "REQUEST_URI_TOO_LONG",
                        "ROUTE_NOT_FOUND",
                        "ROUTE_REDIRECT",
                        "ROUTE_RESPONSE",
                        "UPGRADE_REFUSED",
                        "UPSTREAM_NO_ENDPOINT",
                        "IP_DENIED",
                        "CORS_PREFLIGHT"));
        return all.toArray(String[]::new);
    }

    // ---- asking

    private List<Asked> askAll() throws Exception {
        List<Asked> asked = new ArrayList<>(REQUESTS);
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<List<Asked>>> shares = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                int first = client;
                shares.add(clients.submit(() -> askShare(first)));
            }
            for (Future<List<Asked>> share : shares) {
                asked.addAll(share.get());
            }
        }
        return asked;
    }

    private static List<Asked> askShare(int first) throws IOException {
        List<Asked> asked = new ArrayList<>();
        Map<String, Wire> connections = new HashMap<>();
        for (int number = first; number < REQUESTS; number += CLIENTS) {
            asked.add(ask(RandomRequests.request(number), connections));
        }
        for (Wire connection : connections.values()) {
            connection.close();
        }
        return asked;
    }

    /// @param connections those that are kept alive, by listener and address of the client
    private static Asked ask(TestRequest request, Map<String, Wire> connections)
            throws IOException {
        InetAddress from = InetAddress.ofLiteral(request.trusted() ? "127.0.0.1" : "127.0.0.3");
        String path = request.listener() + from;
        Wire connection = connections.remove(path);
        if (connection == null) {
            connection = Wire.connectFrom(from, gateway.address(request.listener()));
        }
        connection.send(request.head() + request.body());
        Message answer =
                request.asksForHeadOnly()
                        ? connection.readHeadResponse()
                        : connection.readResponse();
        if (answer.status() == 101 || "close".equals(answer.field("connection"))) {
            connection.close();
        } else {
            connections.put(path, connection);
        }
        byte[] head = request.head().getBytes(ISO_8859_1);
        return new Asked(
                request,
                gateway.proxy().explain(new ExplainRequest(request.listener(), from, head)),
                answer);
    }

    // ---- what traffic shows

    private static Map<String, String[]> lines(Path log) throws IOException {
        Map<String, String[]> lines = new HashMap<>();
        for (String line : Files.readAllLines(log, ISO_8859_1)) {
            String[] columns = line.split("\t", -1);
            lines.put(columns[0], columns);
        }
        return lines;
    }

    private Outcome shown(Asked asked, String[] line) {
        Message answer = asked.answer();
        String number = answer.field(RecordingScript.NUMBER);
        assertThat(answer.status()).isEqualTo(Integer.parseInt(line[2]));
        return new Outcome(
                line[1],
                verdict(answer, number),
                number == null ? answer.status() : 0,
                line[3],
                line[4],
                Objects.requireNonNullElse(answer.field("location"), ""),
                line[5],
                number == null ? "" : endpoint.head(number));
    }

    private static Verdict verdict(Message answer, @Nullable String number) {
        if (number != null) {
            return Verdict.FORWARDED;
        }
        if (answer.has("location")) {
            return Verdict.REDIRECTED;
        }
        return answer.has("proxy-status") ? Verdict.REFUSED : Verdict.ANSWERED;
    }
}
