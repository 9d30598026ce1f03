package io.jadegate.proxy.tls;

import io.jadegate.proxy.stream.Failure;
import java.security.cert.CertificateException;

/// A certificate that an endpoint has shown and that is not believed. Made where the interface of
/// the JDK knows no other way to say so; [TlsFailures] turns it into the [Failure] it carries.
final class CertificateRefused extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    /// @param cause what the check of the chain said, or null
    CertificateRefused(Failure failure, CertificateException cause) {
        super(failure.detail(), cause);
        this.failure = failure;
    }

    CertificateRefused(Failure failure) {
        super(failure.detail());
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
