package io.jadegate.control.config;

import io.jadegate.control.binding.SecretSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The variables of a process, and whether secrets are looked up.
///
/// @param variables names to values
/// @param openSecrets whether secrets are read; otherwise they bind without a value, so that a file
///   can be checked on a machine that has none of them
public record Environment(Map<String, String> variables, boolean openSecrets) {

    public Environment {
        variables = Map.copyOf(variables);
    }

    /// The environment of this process; secrets are looked up.
    public static Environment ofProcess() {
        return new Environment(System.getenv(), true);
    }

    @Nullable String variable(String name) {
        return variables.get(name);
    }

    SecretSource secrets(Sources.Recorder recorder) {
        return openSecrets ? new OpenSecrets(this, recorder) : SecretSource.closed();
    }
}
