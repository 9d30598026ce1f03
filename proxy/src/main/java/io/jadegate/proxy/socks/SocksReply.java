package io.jadegate.proxy.socks;

import io.jadegate.api.filter.Reason;

/// What a request is answered with (RFC 1928 §6).
enum SocksReply {
    SUCCEEDED(0),
    FAILED(1),
    NOT_ALLOWED(2),
    NETWORK_UNREACHABLE(3),
    HOST_UNREACHABLE(4),
    REFUSED(5),
    TIMED_OUT(6),
    UNKNOWN_COMMAND(7),
    UNKNOWN_ADDRESS_TYPE(8);

    final int code;

    SocksReply(int code) {
        this.code = code;
    }

    /// The reply that says as much of a reason as SOCKS can.
    static SocksReply of(Reason reason) {
        if (reason.equals(Reason.UPSTREAM_NAME_NOT_RESOLVED)) {
            return HOST_UNREACHABLE;
        }
        if (reason.equals(Reason.UPSTREAM_UNREACHABLE)) {
            return NETWORK_UNREACHABLE;
        }
        if (reason.equals(Reason.UPSTREAM_CONNECT_REFUSED)) {
            return REFUSED;
        }
        if (reason.equals(Reason.UPSTREAM_CONNECT_TIMEOUT)
                || reason.equals(Reason.UPSTREAM_NAME_TIMEOUT)) {
            return TIMED_OUT;
        }
        return reason.status() == 403 ? NOT_ALLOWED : FAILED;
    }
}
