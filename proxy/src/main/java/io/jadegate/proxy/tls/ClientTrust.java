package io.jadegate.proxy.tls;

import io.jadegate.api.config.ListenerTlsConfig.ClientCertificateConfig;
import io.jadegate.proxy.stream.TlsSession;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;

/// Whose certificates a client may show. Two are equal when they believe the same.
///
/// @param mode whether a client must show one
/// @param authorities those that are believed
/// @param revoked lists of certificates that are not believed any more; empty when none are looked
///   at
public record ClientTrust(
        ClientCertificateConfig.Mode mode, List<X509Certificate> authorities, List<X509CRL> revoked)
        implements TlsSession.Demand {
    public ClientTrust {
        authorities = List.copyOf(authorities);
        revoked = List.copyOf(revoked);
    }

    /// What checks a chain. With lists of revoked certificates, a client whose authority has no
    /// list, or only one that has run out, is not believed: nobody knows of it.
    public TrustManagerFactory trustManager() {
        try {
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            for (int i = 0; i < authorities.size(); i++) {
                anchors.setCertificateEntry(Integer.toString(i), authorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            if (revoked.isEmpty()) {
                factory.init(anchors);
                return factory;
            }
            PKIXBuilderParameters parameters =
                    new PKIXBuilderParameters(anchors, new X509CertSelector());
            parameters.addCertStore(
                    CertStore.getInstance(
                            "Collection", new CollectionCertStoreParameters(revoked)));
            PKIXRevocationChecker checker =
                    (PKIXRevocationChecker)
                            CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(
                    EnumSet.of(
                            PKIXRevocationChecker.Option.ONLY_END_ENTITY,
                            PKIXRevocationChecker.Option.PREFER_CRLS,
                            PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
            factory.init(new CertPathTrustManagerParameters(parameters));
            return factory;
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
