package io.jadegate.proxy.observe;

import io.jadegate.api.filter.HttpExchange;
import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.grpc.GrpcStatus;
import org.jspecify.annotations.Nullable;

/// What is known of an exchange when it has ended, for log and counters. Read on the exchange's
/// event loop, during the call that hands it over.
public interface ExchangeFacts {
    /// The request as the client sent it; as far as it was understood when the head was refused.
    RequestHead received();

    /// The protocol of the request as it is spelt on the wire, `HTTP/1.1`.
    String protocol();

    /// The name of the listener that took the request.
    String listener();

    /// The client's address in text, without port.
    String clientAddressText();

    String requestId();

    /// The name of the route chosen, or null when none was.
    @Nullable String routeName();

    /// The name of the upstream called, or null.
    @Nullable String upstream();

    /// What the route's path template captured under that name, or null.
    @Nullable String pathParameter(String name);

    /// What a filter left under that key, or null.
    <T> @Nullable T get(HttpExchange.Key<T> key);

    /// Host and port that a request to a forward proxy wants to go to, be it let there or not; null
    /// for others.
    @Nullable String destination();

    /// The address of the last attempt's target, or null when no target was tried.
    @Nullable String target();

    /// How many attempts were made; 0 when no upstream was called.
    int attempts();

    /// Whether the last attempt used a connection that had served a request before.
    boolean connectionReused();

    /// The HTTP version spoken with the target; null when there was no connection.
    @Nullable String upstreamProtocol();

    /// The status sent to the client, or 0 when no answer was begun.
    int status();

    /// Why the gateway answered by itself or ended the exchange; null when the upstream's answer
    /// was passed on whole.
    @Nullable Reason reason();

    /// How a gRPC call ended; null when the exchange is none, or nobody has said it.
    @Nullable GrpcStatus grpcStatus();

    /// More about this one occurrence of the reason, such as what was malformed and where; or null.
    @Nullable String detail();

    /// Whether an answer was begun and not brought to its end.
    boolean cut();

    /// Whether the connection became a tunnel (a WebSocket, for one).
    boolean tunnel();

    /// Octets of the request's content, of a tunnel those from the client; framing not counted.
    long bytesReceived();

    /// Octets of the answer's content, of a tunnel those to the client; framing not counted.
    long bytesSent();

    /// When the first octet of the request came, in milliseconds since 1970 UTC.
    long startMillis();

    /// Nanoseconds from the start to the first octet of the upstream's final answer, or -1 when
    /// none came.
    long firstByteNanos();

    /// Nanoseconds from the start to the end.
    long durationNanos();
}
