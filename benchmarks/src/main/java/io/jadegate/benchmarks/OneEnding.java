package io.jadegate.benchmarks;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.grpc.GrpcStatus;
import io.jadegate.proxy.observe.ExchangeFacts;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// The end of [OneExchange]: proxied, 200, at once.
final class OneEnding implements ExchangeFacts {
    private final OneExchange exchange = new OneExchange(InetAddress.getLoopbackAddress());

    @Override
    public RequestHead received() {
        return exchange.received();
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
        return "203.0.113.7";
    }

    @Override
    public String requestId() {
        return "0123456789abcdef0123456789abcdef";
    }

    @Override
    public String routeName() {
        return "orders";
    }

    @Override
    public String upstream() {
        return "orders";
    }

    @Override
    public @Nullable String pathParameter(String name) {
        return null;
    }

    @Override
    public <T> @Nullable T get(HttpExchange.Key<T> key) {
        return null;
    }

    @Override
    public @Nullable String destination() {
        return null;
    }

    @Override
    public String target() {
        return "10.0.0.1:9000";
    }

    @Override
    public int attempts() {
        return 1;
    }

    @Override
    public boolean connectionReused() {
        return true;
    }

    @Override
    public String upstreamProtocol() {
        return "HTTP/1.1";
    }

    @Override
    public int status() {
        return 200;
    }

    @Override
    public @Nullable Reason reason() {
        return null;
    }

    @Override
    public @Nullable GrpcStatus grpcStatus() {
        return null;
    }

    @Override
    public @Nullable String detail() {
        return null;
    }

    @Override
    public boolean cut() {
        return false;
    }

    @Override
    public boolean tunnel() {
        return false;
    }

    @Override
    public long bytesReceived() {
        return 0;
    }

    @Override
    public long bytesSent() {
        return 128;
    }

    @Override
    public long startMillis() {
        return 1_795_383_639_123L;
    }

    @Override
    public long firstByteNanos() {
        return 1_234_567;
    }

    @Override
    public long durationNanos() {
        return 2_345_678;
    }
}
