package io.jadegate.api.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Active checks, by exactly one of three kinds.
public record HealthConfig(
        @Doc("ask by HTTP") @Nullable HttpConfig http,
        @Doc("connect by TCP") @Nullable TcpConfig tcp,
        @Doc("ask grpc.health.v1") @Nullable GrpcConfig grpc,
        @Doc("time between two checks") @Default("5s") Duration interval,
        @Doc("how long one may take") @Default("2s") Duration timeout,
        @Doc("failures in a row until an endpoint is out") @Default("3") @Range(min = 1, max = 1000)
                int fall,
        @Doc("successes in a row until it is back") @Default("2") @Range(min = 1, max = 1000)
                int rise) {

    /// A check by HTTP.
    public record HttpConfig(
            @Doc("path to ask for") @Default("/") @Form(TextForm.PATH) String path,
            @Doc("statuses that are well")
                    @Default("[ 200-399 ]")
                    @Form(TextForm.STATUS_RANGE)
                    @Range(min = 100, max = 599)
                    List<String> status) {
        public HttpConfig {
            status = List.copyOf(status);
        }
    }

    /// A check by connecting.
    public record TcpConfig() {}

    /// A check by gRPC.
    public record GrpcConfig(
            @Doc("name of the service; the server's own when empty") @Default("") String service) {}
}
