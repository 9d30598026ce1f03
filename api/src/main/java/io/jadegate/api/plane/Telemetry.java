package io.jadegate.api.plane;

/// Counts that can be read: what a part of the gateway shows of itself in numbers.
public interface Telemetry {

    /// Tells `readings` every series as it stands. May be called by any thread at any time and
    /// disturbs nobody; numbers that move meanwhile may belong to slightly different moments.
    void report(Readings readings);

    /// Takes the numbers of one report. Metrics and series come in any order, each series once.
    interface Readings {
        /// The value of a counter or gauge.
        ///
        /// @param labels the values of the metric's labels, in their order
        void value(Metric metric, double value, String... labels);

        /// The value of a counter or gauge that is a whole number.
        default void value(Metric metric, long value, String... labels) {
            value(metric, (double) value, labels);
        }

        /// The state of a histogram.
        ///
        /// @param labels the values of the metric's labels, in their order
        void distribution(Metric metric, Distribution distribution, String... labels);
    }

    /// Observations sorted into ranges.
    ///
    /// @param upperBounds the highest value of each range, ascending; not to be modified
    /// @param counts how many observations fell into each range and not into a lower one, and last
    ///   those above every bound: one more than there are bounds
    /// @param sum the observations added up
    record Distribution(double[] upperBounds, long[] counts, double sum) {}
}
