package io.jadegate.proxy.grpc;

import io.jadegate.api.filter.Reason;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.netty.handler.codec.http2.Http2Error;
import org.jspecify.annotations.Nullable;

/// How a gRPC call ended.
public enum GrpcStatus {
    OK(0),
    CANCELLED(1),
    UNKNOWN(2),
    INVALID_ARGUMENT(3),
    DEADLINE_EXCEEDED(4),
    NOT_FOUND(5),
    ALREADY_EXISTS(6),
    PERMISSION_DENIED(7),
    RESOURCE_EXHAUSTED(8),
    FAILED_PRECONDITION(9),
    ABORTED(10),
    OUT_OF_RANGE(11),
    UNIMPLEMENTED(12),
    INTERNAL(13),
    UNAVAILABLE(14),
    DATA_LOSS(15),
    UNAUTHENTICATED(16);

    private static final GrpcStatus[] BY_NUMBER = values();

    private final int number;

    GrpcStatus(int number) {
        this.number = number;
    }

    /// What `grpc-status` says, or null when it is not there. What is no known number is UNKNOWN,
    /// as it is for clients.
    public static @Nullable GrpcStatus in(HeaderFields fields) {
        int at = fields.find(FieldName.GRPC_STATUS);
        if (at < 0) {
            return null;
        }
        int length = fields.valueEnd(at) - fields.valueStart(at);
        int number = length == 0 || length > 2 ? -1 : 0;
        for (int i = fields.valueStart(at); i < fields.valueEnd(at) && number >= 0; i++) {
            int digit = fields.bytes()[i] - '0';
            number = digit >= 0 && digit <= 9 ? number * 10 + digit : -1;
        }
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
    }

    /// The status of a number.
    ///
    /// @param number from 0 to 16
    public static GrpcStatus of(int number) {
        return BY_NUMBER[number];
    }

    /// The one mapping from what the gateway answers by itself. What happened before an endpoint
    /// could take the call is UNAVAILABLE, whatever its HTTP status.
    ///
    /// @param status the HTTP status that would be sent otherwise
    public static GrpcStatus of(Reason reason, int status) {
        return switch (reason.code()) {
            case "UPSTREAM_CONNECT_TIMEOUT", "UPSTREAM_TLS_TIMEOUT" -> UNAVAILABLE;
            case "UPSTREAM_MALFORMED", "UPSTREAM_HEAD_TOO_LARGE" -> INTERNAL;
            default -> ofHttp(status);
        };
    }

    /// Of answers that have no better one; 421 stays what it is, since it is said to the HTTP
    /// client beneath.
    private static GrpcStatus ofHttp(int status) {
        return switch (status) {
            case 401, 407 -> UNAUTHENTICATED;
            case 403, 451 -> PERMISSION_DENIED;
            case 404, 405, 501 -> UNIMPLEMENTED;
            case 408, 504 -> DEADLINE_EXCEEDED;
            case 409 -> ABORTED;
            case 413, 414, 429, 431 -> RESOURCE_EXHAUSTED;
            case 499 -> CANCELLED;
            case 502, 503 -> UNAVAILABLE;
            case 400, 417, 500, 505, 508 -> INTERNAL;
            default -> UNKNOWN;
        };
    }

    /// What it means that an endpoint has reset a call's stream (gRPC over HTTP/2, "Errors"); what
    /// that does not speak of is UNKNOWN.
    ///
    /// @param code of RST_STREAM (RFC 9113 §7)
    public static GrpcStatus ofReset(long code) {
        Http2Error error = Http2Error.valueOf(code);
        if (error == null) {
            return UNKNOWN;
        }
        return switch (error) {
            case NO_ERROR,
                    PROTOCOL_ERROR,
                    INTERNAL_ERROR,
                    FLOW_CONTROL_ERROR,
                    SETTINGS_TIMEOUT,
                    FRAME_SIZE_ERROR,
                    COMPRESSION_ERROR,
                    CONNECT_ERROR ->
                    INTERNAL;
            case REFUSED_STREAM -> UNAVAILABLE;
            case CANCEL -> CANCELLED;
            case ENHANCE_YOUR_CALM -> RESOURCE_EXHAUSTED;
            case INADEQUATE_SECURITY -> PERMISSION_DENIED;
            case STREAM_CLOSED, HTTP_1_1_REQUIRED -> UNKNOWN;
        };
    }

    /// What stands for it on the wire, from 0 without gaps.
    public int number() {
        return number;
    }
}
