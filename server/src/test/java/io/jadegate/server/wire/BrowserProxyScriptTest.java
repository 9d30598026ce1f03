package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Message;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A real browser asks the gateway where to go, and goes there through it.
@Timeout(60)
class BrowserProxyScriptTest {
    private static final String PROXY =
            """
            listeners:
              egress:
                address: "127.0.0.1:0"
                protocol: forward
                forward: { allow: [ { network: 127.0.0.0/8, ports: [ %1$s ] }, { host: "*.pac.test", ports: [ %1$s ] } ] }
            """;

    @RegisterExtension
    @Order(1)
    static final Gateway gateway = new Gateway();

    @RegisterExtension
    @Order(2)
    static final Chromium chromium = new Chromium();

    /// Only the gateway knows where the name leads.
    @Test
    void goesThroughTheProxyThatTheScriptNames(@TempDir Path folder) throws Exception {
        gateway.resolving(_ -> List.of(InetAddress.getLoopbackAddress()));
        FakeBackend backend = gateway.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        String port = backend.address().substring(backend.address().lastIndexOf(':') + 1);
        gateway.serve(PROXY, port);

        chromium.open(
                "http://shop.pac.test:" + port + "/page",
                folder,
                "--proxy-pac-url=http://127.0.0.1:" + gateway.port() + "/proxy.pac");

        Message request = backend.takeRequest();
        while (!request.target().equals("/page")) {
            request = backend.takeRequest();
        }
        assertThat(request.field("host")).isEqualTo("shop.pac.test:" + port);
    }
}
