package io.jadegate.proxy.tls;

import io.jadegate.proxy.tls.TlsFileException.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// Certificates and lists of revoked ones out of PEM files.
public final class Certificates {
    private static final long MOST_BYTES = 16 << 20;

    private Certificates() {}

    /// The certificates of a PEM file, at least one: the authorities that are believed.
    public static List<X509Certificate> trusted(Path file) throws TlsFileException {
        List<X509Certificate> certificates = of(pem(file, Part.TRUSTED), file, Part.TRUSTED);
        if (certificates.isEmpty()) {
            throw new TlsFileException(Part.TRUSTED, "\"" + file + "\" holds no certificate");
        }
        return certificates;
    }

    /// The revocation lists of a PEM file, at least one.
    public static List<X509CRL> revoked(Path file) throws TlsFileException {
        List<X509CRL> lists = new ArrayList<>();
        for (Pem pem : pem(file, Part.REVOKED)) {
            if (pem.label().equals("X509 CRL")) {
                try {
                    lists.add(
                            (X509CRL) x509().generateCRL(new ByteArrayInputStream(pem.content())));
                } catch (CRLException e) {
                    throw broken(file, Part.REVOKED, e);
                }
            }
        }
        if (lists.isEmpty()) {
            throw new TlsFileException(
                    Part.REVOKED, "\"" + file + "\" holds no list of revoked certificates");
        }
        return List.copyOf(lists);
    }

    static List<X509Certificate> of(List<Pem> blocks, Path file, Part part)
            throws TlsFileException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Pem pem : blocks) {
            if (pem.label().equals("CERTIFICATE") || pem.label().equals("X509 CERTIFICATE")) {
                try {
                    certificates.add(
                            (X509Certificate)
                                    x509().generateCertificate(
                                                    new ByteArrayInputStream(pem.content())));
                } catch (CertificateException e) {
                    throw broken(file, part, e);
                }
            }
        }
        return List.copyOf(certificates);
    }

    static List<Pem> pem(Path file, Part part) throws TlsFileException {
        return pem(octets(file, part), file, part);
    }

    static List<Pem> pem(byte[] octets, Path file, Part part) throws TlsFileException {
        if (!Pem.is(octets)) {
            throw new TlsFileException(part, "\"" + file + "\" is not PEM");
        }
        try {
            return Pem.blocks(octets);
        } catch (IllegalArgumentException e) {
            throw broken(file, part, e);
        }
    }

    static byte[] octets(Path file, Part part) throws TlsFileException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new TlsFileException(part, "\"" + file + "\" is larger than 16MiB");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsFileException(part, "\"" + file + "\" does not exist");
        } catch (IOException e) {
            throw new TlsFileException(part, "\"" + file + "\" cannot be read: " + e.getMessage());
        }
    }

    private static CertificateFactory x509() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TlsFileException broken(Path file, Part part, Exception cause) {
        return new TlsFileException(part, "\"" + file + "\" is broken: " + cause.getMessage());
    }
}
