package io.jadegate.control.config;

import io.jadegate.api.config.Config;
import io.jadegate.api.config.NodeConfig;
import io.jadegate.api.config.Problem;
import io.jadegate.api.config.SourceMap;
import java.util.List;

/// What became of reading a configuration.
public sealed interface LoadResult {

    /// What was read, whatever came of it: watching it tells when to read again.
    Sources sources();

    /// A configuration without errors.
    ///
    /// @param positions where the values of `config` and `node` stand, for later stages
    record Loaded(
            NodeConfig node,
            Config config,
            SourceMap positions,
            List<Problem> warnings,
            Sources sources)
            implements LoadResult {
        public Loaded {
            warnings = List.copyOf(warnings);
        }
    }

    /// Everything that is wrong, and the warnings, in the order of the text.
    record Invalid(List<Problem> problems, Sources sources) implements LoadResult {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
