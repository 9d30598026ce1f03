package io.jadegate.api.config;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
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

    private static final List<String> WEB_HEADERS =
            List.of("content-type", "grpc-timeout", "x-grpc-web", "x-user-agent");
    private static final List<String> WEB_EXPOSED =
            List.of("grpc-status", "grpc-message", "grpc-status-details-bin");

    public CorsConfig {
        origins = List.copyOf(origins);
        methods = List.copyOf(methods);
        headers = List.copyOf(headers);
        expose = List.copyOf(expose);
    }

    /// The same with what pages need that call by gRPC-Web.
    public CorsConfig forGrpcWeb() {
        return new CorsConfig(
                origins,
                with(methods, List.of("POST")),
                with(headers, WEB_HEADERS),
                with(expose, WEB_EXPOSED),
                credentials,
                maxAge);
    }

    private static List<String> with(List<String> names, List<String> more) {
        return Stream.concat(
                        names.stream(),
                        more.stream()
                                .filter(name ->
                                        !names.contains("*")
                                                && names.stream()
                                                        .noneMatch(name::equalsIgnoreCase)))
                .toList();
    }
}
