package io.jadegate.api.plane;

import java.util.List;

/// Something the gateway counts, declared once beside the code that moves it.
///
/// @param name in Prometheus' manner: `jadegate_…`, the unit at its end, without the `_total` that
///   the text format adds to counters
/// @param kind how its values behave
/// @param help one sentence for people
/// @param labels the names of the labels that tell its series apart
public record Metric(String name, Kind kind, String help, List<String> labels) {

    public Metric {
        labels = List.copyOf(labels);
    }

    /// How the values of a metric behave.
    public enum Kind {
        /// Only grows while its series lives.
        COUNTER,
        /// Goes up and down.
        GAUGE,
        /// Sorts observations into ranges.
        HISTOGRAM
    }

    public static Metric counter(String name, String help, String... labels) {
        return new Metric(name, Kind.COUNTER, help, List.of(labels));
    }

    public static Metric gauge(String name, String help, String... labels) {
        return new Metric(name, Kind.GAUGE, help, List.of(labels));
    }

    public static Metric histogram(String name, String help, String... labels) {
        return new Metric(name, Kind.HISTOGRAM, help, List.of(labels));
    }
}
