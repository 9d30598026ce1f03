package io.jadegate.proxy.websocket;

import io.jadegate.proxy.stream.Failure;

/// What one side has done that ends its WebSocket.
record Breach(CloseCode code, Failure failure) {
    static Breach of(CloseCode code, Failure.Kind kind, String detail) {
        return new Breach(code, new Failure(kind, detail));
    }
}
