package io.jadegate.proxy.observe;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.filter.RequestValues;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.grpc.GrpcStatus;
import org.jspecify.annotations.Nullable;

/// A connection of octets told as an exchange without a request, for templates, which know one
/// vocabulary only.
record ConnectionStory(ConnectionFacts facts, RequestHead received) implements ExchangeFacts {
    ConnectionStory(ConnectionFacts facts) {
        this(facts, head(facts.destination()));
    }

    /// Names the host that the client wants to go to.
    private static RequestHead head(@Nullable String destination) {
        RequestHead head = new RequestHead();
        if (destination != null) {
            int start = head.fields().append(destination);
            int end = start + destination.length();
            head.authority(start, end, start, start + destination.lastIndexOf(':'), -1);
        }
        return head;
    }

    @Override
    public String protocol() {
        return facts.protocol();
    }

    @Override
    public String listener() {
        return facts.listener();
    }

    @Override
    public String clientAddressText() {
        return facts.clientAddressText();
    }

    @Override
    public String requestId() {
        return facts.uniqueId() == null ? "" : facts.uniqueId();
    }

    @Override
    public @Nullable String routeName() {
        return null;
    }

    @Override
    public String upstream() {
        return facts.upstream();
    }

    @Override
    public @Nullable String pathParameter(String name) {
        return null;
    }

    @Override
    public <T> @Nullable T get(HttpExchange.Key<T> key) {
        return key == RequestValues.USER && facts.user() != null ? key.cast(facts.user()) : null;
    }

    @Override
    public @Nullable String destination() {
        return facts.destination();
    }

    @Override
    public @Nullable String target() {
        return facts.target();
    }

    @Override
    public int attempts() {
        return facts.attempts();
    }

    @Override
    public boolean connectionReused() {
        return false;
    }

    @Override
    public @Nullable String upstreamProtocol() {
        return null;
    }

    @Override
    public int status() {
        return 0;
    }

    @Override
    public @Nullable Reason reason() {
        return facts.reason();
    }

    @Override
    public @Nullable GrpcStatus grpcStatus() {
        return null;
    }

    @Override
    public @Nullable String detail() {
        return facts.detail();
    }

    @Override
    public boolean cut() {
        return facts.reason() != null && facts.connectNanos() >= 0;
    }

    @Override
    public boolean tunnel() {
        return true;
    }

    @Override
    public long bytesReceived() {
        return facts.bytesReceived();
    }

    @Override
    public long bytesSent() {
        return facts.bytesSent();
    }

    @Override
    public long startMillis() {
        return facts.startMillis();
    }

    @Override
    public long firstByteNanos() {
        return facts.connectNanos();
    }

    @Override
    public long durationNanos() {
        return facts.durationNanos();
    }
}
