package io.jadegate.server.wire;

import io.jadegate.api.plane.Metric;
import io.jadegate.api.plane.Telemetry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What a gateway counts, at one moment, by metric and labels. Histograms are left out.
final class TestReadings {
    private final Map<List<String>, Double> values = new LinkedHashMap<>();

    private TestReadings() {}

    static TestReadings of(Gateway gateway) {
        TestReadings readings = new TestReadings();
        Telemetry.Readings takes =
                new Telemetry.Readings() {
                    @Override
                    public void value(Metric metric, double value, String... labels) {
                        readings.values.put(key(metric.name(), labels), value);
                    }

                    @Override
                    public void distribution(
                            Metric metric, Telemetry.Distribution distribution, String... labels) {
                        // Only numbers are kept.
                    }
                };
        gateway.telemetry().forEach(telemetry -> telemetry.report(takes));
        return readings;
    }

    private static List<String> key(String name, String... labels) {
        return Stream.concat(Stream.of(name), Stream.of(labels)).toList();
    }

    /// The value of a series; 0 when it is not shown.
    ///
    /// @param labels the values of its labels in their order
    double value(String metric, String... labels) {
        return values.getOrDefault(key(metric, labels), 0.0);
    }
}
