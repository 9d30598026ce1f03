package io.jadegate.proxy.tls;

import java.util.Objects;

/// A file of a TLS configuration that cannot be used. The message says why, without the name of the
/// configuration's key: lower case, the file quoted, no full stop.
public final class TlsFileException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Part part;

    /// Which of the keys that go together is at fault.
    public enum Part {
        CERTIFICATE("certificate"),
        KEY("key"),
        PASSPHRASE("passphrase"),
        TRUSTED("trusted"),
        REVOKED("revoked");

        private final String key;

        Part(String key) {
            this.key = key;
        }

        /// The key in the configuration.
        public String key() {
            return key;
        }
    }

    TlsFileException(Part part, String message) {
        super(message);
        this.part = part;
    }

    public Part part() {
        return part;
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
