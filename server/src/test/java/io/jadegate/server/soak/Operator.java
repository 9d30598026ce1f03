package io.jadegate.server.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/// Changes the configuration all the time, in every part that can change without anybody noticing,
/// and at times wrongly. For one thread.
final class Operator {
    private static final int OTHER_ROUTES = 20;
    private static final int WRONG = 4;
    private static final int SIGNALLED = 7;
    private static final long PAUSE_MILLIS = 3000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Where traffic is led.
    ///
    /// @param first serves requests, as `second` and `third` do
    /// @param tunnels serves tunnels
    /// @param refusing refuses connections
    /// @param hanging takes no connections and refuses none
    /// @param busy cannot be listened on
    record Places(
            String first,
            String second,
            String third,
            String tunnels,
            String refusing,
            String hanging,
            String busy) {}

    private final Path file;
    private final Places places;
    private int revision;
    private int wrong;

    /// Writes the first configuration.
    Operator(Path file, Places places) throws IOException {
        this.file = file;
        this.places = places;
        Files.writeString(file, config(Mistake.NONE));
    }

    /// Right configurations written after the first.
    int changes() {
        return revision;
    }

    /// Wrong configurations written.
    int mistakes() {
        return wrong;
    }

    /// Changes until all is over, and leaves a configuration without what comes and goes.
    void goOn(ShippedNode node, Scene scene, SplittableRandom random) {
        try {
            while (!scene.isOver() || hasMore()) {
                change(node, scene);
                scene.pause(random, PAUSE_MILLIS);
            }
        } catch (IOException | InterruptedException | ConditionTimeoutException e) {
            scene.findings().add("operator: " + e);
        }
    }

    private void change(ShippedNode node, Scene scene) throws IOException, InterruptedException {
        if ((revision + wrong) % WRONG == WRONG - 1) {
            int before = node.refused();
            write(config(Mistake.values()[wrong % WRONG]));
            wrong++;
            await("refused " + wrong, () -> node.refused() > before);
            return;
        }
        revision++;
        write(config(Mistake.NONE));
        if (revision % SIGNALLED == 0) {
            node.signal("HUP");
        }
        await("serves " + revision, () -> served(scene).equals("revision " + revision));
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }

    /// In place or by another file put in its place, as editors do the one or the other.
    private void write(String yaml) throws IOException {
        if (revision % 2 == 0) {
            Files.writeString(file, yaml);
            return;
        }
        Path next = file.resolveSibling("gateway.yaml.next");
        Files.writeString(next, yaml);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String served(Scene scene) throws IOException {
        try (Talk talk = Talk.connect(scene.web(), 1024, scene.content(), new SplittableRandom())) {
            talk.send("GET /revision HTTP/1.1\r\nHost: soak.test\r\n\r\n");
            byte[] body = new byte[Integer.parseInt("" + talk.readHead().field("content-length"))];
            talk.readOctets(body, body.length);
            return new String(body, ISO_8859_1);
        }
    }

    // ---- configurations

    /// Whether the listener that comes and goes is there, and with it its descriptor.
    private boolean hasMore() {
        return revision % 2 == 1;
    }

    /// Of an odd revision there is more than of an even one, and every one has routes and an
    /// upstream by names of its own.
    private String config(Mistake mistake) {
        boolean more = hasMore();
        StringBuilder yaml =
                new StringBuilder(
                        """
                        node:
                          state-dir: state
                          admin: { address: "127.0.0.1:0" }
                          metrics: { address: "127.0.0.1:0" }
                          drain: { announce: 0s, deadline: 5s }
                        defaults:
                          timeouts:
                            header: 5s
                            keep-alive: 5s
                            keep-alive-requests: 200
                            keep-alive-age: 30s
                            half-close: 500ms
                            first-byte: 20s
                        listeners:
                          web: { address: "127.0.0.1:0" }
                          <extra listener>
                        upstreams:
                          app:
                            endpoints: [ "<first>", "<second>" ]
                            load-balancer: <balancer>
                            pool: { idle: 3s, max-requests: 100 }
                          next-<revision>:
                            endpoints: [ "<second>", "<third>" ]
                            pool: { idle: 3s }
                          partly:
                            endpoints: [ "<refusing>", "<third>" ]
                            load-balancer: round-robin
                            pool: { idle: 3s }
                          refusing: { endpoints: [ "<refusing>" ] }
                          hanging: { endpoints: [ "<hanging>" ] }
                          tunnels:
                            endpoints: [ "<tunnels>" ]
                            capacity: { connections: 10000, requests: 10000 }
                        routes:
                          app:
                            match: { path: /app }
                            filters: [ { response-headers: { set: { x-revision: "<revision>" } } } ]
                            upstream: <upstream>
                          hasty:
                            match: { path: /hasty }
                            timeouts: { first-byte: 1s }
                            upstream: app
                          fickle: { match: { path: /fickle }, timeouts: { idle: 500ms }, upstream: app }
                          partly: { match: { path: /partly }, upstream: partly }
                          refusing: { match: { path: /refusing }, upstream: refusing }
                          hanging:
                            match: { path: /hanging }
                            timeouts: { connect: 300ms }
                            retry: { tries: 1 }
                            upstream: hanging
                          chat: { match: { path: /chat }, upstream: tunnels }
                          revision:
                            match: { path: { exact: /revision } }
                            respond: { body: "revision <revision>" }
                        """
                                .replace("<extra listener>", extraListener(mistake, more))
                                .replace("<upstream>", more ? "next-<revision>" : "app")
                                .replace(
                                        "<balancer>",
                                        revision % 3 == 0 ? "round-robin" : "least-request")
                                .replace("<first>", revision % 4 < 2 ? places.first : places.third)
                                .replace("<second>", places.second)
                                .replace("<third>", places.third)
                                .replace("<refusing>", places.refusing)
                                .replace("<hanging>", places.hanging)
                                .replace("<tunnels>", places.tunnels)
                                .replace("<revision>", Integer.toString(revision)));
        for (int i = 0; i < OTHER_ROUTES; i++) {
            yaml.append(
                    "  other-%1$d-%2$d: { match: { path: /other/%2$d }, upstream: next-%1$d }\n"
                            .formatted(revision, i));
        }
        return yaml + mistake.route;
    }

    private String extraListener(Mistake mistake, boolean more) {
        if (mistake == Mistake.TAKEN_ADDRESS) {
            return "wrong: { address: \"" + places.busy + "\" }";
        }
        return more ? "extra: { address: \"127.0.0.2:0\" }" : "";
    }

    /// What can be wrong with a configuration.
    private enum Mistake {
        UNKNOWN_KEY("  wrong: { match: { path: /wrong }, respnd: { body: never } }\n"),
        BROKEN_YAML("  wrong: { match: [\n"),
        UNKNOWN_UPSTREAM("  wrong: { match: { path: /wrong }, upstream: nowhere }\n"),
        TAKEN_ADDRESS(""),
        NONE("");

        private final String route;

        Mistake(String route) {
            this.route = route;
        }
    }
}
