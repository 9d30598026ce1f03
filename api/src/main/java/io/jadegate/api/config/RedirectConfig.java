package io.jadegate.api.config;

/// Answers with a redirect.
///
/// @param location may hold request values such as `{{path}}`
public record RedirectConfig(
        @Doc("301, 302, 303, 307 or 308") @Default("308") @Range(min = 301, max = 308) int status,
        @Doc("where to go, with request values such as {{path}}")
                @Required
                @Form(TextForm.FIELD_VALUE)
                String location)
        implements ActionConfig {}
