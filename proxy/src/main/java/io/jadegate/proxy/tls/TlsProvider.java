package io.jadegate.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.Security;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What does the cryptography of TLS. BoringSSL comes with the distribution; where its library
/// cannot be loaded the JDK takes its place, at several times the processor time per handshake.
public enum TlsProvider {
    BORINGSSL(SslProvider.OPENSSL_REFCNT),
    JDK(SslProvider.JDK);

    private static final Logger LOG = LoggerFactory.getLogger(TlsProvider.class);

    /// Best first. The first is a hybrid: whoever breaks one of its halves, by a quantum computer
    /// or otherwise, has still the other before him.
    private static final List<String> GROUPS =
            List.of("X25519MLKEM768", "X25519", "P-256", "P-384");

    private final SslProvider netty;

    TlsProvider(SslProvider netty) {
        this.netty = netty;
    }

    /// The one that this machine has. Asking for it loads the library; contexts and engines of
    /// BoringSSL are released by whoever made them.
    public static TlsProvider available() {
        return OpenSsl.isAvailable() ? BORINGSSL : JDK;
    }

    /// The same for whoever is about to serve by it: says in the log when it is not the usual one.
    public static TlsProvider chosen() {
        TlsProvider provider = available();
        if (provider == JDK) {
            // BoringSSL never renegotiates. The JDK looks here before its first handshake.
            System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
            LOG.warn(
                    "TLS: BoringSSL cannot be loaded, the JDK takes its place and is slower: {}",
                    OpenSsl.unavailabilityCause().toString());
        }
        return provider;
    }

    /// Has a context made by this provider, which agrees on keys by the groups that it is to offer.
    /// The JDK chooses by itself.
    public void configure(SslContextBuilder builder) {
        builder.sslProvider(netty);
        if (this == BORINGSSL) {
            builder.option(OpenSslContextOption.GROUPS, GROUPS.toArray(String[]::new));
        }
    }

    /// As people name it, with the version and the groups that keys are agreed on by.
    public String description() {
        return switch (this) {
            case BORINGSSL -> OpenSsl.versionString() + ", " + String.join(" ", GROUPS);
            case JDK ->
                    "JDK "
                            + Security.getProvider("SunJSSE").getVersionStr()
                            + ", its own groups, none of them post-quantum";
        };
    }
}
