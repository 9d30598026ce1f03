package io.jadegate.proxy.http2;

/// The settings that we send (RFC 9113 §6.5.2), by number.
final class Http2Setting {
    static final int ENABLE_PUSH = 2;
    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int MAX_HEADER_LIST_SIZE = 6;

    /// Of RFC 8441 §3.
    static final int ENABLE_CONNECT_PROTOCOL = 8;

    private Http2Setting() {}
}
