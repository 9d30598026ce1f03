package io.jadegate.control.binding;

import io.jadegate.api.config.Secret;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where secrets are looked up while records are made.
public interface SecretSource {

    /// The secret in an environment variable, or `null` when it is not set.
    @Nullable Secret environment(String name);

    /// The secret in a file, or `null` when it cannot be read.
    @Nullable Secret file(Path path);

    /// Looks nothing up: every secret is there and has no value.
    static SecretSource closed() {
        return new SecretSource() {
            @Override
            public Secret environment(String name) {
                return new Secret("env " + name, null);
            }

            @Override
            public Secret file(Path path) {
                return new Secret("file " + path, null);
            }
        };
    }
}
