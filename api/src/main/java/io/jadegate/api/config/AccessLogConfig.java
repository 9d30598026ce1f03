package io.jadegate.api.config;

import java.nio.file.Path;

/// The log of requests.
public record AccessLogConfig(
        @Doc("how a line looks") @Default("json") FormatConfig format,
        @Doc("where lines go") @Default("stdout") TargetConfig to) {

    /// How a line looks.
    public sealed interface FormatConfig {

        /// One JSON object a line.
        record Json() implements FormatConfig {}

        /// The combined format of Apache and NGINX.
        record Combined() implements FormatConfig {}

        /// A text with request values such as `{{method}}`.
        @Shorthand("text")
        record Template(
                @Doc("the line, with request values such as {{method}}") @Required String text)
                implements FormatConfig {}
    }

    /// Where lines go.
    public sealed interface TargetConfig {

        /// Standard output.
        record Stdout() implements TargetConfig {}

        /// Nowhere.
        record Off() implements TargetConfig {}

        /// A file, reopened on SIGUSR1.
        @Shorthand("path")
        record File(@Doc("the file") @Required Path path) implements TargetConfig {}
    }
}
