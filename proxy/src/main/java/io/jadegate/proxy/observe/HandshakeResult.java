package io.jadegate.proxy.observe;

/// How a TLS handshake with a client ended.
public enum HandshakeResult {
    OK("ok"),
    /// The client took longer than `timeouts.tls`.
    TIMEOUT("timeout"),
    /// The client went before the end.
    CLOSED("closed"),
    /// What came is not TLS.
    NOT_TLS("not-tls"),
    /// The client's first message is larger than any should be.
    TOO_LARGE("too-large"),
    /// No entry of `tls.hosts` is for the name that the client asked for.
    UNKNOWN_NAME("unknown-name"),
    /// The client offers protocols by ALPN, and none of them is spoken.
    NO_PROTOCOL("no-protocol"),
    /// The client's certificate is missing where one is demanded, or not believed.
    CLIENT_CERTIFICATE("client-certificate"),
    /// The client refused what it was shown, most likely the certificate.
    CLIENT_REFUSED("client-refused"),
    /// No version or cipher in common, or a message that breaks the protocol.
    PROTOCOL("protocol");

    private final String code;

    HandshakeResult(String code) {
        this.code = code;
    }

    /// As metrics and log lines have it.
    public String code() {
        return code;
    }
}
