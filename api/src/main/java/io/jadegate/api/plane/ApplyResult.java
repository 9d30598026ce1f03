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

    /// Names of parts, each with its kind: `listener web`, `route orders`, `upstream orders`,
    /// `endpoint orders/10.0.0.1:9000`.
    ///
    /// @param kept carried over with their state
    /// @param added new
    /// @param replaced made anew under the same name
    /// @param drained gone from the configuration, finishing what they have begun
    record Changes(
            List<String> kept, List<String> added, List<String> replaced, List<String> drained) {
        public Changes {
            kept = List.copyOf(kept);
            added = List.copyOf(added);
            replaced = List.copyOf(replaced);
            drained = List.copyOf(drained);
        }

        /// The counts in one line for a log.
        public String summary() {
            return kept.size()
                    + " kept, "
                    + added.size()
                    + " added, "
                    + replaced.size()
                    + " replaced, "
                    + drained.size()
                    + " drained";
        }
    }
}
