package io.jadegate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.testkit.FakeBackend;
import io.jadegate.testkit.Wire;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What requests on kept connections make an event loop do, by the gateway's own count.
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // Octets, not text.
class LoopCountsTest {
    private static final int REQUESTS = 100;
    private static final String REQUEST =
            "GET /small HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\n\r\n";

    /// What the gateway adds to the heads it passes on.
    private static final int ADDED = 300;

    @RegisterExtension static final Gateway gateway = new Gateway();

    @Test
    void requestIsTwoReadsAndTwoWrites() throws Exception {
        String response = response(128);
        gateway.forward(gateway.answering(response));
        Wire client = gateway.connect();
        exchange(client, 1);

        Map<String, Long> before = counts();
        exchange(client, REQUESTS);
        Map<String, Long> spent = since(before);

        assertThat(spent)
                .containsEntry("jadegate_loop_socket_reads", 2L * REQUESTS)
                .containsEntry("jadegate_loop_socket_writes", 2L * REQUESTS);
        assertThat(spent.get("jadegate_loop_copied_bytes") / REQUESTS)
                .isBetween(
                        (long) REQUEST.length() + response.length(),
                        2L * (REQUEST.length() + response.length()) + ADDED);
    }

    @Test
    void largeBodiesAreNotCopied() throws Exception {
        String response = response(1024 * 1024);
        FakeBackend backend = gateway.answering(response);
        gateway.forward(backend);
        Wire client = gateway.connect();
        exchange(client, 1);

        Map<String, Long> before = counts();
        exchange(client, 1);

        assertThat(since(before).get("jadegate_loop_copied_bytes"))
                .isLessThan(2L * (REQUEST.length() + 100) + ADDED + 4096);
    }

    private static String response(int octets) {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + octets + "\r\n\r\n";
        return head + "x".repeat(octets);
    }

    private static void exchange(Wire client, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            assertThat(client.send(REQUEST).readResponse().status()).isEqualTo(200);
        }
    }

    private static Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        Telemetry.Readings readings =
                new Telemetry.Readings() {
                    @Override
                    public void value(Metric metric, double value, String... labels) {
                        if (metric.name().startsWith("jadegate_loop_")) {
                            counts.merge(metric.name(), Math.round(value), Long::sum);
                        }
                    }

                    @Override
                    public void distribution(
                            Metric metric, Telemetry.Distribution distribution, String... labels) {
                        // Loops have none.
                    }
                };
        gateway.proxy().telemetry().forEach(telemetry -> telemetry.report(readings));
        return counts;
    }

    private static Map<String, Long> since(Map<String, Long> before) {
        Map<String, Long> spent = counts();
        spent.replaceAll((name, count) -> count - before.getOrDefault(name, 0L));
        return spent;
    }
}
