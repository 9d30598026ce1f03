package io.jadegate.control.config;

import io.jadegate.api.config.Secret;
import io.jadegate.control.binding.SecretSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Secrets of the environment and of files. Files are recorded, so that a rotated secret is a
/// changed configuration.
final class OpenSecrets implements SecretSource {

    private final Environment environment;
    private final Sources.Recorder recorder;

    OpenSecrets(Environment environment, Sources.Recorder recorder) {
        this.environment = environment;
        this.recorder = recorder;
    }

    @Override
    public @Nullable Secret environment(String name) {
        var value = environment.variable(name);
        return value == null ? null : new Secret("env " + name, value);
    }

    @Override
    public @Nullable Secret file(Path path) {
        var bytes = recorder.read(path);
        return bytes == null
                ? null
                : new Secret(
                        "file " + path, withoutLineEnd(new String(bytes, StandardCharsets.UTF_8)));
    }

    private static String withoutLineEnd(String text) {
        if (text.endsWith("\r\n")) {
            return text.substring(0, text.length() - 2);
        }
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
