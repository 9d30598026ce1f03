package io.jadegate.control.admin;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything that is counted, as Prometheus reads it: its text format, or OpenMetrics to whom asks
/// for it.
final class Exposition {
    private final List<Telemetry> sources;

    Exposition(List<Telemetry> sources) {
        this.sources = List.copyOf(sources);
    }

    /// @param accept the Accept field of the scrape
    Answer answer(@Nullable String accept) {
        var report = new Report();
        sources.forEach(source -> source.report(report));
        ExpositionFormatWriter writer = writer(accept);
        var text = new ByteArrayOutputStream(16 * 1024);
        try {
            writer.write(text, report.snapshots());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(200, writer.getContentType(), text.toByteArray(), Map.of());
    }

    private static ExpositionFormatWriter writer(@Nullable String accept) {
        var openMetrics = OpenMetricsTextFormatWriter.create();
        return accept != null && openMetrics.accepts(accept)
                ? openMetrics
                : PrometheusTextFormatWriter.create();
    }

    /// The readings of all sources, by metric.
    private static final class Report implements Telemetry.Readings {
        private final Map<Metric, Points> byMetric = new LinkedHashMap<>();

        @Override
        public void value(Metric metric, double value, String... labels) {
            points(metric).add(value, labels);
        }

        @Override
        public void distribution(
                Metric metric, Telemetry.Distribution distribution, String... labels) {
            points(metric).add(distribution, labels);
        }

        private Points points(Metric metric) {
            return byMetric.computeIfAbsent(metric, Points::of);
        }

        MetricSnapshots snapshots() {
            return new MetricSnapshots(byMetric.values().stream().map(Points::snapshot).toList());
        }
    }

    /// The series of one metric.
    private sealed interface Points {
        static Points of(Metric metric) {
            return switch (metric.kind()) {
                case COUNTER -> new Counters(metric, new ArrayList<>());
                case GAUGE -> new Gauges(metric, new ArrayList<>());
                case HISTOGRAM -> new Histograms(metric, new ArrayList<>());
            };
        }

        Metric metric();

        MetricSnapshot snapshot();

        default void add(double value, String... labels) {
            throw new IllegalArgumentException(metric().name() + " has no single value");
        }

        default void add(Telemetry.Distribution distribution, String... labels) {
            throw new IllegalArgumentException(metric().name() + " has no distribution");
        }

        default MetricMetadata metadata() {
            return new MetricMetadata(metric().name(), metric().help());
        }

        default Labels labels(String... values) {
            return Labels.of(metric().labels(), List.of(values));
        }
    }

    private record Counters(Metric metric, List<CounterDataPointSnapshot> points)
            implements Points {
        @Override
        public void add(double value, String... labels) {
            points.add(new CounterDataPointSnapshot(value, labels(labels), null, 0));
        }

        @Override
        public MetricSnapshot snapshot() {
            return new CounterSnapshot(metadata(), points);
        }
    }

    private record Gauges(Metric metric, List<GaugeDataPointSnapshot> points) implements Points {
        @Override
        public void add(double value, String... labels) {
            points.add(new GaugeDataPointSnapshot(value, labels(labels), null));
        }

        @Override
        public MetricSnapshot snapshot() {
            return new GaugeSnapshot(metadata(), points);
        }
    }

    private record Histograms(Metric metric, List<HistogramDataPointSnapshot> points)
            implements Points {
        @Override
        public void add(Telemetry.Distribution distribution, String... labels) {
            double[] finite = distribution.upperBounds();
            var bounds = new double[finite.length + 1];
            System.arraycopy(finite, 0, bounds, 0, finite.length);
            bounds[finite.length] = Double.POSITIVE_INFINITY;
            points.add(
                    HistogramDataPointSnapshot.builder()
                            .labels(labels(labels))
                            .classicHistogramBuckets(
                                    ClassicHistogramBuckets.of(bounds, distribution.counts()))
                            .sum(distribution.sum())
                            .build());
        }

        @Override
        public MetricSnapshot snapshot() {
            return new HistogramSnapshot(metadata(), points);
        }
    }
}
