package io.jadegate.proxy.websocket;

/// Why the gateway closes a WebSocket (RFC 6455 §7.4.1).
enum CloseCode {
    GOING_AWAY(1001),
    PROTOCOL_ERROR(1002),
    POLICY_VIOLATION(1008),
    MESSAGE_TOO_BIG(1009);

    private final int number;

    CloseCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
