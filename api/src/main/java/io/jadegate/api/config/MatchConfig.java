package io.jadegate.api.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which requests: those that satisfy every key that is written. A list is satisfied by any of its
/// values.
public record MatchConfig(
        @Doc("names of listeners; every http listener when left out") @NameOf("listeners")
                List<String> listeners,
        @Doc("hosts, exact or *.suffix") @Form(TextForm.HOST_PATTERN) List<String> hosts,
        @Doc("paths; a text is a segment-wise prefix") List<PathMatchConfig> path,
        @Doc("methods, case matters") @Form(TextForm.METHOD) List<String> methods,
        @Doc("header fields by name") @Keys(TextForm.FIELD_NAME)
                Map<String, ValueMatchConfig> headers,
        @Doc("query parameters by name") @Keys(TextForm.ANY) Map<String, ValueMatchConfig> query,
        @Doc("cookies by name") @Keys(TextForm.FIELD_NAME) Map<String, ValueMatchConfig> cookies,
        @Doc("networks the client's address is in") List<Cidr> sources,
        @Doc("gRPC services and methods, which is what paths are of calls")
                @Nullable GrpcConfig grpc,
        @Doc("a CEL expression, as a last resort") @Planned @Nullable String when) {

    /// Matches every request.
    public static final MatchConfig ANY =
            new MatchConfig(
                    List.of(), List.of(), List.of(), List.of(), Map.of(), Map.of(), Map.of(),
                    List.of(), null, null);

    public MatchConfig {
        listeners = List.copyOf(listeners);
        hosts = List.copyOf(hosts);
        path = List.copyOf(path);
        methods = List.copyOf(methods);
        headers = Ordered.copyOf(headers);
        query = Ordered.copyOf(query);
        cookies = Ordered.copyOf(cookies);
        sources = List.copyOf(sources);
    }

    /// gRPC services and methods.
    public record GrpcConfig(
            @Doc("full names, or a package and .* for all in it; any when left out")
                    @Form(TextForm.GRPC_SERVICE)
                    List<String> service,
            @Doc("method names; any when left out") @Form(TextForm.GRPC_METHOD)
                    List<String> method) {
        public GrpcConfig {
            service = List.copyOf(service);
            method = List.copyOf(method);
        }
    }
}
