package io.jadegate.server.wire;

import io.jadegate.proxy.tls.CertificateAuthority;
import io.jadegate.proxy.tls.Credential;
import io.jadegate.testkit.TlsWire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;

/// An authority with a folder for the certificates that a test needs.
public final class TestCertificates {
    private final Instant from = Instant.now().minus(Duration.ofDays(1));
    private final Instant until = Instant.now().plus(Duration.ofDays(30));
    private final CertificateAuthority authority =
            CertificateAuthority.create("Test authority", from, until);
    private final Path folder;

    public TestCertificates(Path folder) throws IOException {
        this.folder = folder;
        Files.writeString(
                folder.resolve("ca.pem"), CertificateAuthority.chainPem(authority.credential()));
    }

    /// Writes `NAME.pem` and `NAME.key`.
    public Credential write(String name, String... hosts) throws IOException {
        return write(name, issue(hosts));
    }

    /// Writes a certificate that has expired.
    public Credential writeExpired(String name, String... hosts) throws IOException {
        return write(name, authority.issue(List.of(hosts), from, from.plus(Duration.ofHours(1))));
    }

    private Credential write(String name, Credential credential) throws IOException {
        Files.writeString(folder.resolve(name + ".pem"), CertificateAuthority.chainPem(credential));
        Files.writeString(folder.resolve(name + ".key"), CertificateAuthority.keyPem(credential));
        return credential;
    }

    public Credential issue(String... hosts) {
        return authority.issue(List.of(hosts), from, until);
    }

    /// Issues a certificate that expires soon.
    public Credential issueFor(Duration life, String... hosts) {
        return authority.issue(List.of(hosts), from, Instant.now().plus(life));
    }

    /// `certificate: …, key: …` for what was written by that name.
    public String entry(String name) {
        return "certificate: \"%s\", key: \"%s\""
                .formatted(path(name + ".pem"), path(name + ".key"));
    }

    public Path path(String file) {
        return folder.resolve(file);
    }

    /// The authority's own certificate.
    public X509Certificate authority() {
        return authority.credential().own();
    }

    /// A client that believes the authority.
    public SSLContext client() {
        return TlsWire.client(authority.credential().own(), List.of(), null);
    }

    /// A client that believes the authority and shows a certificate.
    public SSLContext client(Credential own) {
        return TlsWire.client(authority.credential().own(), own.chain(), own.key());
    }
}
