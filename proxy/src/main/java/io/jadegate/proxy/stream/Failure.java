package io.jadegate.proxy.stream;

import io.jadegate.api.filter.Reason;
import org.jspecify.annotations.Nullable;

/// Trouble that is to be expected of a network, as a value: who broke what.
///
/// @param kind what happened, and on which side
/// @param detail more about this one occurrence, for logs and trusted readers; or null
/// @param resetCode what the endpoint has reset the request's stream with (RFC 9113 §7), or
///   [#NO_RESET]
public record Failure(Kind kind, @Nullable String detail, long resetCode) {
    /// No stream was reset.
    public static final long NO_RESET = -1;

    public Failure(Kind kind, @Nullable String detail) {
        this(kind, detail, NO_RESET);
    }

    public static Failure of(Kind kind) {
        return new Failure(kind, null);
    }

    public static Failure of(Kind kind, @Nullable Throwable cause) {
        return new Failure(kind, cause == null ? null : cause.getMessage());
    }

    public Side side() {
        return kind.side;
    }

    /// The one mapping from failures to reasons, and so to status codes.
    public Reason reason() {
        return kind.reason;
    }

    /// Whose side of the gateway broke.
    public enum Side {
        DOWNSTREAM,
        UPSTREAM,
        GATEWAY
    }

    /// What happened.
    public enum Kind {
        REQUEST_MALFORMED(Side.DOWNSTREAM, Reason.REQUEST_MALFORMED),
        REQUEST_URI_TOO_LONG(Side.DOWNSTREAM, Reason.REQUEST_URI_TOO_LONG),
        REQUEST_HEAD_TOO_LARGE(Side.DOWNSTREAM, Reason.REQUEST_HEAD_TOO_LARGE),
        REQUEST_VERSION(Side.DOWNSTREAM, Reason.REQUEST_VERSION),
        REQUEST_PROTOCOL(Side.DOWNSTREAM, Reason.REQUEST_PROTOCOL),
        REQUEST_MISDIRECTED(Side.DOWNSTREAM, Reason.REQUEST_MISDIRECTED),
        REQUEST_HEAD_TIMEOUT(Side.DOWNSTREAM, Reason.REQUEST_HEAD_TIMEOUT),
        REQUEST_BODY_TIMEOUT(Side.DOWNSTREAM, Reason.REQUEST_BODY_TIMEOUT),
        REQUEST_BODY_TOO_LARGE(Side.DOWNSTREAM, Reason.REQUEST_BODY_TOO_LARGE),
        CLIENT_CLOSED(Side.DOWNSTREAM, Reason.CLIENT_ABORTED),
        CLIENT_WRITE_TIMEOUT(Side.DOWNSTREAM, Reason.CLIENT_WRITE_TIMEOUT),

        NO_ENDPOINT(Side.UPSTREAM, Reason.UPSTREAM_NO_ENDPOINT),
        OVERLOAD(Side.UPSTREAM, Reason.UPSTREAM_OVERLOAD),
        NAME_NOT_RESOLVED(Side.UPSTREAM, Reason.UPSTREAM_NAME_NOT_RESOLVED),
        NAME_TIMEOUT(Side.UPSTREAM, Reason.UPSTREAM_NAME_TIMEOUT),
        CONNECT_REFUSED(Side.UPSTREAM, Reason.UPSTREAM_CONNECT_REFUSED),
        CONNECT_TIMEOUT(Side.UPSTREAM, Reason.UPSTREAM_CONNECT_TIMEOUT),
        UNREACHABLE(Side.UPSTREAM, Reason.UPSTREAM_UNREACHABLE),
        TLS_TIMEOUT(Side.UPSTREAM, Reason.UPSTREAM_TLS_TIMEOUT),
        /// TLS broke, in the handshake or, once octets of a response were awaited, before the
        /// first.
        TLS_BROKEN(Side.UPSTREAM, Reason.UPSTREAM_TLS_BROKEN),
        /// The endpoint broke TLS off and said why.
        TLS_ALERT(Side.UPSTREAM, Reason.UPSTREAM_TLS_ALERT),
        /// The endpoint's certificate, or one that it hangs on, is out of its time.
        TLS_CERTIFICATE_EXPIRED(Side.UPSTREAM, Reason.UPSTREAM_CERTIFICATE_EXPIRED),
        TLS_CERTIFICATE_UNTRUSTED(Side.UPSTREAM, Reason.UPSTREAM_CERTIFICATE_UNTRUSTED),
        TLS_CERTIFICATE_NAME(Side.UPSTREAM, Reason.UPSTREAM_CERTIFICATE_NAME),
        TLS_CERTIFICATE_REVOKED(Side.UPSTREAM, Reason.UPSTREAM_CERTIFICATE_REVOKED),
        /// The endpoint, of which HTTP/2 was expected, speaks something else.
        NO_HTTP2(Side.UPSTREAM, Reason.UPSTREAM_NO_HTTP2),
        /// The endpoint wants to be asked by HTTP/1.1 (HTTP_1_1_REQUIRED, RFC 9113 §7), and will
        /// be.
        HTTP1_REQUIRED(Side.UPSTREAM, Reason.UPSTREAM_NO_HTTP2),
        /// The endpoint said that it has not begun the request (RFC 9113 §8.7).
        STREAM_REFUSED(Side.UPSTREAM, Reason.UPSTREAM_STREAM_REFUSED),
        /// The endpoint reset the request's stream because there are too many (ENHANCE_YOUR_CALM).
        STREAM_TOO_MANY(Side.UPSTREAM, Reason.UPSTREAM_CALM_ASKED),
        /// The endpoint reset the request's stream, before a response.
        STREAM_RESET(Side.UPSTREAM, Reason.UPSTREAM_RESET),
        /// The connection ended before the first octet of a response.
        RESET_BEFORE_RESPONSE(Side.UPSTREAM, Reason.UPSTREAM_RESET),
        /// The connection ended inside a response.
        RESPONSE_INCOMPLETE(Side.UPSTREAM, Reason.UPSTREAM_INCOMPLETE),
        RESPONSE_MALFORMED(Side.UPSTREAM, Reason.UPSTREAM_MALFORMED),
        RESPONSE_HEAD_TOO_LARGE(Side.UPSTREAM, Reason.UPSTREAM_HEAD_TOO_LARGE),
        /// It switched unasked, to something else, or did not prove that it had read the request.
        UPGRADE_FAILED(Side.UPSTREAM, Reason.UPSTREAM_UPGRADE_FAILED),
        FIRST_BYTE_TIMEOUT(Side.UPSTREAM, Reason.UPSTREAM_FIRST_BYTE_TIMEOUT),
        IDLE_TIMEOUT(Side.UPSTREAM, Reason.UPSTREAM_IDLE_TIMEOUT),
        UPSTREAM_WRITE_TIMEOUT(Side.UPSTREAM, Reason.UPSTREAM_WRITE_TIMEOUT),

