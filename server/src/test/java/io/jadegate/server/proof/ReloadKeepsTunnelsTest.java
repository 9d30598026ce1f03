package io.jadegate.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.server.wire.Gateway;
import io.jadegate.testkit.Descriptors;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What outlives the configuration that let it in must not keep that configuration, nor what was
/// between.
@Timeout(120)
class ReloadKeepsTunnelsTest {
    private static final int TUNNELS = 50;
    private static final int RELOADS = 1000;
    private static final int WARM = 200;
    private static final int OTHER_ROUTES = 20;

    /// Far less than the configurations that come between would take, far more than chance does.
    private static final long HEAP_SLACK = 2 << 20;

    @RegisterExtension static final Gateway gateway = new Gateway();

    private final List<Wire> tunnels = new ArrayList<>();
    private String endpoint = "";
    private String other = "";

    @Test
    void tunnelsOutliveAThousandReloadsAndLeaveNothing() throws Exception {
        endpoint = gateway.keep(FakeBackend.serving(new EchoScript())).address();
        other = gateway.keep(FakeBackend.serving(new EchoScript())).address();
        gateway.serve(config(0) + tunnelRoute(0));
        for (int i = 0; i < TUNNELS; i++) {
            tunnels.add(openTunnel(gateway.address("web")));
        }

        reload(1, WARM);
        long heap = heapInUse();
        int descriptors = Descriptors.now().open().size();
        reload(WARM + 1, RELOADS);

        assertThat(heapInUse() - heap).isLessThan(HEAP_SLACK);
        assertThat(Descriptors.now().open()).hasSize(descriptors);

        gateway.serveNow(config(RELOADS + 1));
        echoThroughAll(RELOADS + 1);
        for (Wire tunnel : tunnels) {
            tunnel.awaitGone();
        }
    }

    private void reload(int from, int to) throws IOException {
        for (int revision = from; revision <= to; revision++) {
            gateway.serveNow(config(revision) + tunnelRoute(revision));
            if (revision % 100 == 0) {
                echoThroughAll(revision);
            }
        }
    }

    // ---- configurations

    /// Every revision has other routes by other names, and the upstream another endpoint besides.
    private String config(int revision) {
        StringBuilder yaml =
                new StringBuilder(
                        """
                        node:
                          event-loops: 2
                          access-log: { to: off }
                          drain: { announce: 0s, deadline: 5s }
                        listeners: { web: { address: "127.0.0.1:0" } }
                        upstreams:
                          app: { endpoints: [ <endpoints> ] }
                          app-<revision>: { endpoints: [ "<other>" ] }
                        routes:
                        """
                                .replace("<endpoints>", endpoints(revision))
                                .replace("<other>", other)
                                .replace("<revision>", Integer.toString(revision)));
        for (int i = 0; i < OTHER_ROUTES; i++) {
            yaml.append(
                    "  other-%1$d-%2$d: { match: { path: /%2$d }, upstream: app-%1$d }\n"
                            .formatted(revision, i));
        }
        return yaml.toString();
    }

    private String endpoints(int revision) {
        String first = '"' + endpoint + '"';
        return revision % 2 == 0 ? first : first + ", \"" + other + '"';
    }

    private static String tunnelRoute(int revision) {
        return """
          tunnel:
            match: { path: /tunnel }
            filters: [ { request-headers: { set: { x-revision: "<revision>" } } } ]
            upstream: app
        """
                .replace("<revision>", Integer.toString(revision));
    }

    // ---- tunnels

    private static Wire openTunnel(InetSocketAddress web) throws IOException {
        Wire tunnel = gateway.keep(Wire.connect(web));
        tunnel.send(
                """
                GET /tunnel HTTP/1.1\r
                Host: a.test\r
                Connection: Upgrade\r
                Upgrade: websocket\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r
                """);
        assertThat(tunnel.readHead()).startsWith("HTTP/1.1 101 ");
        return tunnel;
    }

    private void echoThroughAll(int number) throws IOException {
        String piece = ("%0" + EchoScript.PIECE + "d").formatted(number);
        for (Wire tunnel : tunnels) {
            tunnel.send(piece);
        }
        for (Wire tunnel : tunnels) {
            assertThat(tunnel.read(EchoScript.PIECE)).isEqualTo(piece);
        }
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
