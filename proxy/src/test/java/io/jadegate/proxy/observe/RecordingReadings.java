package io.jadegate.proxy.observe;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import io.jadegate.api.plane.Telemetry.Distribution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Keeps one report.
final class RecordingReadings implements Telemetry.Readings {
    private final Map<List<String>, Double> values = new HashMap<>();
    private final Map<List<String>, Distribution> distributions = new HashMap<>();

    static RecordingReadings of(Telemetry telemetry) {
        var readings = new RecordingReadings();
        telemetry.report(readings);
        return readings;
    }

    @Override
    public void value(Metric metric, double value, String... labels) {
        keep(values, metric, value, labels);
    }

    @Override
    public void distribution(Metric metric, Distribution distribution, String... labels) {
        keep(distributions, metric, distribution, labels);
    }

    private static <T> void keep(
            Map<List<String>, T> map, Metric metric, T reading, String... labels) {
        if (labels.length != metric.labels().size()) {
            throw new AssertionError(metric + " with " + List.of(labels));
        }
        if (map.put(key(metric.name(), labels), reading) != null) {
            throw new AssertionError("twice: " + metric + " with " + List.of(labels));
        }
    }

    /// The value of a series that counts whole things, or -1 when it was not reported.
    long value(String name, String... labels) {
        return Math.round(values.getOrDefault(key(name, labels), -1.0));
    }

    Distribution distribution(String name, String... labels) {
        return Objects.requireNonNull(distributions.get(key(name, labels)));
    }

    Set<List<String>> series() {
        return values.keySet();
    }

    private static List<String> key(String name, String... labels) {
        var key = new ArrayList<String>();
        key.add(name);
        key.addAll(List.of(labels));
        return List.copyOf(key);
    }
}
