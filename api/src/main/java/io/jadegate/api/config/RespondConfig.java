package io.jadegate.api.config;

import java.util.Map;

/// Answers with a fixed response.
///
/// @param body may hold request values such as `{{request.id}}`
public record RespondConfig(
        @Doc("the status") @Default("200") @Range(min = 200, max = 599) int status,
        @Doc("the body, with request values such as {{request.id}}") @Default("") String body,
        @Doc("response headers") @Keys(TextForm.FIELD_NAME) @Form(TextForm.FIELD_VALUE)
                Map<String, String> headers)
        implements ActionConfig {

    public RespondConfig {
        headers = Ordered.copyOf(headers);
    }
}
