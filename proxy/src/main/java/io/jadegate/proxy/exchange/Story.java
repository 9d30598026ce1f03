package io.jadegate.proxy.exchange;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.grpc.GrpcStatus;
import io.jadegate.proxy.observe.ExchangeFacts;
import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.HttpStream;
import io.jadegate.proxy.upstream.Target;
import org.jspecify.annotations.Nullable;

/// What will be told of an exchange: written down as it goes, read when it has ended.
final class Story implements ExchangeFacts {
    private final Serving serving;
    private final RequestHead head;
    private final RequestContext context;
    private final RequestBody body;
    private final HttpStream.Server client;
    private final long startNanos;
    private int attempts;
    private @Nullable Target target;
    private boolean connectionReused;
    private @Nullable String upstreamProtocol;
    private int status;
    private @Nullable Reason reason;
    private @Nullable String detail;
    private boolean cut;
    private @Nullable GrpcStatus grpcStatus;
    private boolean tunnel;
    private long tunnelReceived;
    private long tunnelSent;
    private long firstByteNanos = -1;
    private long durationNanos;

    Story(
            Serving serving,
            HttpStream.Server client,
            RequestHead head,
            RequestContext context,
            RequestBody body) {
        this.serving = serving;
        this.client = client;
        this.head = head;
        this.context = context;
        this.body = body;
        this.startNanos = client.loop().now();
    }

    // ---- writing

    void attempt() {
        attempts++;
    }

    void attempts(int made) {
        attempts = made;
    }

    void target(Target chosen) {
        target = chosen;
    }

    void sentBy(HttpStream.Client stream) {
        connectionReused = stream.reused();
        upstreamProtocol = stream.protocol();
    }

    void firstByte() {
        firstByteNanos = client.loop().now() - startNanos;
    }

    /// The status that the client is sent.
    void status(int status) {
        this.status = status;
    }

    /// Why the gateway answers by itself, or ends the exchange.
    void reason(@Nullable Reason reason) {
        this.reason = reason;
    }

    void detail(@Nullable String detail) {
        this.detail = detail;
    }

    void failure(@Nullable Failure failure) {
        reason = failure == null ? null : failure.reason();
        detail = failure == null ? null : failure.detail();
    }

    /// An answer that was begun does not come to its end.
    void cutShort() {
        cut = status > 0;
    }

    void grpcStatus(@Nullable GrpcStatus status) {
        grpcStatus = status;
    }

    void becameTunnel() {
        tunnel = true;
    }

    /// @param received octets from the client
    /// @param sent octets to the client
    void tunnelled(long received, long sent) {
        tunnelReceived = received;
        tunnelSent = sent;
    }

    void ended() {
        durationNanos = client.loop().now() - startNanos;
    }

    // ---- telling

    /// When the exchange began, on its loop's clock.
    long startNanos() {
        return startNanos;
    }

    @Override
    public RequestHead received() {
        return head;
    }

    @Override
    public String protocol() {
        return head.protocol();
    }

    @Override
    public String listener() {
        return serving.listener();
    }

    @Override
    public String clientAddressText() {
        return context.clientAddressText();
    }

    @Override
    public String requestId() {
        return context.requestId();
    }

    @Override
    public @Nullable String routeName() {
        Route route = context.routeOrNull();
        return route == null ? null : route.name();
    }

    @Override
    public @Nullable String upstream() {
        return attempts == 0 ? null : context.upstream();
    }

    @Override
    public @Nullable String pathParameter(String name) {
        return context.pathParameter(name);
    }

    @Override
    public <T> @Nullable T get(HttpExchange.Key<T> key) {
        return context.get(key);
    }

    @Override
    public @Nullable String destination() {
        return context.destinationText();
    }

    @Override
    public @Nullable String target() {
        return target == null ? null : target.addressText();
    }

    @Override
    public int attempts() {
        return attempts;
    }

    @Override
    public boolean connectionReused() {
        return connectionReused;
    }

    @Override
    public @Nullable String upstreamProtocol() {
        return upstreamProtocol;
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
        return detail;
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
        return tunnel ? tunnelReceived : body.received();
    }

    @Override
    public long bytesSent() {
        return tunnel ? tunnelSent : client.sentOctets();
    }

    @Override
    public long startMillis() {
        return client.loop().wallMillis(startNanos);
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
