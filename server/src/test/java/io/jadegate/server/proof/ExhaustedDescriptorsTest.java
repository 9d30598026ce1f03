package io.jadegate.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A system that gives no descriptor any more (EMFILE) costs the requests of that time and nothing
/// else.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExhaustedDescriptorsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
    private static final String ONCE =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    private static final String CONFIG =
            """
            node:
              event-loops: 1
              access-log: { to: off }
              admin: { address: "127.0.0.1:0" }
              metrics: { address: "127.0.0.1:0" }
            listeners: { web: { address: "127.0.0.1:0" } }
            routes:
              all: { match: { path: / }, upstream: app }
              refused: { match: { path: /refused }, upstream: refused }
            upstreams:
              app: { endpoints: [ "<endpoint>" ] }
              refused: { endpoints: [ "<refused>" ] }
            """;

    @TempDir private Path folder;

    @Test
    void answersThatNoSocketWasToBeHadAndServesAgainWhenThereIs() throws Exception {
        try (FakeBackend backend = FakeBackend.answering(ONCE);
                FakeBackend refusing = FakeBackend.refusing();
                RunningNode node = RunningNode.run(config(backend, refusing));
                Wire client = node.connect()) {
            assertThat(client.send(GET).readResponse().status()).isEqualTo(200);
            // The Java machine needs descriptors, too, for what it has not loaded yet.
            assertThat(node.get("/refused")).contains("UPSTREAM_CONNECT_REFUSED");
            int limit = node.descriptorLimit();

            // What is open stays open, but nothing more has a number below this.
            node.limitDescriptors(3);
            Message refused = client.send(GET).readResponse();
            node.limitDescriptors(limit);
            Message served = client.send(GET).readResponse();

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("\"reason\":\"SOCKETS_EXHAUSTED\"");
            assertThat(served.status()).isEqualTo(200);
            assertThat(node.get("/")).isEqualTo("ok");
        }
    }

    private Path config(FakeBackend backend, FakeBackend refusing) throws IOException {
        String text =
                CONFIG.replace("<endpoint>", backend.address())
                        .replace("<refused>", refusing.address());
        return Files.writeString(folder.resolve("gateway.yaml"), text);
    }
}
