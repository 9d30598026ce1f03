package io.jadegate.proxy;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.proxy.listener.TlsHost;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.proxy.tls.Validity;
import io.jadegate.proxy.upstream.EndpointTls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// When the certificates that the gateway shows will end, to clients and to endpoints: as metrics,
/// and as a line in the log when one comes near its end while it serves. What is so from the
/// beginning, applying has said.
///
/// Safe for all threads.
final class CertificateExpiry implements Telemetry {
    private static final Metric OF_LISTENER =
            Metric.gauge(
                    "jadegate_listener_certificate_expiry_timestamp_seconds",
                    "When a host's certificate, or one of its chain, expires, in seconds since"
                            + " 1970 UTC.",
                    "listener",
                    "host");
    private static final Metric OF_UPSTREAM =
            Metric.gauge(
                    "jadegate_upstream_certificate_expiry_timestamp_seconds",
                    "When the certificate that endpoints are shown, or one of its chain, expires,"
                            + " in seconds since 1970 UTC.",
                    "upstream");

    /// More share one series, which tells of the first to end.
    private static final int MAX_SERIES = 2000;

    private static final String OTHER = "(other)";

    private final Supplier<List<Shown>> current;
    private final Consumer<String> log;
    private Map<String, Validity> told = Map.of();

    /// A certificate that is shown to others.
    ///
    /// @param path where the configuration names it
    /// @param metric that tells of it
    /// @param labels of its series
    record Shown(String path, Metric metric, List<String> labels, Credential credential) {
        static Shown toClients(String listener, String host, Credential credential) {
            return new Shown(
                    "listeners." + listener + ".tls.hosts." + host + ".certificate",
                    OF_LISTENER,
                    List.of(listener, host),
                    credential);
        }

        static Shown toEndpoints(String upstream, Credential credential) {
            return new Shown(
                    "upstreams." + upstream + ".tls.certificate",
                    OF_UPSTREAM,
                    List.of(upstream),
                    credential);
        }
    }

    /// @param current those that are shown now
    /// @param log takes lines for people
    CertificateExpiry(Supplier<List<Shown>> current, Consumer<String> log) {
        this.current = current;
        this.log = log;
    }

    // ---- telling

    /// Takes note of how the certificates stand that now serve.
    synchronized void begin(Instant now) {
        told = standing(current.get(), now);
    }

    /// Tells of every certificate that stands worse than it did.
    synchronized void look(Instant now) {
        List<Shown> all = current.get();
        Map<String, Validity> standing = standing(all, now);
        for (Shown shown : all) {
            Validity before = told.getOrDefault(shown.path, Validity.GOOD);
            if (standing.getOrDefault(shown.path, before).compareTo(before) > 0) {
                log.accept(shown.path + ": " + Validity.warning(shown.credential, now));
            }
        }
        told = standing;
    }

    private static Map<String, Validity> standing(List<Shown> all, Instant now) {
        Map<String, Validity> standing = HashMap.newHashMap(all.size());
        all.forEach(shown -> standing.put(shown.path, Validity.of(shown.credential, now)));
        return standing;
    }

    // ---- counting

    @Override
    public void report(Readings readings) {
        int series = 0;
        Map<Metric, Long> others = new HashMap<>();
        for (Shown shown : current.get()) {
            long expiry = shown.credential.expiry().getEpochSecond();
            if (++series <= MAX_SERIES) {
                readings.value(shown.metric, expiry, shown.labels.toArray(String[]::new));
            } else {
                others.merge(shown.metric, expiry, Math::min);
            }
        }
        others.forEach((metric, expiry) ->
                readings.value(
                        metric,
                        expiry,
                        metric.labels().stream().map(_ -> OTHER).toArray(String[]::new)));
    }

    // ---- finding

    /// The certificates that a configuration shows, in a fixed order.
    static List<Shown> shownBy(@Nullable Compilation compilation) {
        List<Shown> all = new ArrayList<>();
        if (compilation == null) {
            return all;
        }
        new TreeMap<>(compilation.terms())
                .forEach((listener, serving) -> {
                    if (serving.tls() != null) {
                        serving.tls().all().stream()
                                .sorted(Comparator.comparing(TlsHost::host))
                                .map(host ->
                                        Shown.toClients(
                                                listener,
                                                host.host(),
                                                host.settings().credential()))
                                .forEach(all::add);
                    }
                });
        new TreeMap<>(compilation.upstreams())
                .forEach((name, upstream) -> {
                    EndpointTls tls = upstream.tls();
                    Credential credential = tls == null ? null : tls.credential();
                    if (credential != null) {
                        all.add(Shown.toEndpoints(name, credential));
                    }
                });
        return all;
    }
}
