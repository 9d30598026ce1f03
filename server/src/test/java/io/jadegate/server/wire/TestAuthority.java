package io.jadegate.server.wire;

import io.jadegate.proxy.tls.CertificateAuthority;
import io.jadegate.proxy.tls.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;

/// An authority that lives as long as a test, what it signs, and engines that show it.
public final class TestAuthority {
    private static final Duration DAY = Duration.ofDays(1);

    private final CertificateAuthority authority;
    private final Instant now = Instant.now();

    public TestAuthority(String name) {
        authority = CertificateAuthority.create(name, now.minus(DAY), now.plus(DAY));
    }

    Credential own() {
        return authority.credential();
    }

    /// Signs a certificate that is in its time.
    public Credential issue(String... names) {
        return authority.issue(List.of(names), now.minus(DAY), now.plus(DAY));
    }

    Credential expired(String... names) {
        return authority.issue(List.of(names), now.minus(DAY.multipliedBy(3)), now.minus(DAY));
    }

    Credential early(String... names) {
        return authority.issue(List.of(names), now.plus(DAY), now.plus(DAY.multipliedBy(3)));
    }

    /// Writes the authority's certificate as PEM.
    public Path trustedIn(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("trusted.pem"), CertificateAuthority.chainPem(own()));
    }

    /// The engine of an endpoint that shows `shown` and would believe this authority's clients.
    SSLEngine engine(Credential shown) {
        SSLEngine engine = context(shown).createSSLEngine();
        engine.setUseClientMode(false);
        return engine;
    }

    /// What makes engines of endpoints, which keep their sessions here.
    public SSLContext context(Credential shown) {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry(
                    "own", shown.key(), new char[0], shown.chain().toArray(new X509Certificate[0]));
            KeyManagerFactory shows = KeyManagerFactory.getInstance("PKIX");
            shows.init(keys, new char[0]);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", own().own());
            TrustManagerFactory believes = TrustManagerFactory.getInstance("PKIX");
            believes.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(shows.getKeyManagers(), believes.getTrustManagers(), new SecureRandom());
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
