package io.jadegate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.proxy.CertificateExpiry.Shown;
import io.jadegate.proxy.tls.CertificateAuthority;
import io.jadegate.proxy.tls.Credential;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What is told of certificates that come to their end, and when.
class CertificateExpiryTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(90));
    private static final CertificateAuthority AUTHORITY =
            CertificateAuthority.create("Test authority", NOW, LATER);

    private final List<String> log = new ArrayList<>();
    private List<Shown> shown = List.of();
    private final CertificateExpiry expiry = new CertificateExpiry(() -> shown, log::add);

    private static Credential days(int days) {
        return AUTHORITY.issue(List.of("a.test"), NOW, NOW.plus(Duration.ofDays(days)));
    }

    private void look(int days) {
        expiry.look(NOW.plus(Duration.ofDays(days)));
    }

    @Test
    void tellsOnceThatTwoWeeksAreLeftAndOnceThatItHasExpired() {
        shown = List.of(Shown.toClients("web", "a.test", days(30)));
        expiry.begin(NOW);
        look(15);
        assertThat(log).isEmpty();

        look(17);
        look(18);
        assertThat(log)
                .containsExactly(
                        "listeners.web.tls.hosts.a.test.certificate: expires at"
                                + " 2026-01-31T00:00:00Z, in 13 days");

        log.clear();
        look(30);
        look(31);
        assertThat(log)
                .containsExactly(
                        "listeners.web.tls.hosts.a.test.certificate: expired at"
                                + " 2026-01-31T00:00:00Z");
    }

    @Test
    void saysNothingThatApplyingHasSaid() {
        shown = List.of(Shown.toEndpoints("app", days(10)));
        expiry.begin(NOW);
        look(1);
        assertThat(log).isEmpty();

        look(10);
        assertThat(log)
                .containsExactly("upstreams.app.tls.certificate: expired at 2026-01-11T00:00:00Z");
    }

    @Test
    void beginsAnewWithACertificateThatReplacedAnother() {
        shown = List.of(Shown.toClients("web", "a.test", days(10)));
        expiry.begin(NOW);
        shown = List.of(Shown.toClients("web", "a.test", days(60)));
        expiry.begin(NOW);
        look(50);

        assertThat(log).hasSize(1).first().asString().contains("in 10 days");
    }

    @Test
    void showsTheEndOfEach() {
        shown =
                List.of(
                        Shown.toClients("web", "a.test", days(1)),
                        Shown.toEndpoints("app", days(2)));

        assertThat(report())
                .containsExactly(
                        Map.entry(
                                "jadegate_listener_certificate_expiry_timestamp_seconds"
                                        + " [web, a.test]",
                                (double) (NOW.getEpochSecond() + 86_400)),
                        Map.entry(
                                "jadegate_upstream_certificate_expiry_timestamp_seconds [app]",
                                (double) (NOW.getEpochSecond() + 172_800)));
    }

    @Test
    void showsTheFirstToEndOfThoseThatAreTooMany() {
        Credential late = days(80);
        Credential early = days(3);
        shown =
                IntStream.range(0, 2100)
                        .mapToObj(i -> Shown.toClients("web", "h" + i, i == 2050 ? early : late))
                        .toList();

        Map<String, Double> report = report();

        assertThat(report).hasSize(2001);
        assertThat(report)
                .containsEntry(
                        "jadegate_listener_certificate_expiry_timestamp_seconds"
                                + " [(other), (other)]",
                        (double) early.expiry().getEpochSecond());
    }

    private Map<String, Double> report() {
        Map<String, Double> values = new TreeMap<>();
        expiry.report(
                new Telemetry.Readings() {
                    @Override
                    public void value(Metric metric, double value, String... labels) {
                        values.put(metric.name() + " " + List.of(labels), value);
                    }

                    @Override
                    public void distribution(
                            Metric metric, Telemetry.Distribution distribution, String... labels) {
                        throw new AssertionError("no such metric");
                    }
                });
        return values;
    }
}
