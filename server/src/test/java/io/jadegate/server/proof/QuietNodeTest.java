package io.jadegate.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.Wire;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is as it should be is nothing to warn of.
@Timeout(60)
class QuietNodeTest {
    @Test
    void warnsOfNoConnectionThroughAUnixSocketOfNio(@TempDir Path folder) throws Exception {
        Path web = folder.resolve("web.sock");
        Path file = folder.resolve("gateway.yaml");
        Files.writeString(
                file,
                """
                node: { transport: nio, admin: { address: "127.0.0.1:0" }, access-log: { to: off } }
                listeners: { web: { address: "unix:%s" } }
                routes: { all: { match: { path: / }, respond: { status: 200, body: ok } } }
                """
                        .formatted(web));
        try (RunningNode node = RunningNode.run(file)) {
            node.awaitSaid("listener web: serves");
            try (Wire client = Wire.connect(UnixDomainSocketAddress.of(web))) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readResponse().body()).isEqualTo("ok");
            }
            // What it says next comes behind all it has said of the connection.
            node.signal("TERM");
            node.awaitSaid("INFO  drain");

            assertThat(node.said()).noneMatch(line -> line.contains(" WARN "));
        }
    }
}
