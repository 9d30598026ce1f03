package io.jadegate.api.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which web pages of other origins may call. Preflight requests are answered by the gateway.
public record CorsConfig(
        @Doc("origins that may call; * is any") @Required @Form(TextForm.ORIGIN)
                List<String> origins,
        @Doc("methods they may use") @Default("[ GET, HEAD, POST ]") @Form(TextForm.METHOD)
                List<String> methods,
        @Doc("request headers they may send") @Form(TextForm.FIELD_NAME) List<String> headers,
        @Doc("response headers they may read") @Form(TextForm.FIELD_NAME) List<String> expose,
        @Doc("whether cookies and credentials may come along") @Default("false")
                boolean credentials,
        @Doc("how long a browser may remember a preflight answer; its own default when left out")
                @Nullable Duration maxAge) {

    public CorsConfig {
        origins = List.copyOf(origins);
        methods = List.copyOf(methods);
        headers = List.copyOf(headers);
        expose = List.copyOf(expose);
    }
}