        BUFFERS_EXHAUSTED(Side.GATEWAY, Reason.BUFFERS_EXHAUSTED),
        SOCKETS_EXHAUSTED(Side.GATEWAY, Reason.SOCKETS_EXHAUSTED),
        TOTAL_TIMEOUT(Side.GATEWAY, Reason.TOTAL_TIMEOUT),
        /// The time that the client itself had given passed.
        CLIENT_DEADLINE(Side.GATEWAY, Reason.CLIENT_DEADLINE),
        TUNNEL_IDLE_TIMEOUT(Side.GATEWAY, Reason.TUNNEL_IDLE_TIMEOUT),
        TUNNEL_MAX_AGE(Side.GATEWAY, Reason.TUNNEL_MAX_AGE),
        TUNNEL_BYTES(Side.GATEWAY, Reason.TUNNEL_BYTES),
        WEBSOCKET_MALFORMED(Side.GATEWAY, Reason.WEBSOCKET_MALFORMED),
        WEBSOCKET_MESSAGE_TOO_LARGE(Side.GATEWAY, Reason.WEBSOCKET_MESSAGE_TOO_LARGE),
        WEBSOCKET_RATE(Side.GATEWAY, Reason.WEBSOCKET_RATE),
        WEBSOCKET_BYTES(Side.GATEWAY, Reason.WEBSOCKET_BYTES),
        WEBSOCKET_PING_TIMEOUT(Side.GATEWAY, Reason.WEBSOCKET_PING_TIMEOUT),
        POLICY_CHANGED(Side.GATEWAY, Reason.POLICY_CHANGED),
        USER_CHANGED(Side.GATEWAY, Reason.USER_CHANGED),
        ROUTE_REMOVED(Side.GATEWAY, Reason.ROUTE_REMOVED),
        DRAINED(Side.GATEWAY, Reason.DRAINING),
        INTERNAL(Side.GATEWAY, Reason.INTERNAL_ERROR);

        private final Side side;
        private final Reason reason;

        Kind(Side side, Reason reason) {
            this.side = side;
            this.reason = reason;
        }

        /// Whether the request cannot have reached an application, so that sending it elsewhere is
        /// safe whatever its method; said of an attempt for which there was no stream.
        public boolean neverSent() {
            return switch (this) {
                case CONNECT_REFUSED,
                        CONNECT_TIMEOUT,
                        UNREACHABLE,
                        NAME_NOT_RESOLVED,
                        TLS_TIMEOUT,
                        TLS_BROKEN,
                        TLS_ALERT,
                        TLS_CERTIFICATE_EXPIRED,
                        TLS_CERTIFICATE_UNTRUSTED,
                        TLS_CERTIFICATE_NAME,
                        TLS_CERTIFICATE_REVOKED,
                        NO_HTTP2,
                        STREAM_REFUSED ->
                        true;
                default -> false;
            };
        }
    }
}
