package io.jadegate.api.plane;

import io.jadegate.api.config.Problem;
import java.util.List;

/// What became of a configuration.
public sealed interface ApplyResult {
    /// It serves.
    ///
    /// @param revision counts the configurations applied by this process, from 1
    /// @param changes what happened to each part
    record Applied(long revision, Changes changes, List<Problem> warnings) implements ApplyResult {}

    /// Nothing changed. The problems have paths but no positions.
    record Rejected(List<Problem> problems) implements ApplyResult {}

    /// What happened to the parts of a configuration.
    ///
    /// @param kept how many were carried over with their state
    /// @param added new
    /// @param replaced made anew under the same name
    /// @param drained gone from the configuration, finishing what they have begun
    record Changes(int kept, Parts added, Parts replaced, Parts drained) {

        /// The counts in one line for a log.
        public String summary() {
            return kept
                    + " kept, "
                    + added.count
                    + " added, "
                    + replaced.count
                    + " replaced, "
                    + drained.count
                    + " drained";
        }
    }

    /// Some parts of a configuration.
    ///
    /// @param names the first of them, at most [#MAX_NAMES], each with its kind: `listener web`,
    ///   `route orders`, `upstream orders`, `endpoint orders/10.0.0.1:9000`
    record Parts(int count, List<String> names) {
        /// Nobody reads more.
        public static final int MAX_NAMES = 100;

        public static final Parts NONE = new Parts(0, List.of());

        public Parts {
            names = List.copyOf(names);
        }

        /// The names in one line; how many more there are.
        @Override
        public String toString() {
            String named = String.join(", ", names);
            return count == names.size()
                    ? named
                    : named + " and " + (count - names.size()) + " more";
        }
    }
}
