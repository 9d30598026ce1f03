package io.jadegate.proxy.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.grpc.GrpcStatus;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An exchange that ended as a test says.
final class FakeFacts implements ExchangeFacts {
    final RequestHead received = new RequestHead();
    final Map<String, String> pathParameters = new HashMap<>();
    String clientAddress = "203.0.113.7";
    @Nullable String route = "orders";
    @Nullable String user;
    @Nullable String upstream = "orders";
    @Nullable String destination;
    @Nullable String target = "10.0.0.1:9000";
    @Nullable Reason reason;
    @Nullable GrpcStatus grpcStatus;
    int attempts = 1;
    boolean reused = true;
    int status = 200;
    boolean cut;
    boolean tunnel;
    long bytesReceived = 12;
    long bytesSent = 3456;
    long startMillis = 1_795_383_639_123L;
    long firstByteNanos = 1_234_567;
    long durationNanos = 2_345_678;

    /// `GET http://shop.example.com/orders?page=2`.
    static FakeFacts of() {
        return new FakeFacts()
                .target("shop.example.com", "/orders", "page=2")
                .field("User-Agent", "curl/8.5.0");
    }

    /// The same, answered by the gateway without an upstream.
    static FakeFacts refused(Reason reason) {
        FakeFacts facts = of();
        facts.reason = reason;
        facts.status = reason.status();
        facts.route = null;
        facts.upstream = null;
        facts.target = null;
        facts.attempts = 0;
        facts.firstByteNanos = -1;
        return facts;
    }

    FakeFacts target(String host, String path, @Nullable String query) {
        HeaderFields fields = received.fields();
        int start = fields.append(host);
        received.authority(start, fields.limit(), start, fields.limit(), -1);
        received.path(path);
        received.query(query);
        return this;
    }

    FakeFacts method(String method) {
        received.method(Method.of(method));
        return this;
    }

    /// Adds a field without looking at the value's octets.
    FakeFacts field(String name, String latin1) {
        byte[] octets = latin1.getBytes(ISO_8859_1);
        received.fields().add(FieldName.of(name), octets, 0, octets.length);
        return this;
    }

    @Override
    public RequestHead received() {
        return received;
    }

    @Override
    public String protocol() {
        return "HTTP/1.1";
    }

    @Override
    public String listener() {
        return "web";
    }

    @Override
    public String clientAddressText() {
        return clientAddress;
    }

    @Override
    public String requestId() {
        return "r-1";
    }

    @Override
    public @Nullable String routeName() {
        return route;
    }

    @Override
    public @Nullable String upstream() {
        return upstream;
    }

    @Override
    public @Nullable String pathParameter(String name) {
        return pathParameters.get(name);
    }

    @Override
    public <T> @Nullable T get(HttpExchange.Key<T> key) {
        return key == RequestValues.USER && user != null ? key.cast(user) : null;
    }

    @Override
    public @Nullable String destination() {
        return destination;
    }

    @Override
    public @Nullable String target() {
        return target;
    }

    @Override
    public int attempts() {
        return attempts;
    }

    @Override
    public boolean connectionReused() {
        return reused;
    }

    @Override
    public @Nullable String upstreamProtocol() {
        return attempts == 0 ? null : "HTTP/2";
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public @Nullable Reason reason() {
        return reason;
    }

    @Override
    public @Nullable GrpcStatus grpcStatus() {
        return grpcStatus;
    }

    @Override
    public @Nullable String detail() {
        return null;
    }

    @Override
    public boolean cut() {
        return cut;
    }

    @Override
    public boolean tunnel() {
        return tunnel;
    }

    @Override
    public long bytesReceived() {
        return bytesReceived;
    }

    @Override
    public long bytesSent() {
        return bytesSent;
    }

    @Override
    public long startMillis() {
        return startMillis;
    }

    @Override
    public long firstByteNanos() {
        return firstByteNanos;
    }

    @Override
    public long durationNanos() {
        return durationNanos;
    }
}
