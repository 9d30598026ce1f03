package io.jadegate.api.config;

import java.nio.file.Path;

/// The form of answers the gateway makes itself when something is wrong.
public sealed interface ErrorsConfig {

    /// `application/problem+json` (RFC 9457).
    record ProblemJson() implements ErrorsConfig {}

    /// A plain page.
    record Html() implements ErrorsConfig {}

    /// A page of your own with request values such as `{{request.id}}`.
    @Shorthand("file")
    record Template(@Doc("the page") @Required Path file) implements ErrorsConfig {}
}
