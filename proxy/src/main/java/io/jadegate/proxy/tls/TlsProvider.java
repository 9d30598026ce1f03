package io.jadegate.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import java.security.Security;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What does the cryptography of TLS. BoringSSL comes with the distribution; where its library
/// cannot be loaded the JDK takes its place, at several times the processor time per handshake.
public enum TlsProvider {
    BORINGSSL(SslProvider.OPENSSL_REFCNT),
    JDK(SslProvider.JDK);

    private static final Logger LOG = LoggerFactory.getLogger(TlsProvider.class);

    private final SslProvider netty;

    TlsProvider(SslProvider netty) {
        this.netty = netty;
    }

    /// The one that this machine has. Asking for it loads the library.
    public static TlsProvider available() {
        return OpenSsl.isAvailable() ? BORINGSSL : JDK;
    }

    /// The same for whoever is about to serve by it: says in the log when it is not the usual one.
    public static TlsProvider chosen() {
        TlsProvider provider = available();
        if (provider == JDK) {
            LOG.warn(
                    "TLS: BoringSSL cannot be loaded, the JDK takes its place and is slower: {}",
                    OpenSsl.unavailabilityCause().toString());
        }
        return provider;
    }

    /// As Netty names it. Contexts and engines of BoringSSL are released by whoever made them.
    public SslProvider netty() {
        return netty;
    }

    /// Whether a finished handshake went on with an earlier session.
    public static boolean resumed(SSLEngine engine) {
        return engine instanceof ReferenceCountedOpenSslEngine boring
                && SSL.isSessionReused(boring.sslPointer());
    }

    /// As people name it, with the version.
    public String description() {
        return switch (this) {
            case BORINGSSL -> OpenSsl.versionString();
            case JDK -> "JDK " + Security.getProvider("SunJSSE").getVersionStr();
        };
    }
}
