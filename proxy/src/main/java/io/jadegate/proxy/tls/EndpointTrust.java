package io.jadegate.proxy.tls;

import io.jadegate.proxy.stream.Failure;
import io.jadegate.proxy.stream.Failure.Kind;
import io.netty.util.NetUtil;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Decides whether an endpoint's certificate is believed: its chain leads to a trusted authority,
/// is in its time and not revoked (RFC 5280), and it is good for the name that the connection asked
/// for (RFC 9525), which is the peer host of the engine.
///
/// What is refused says why by [CertificateRefused]. Where there are revocation lists, every
/// certificate below the trusted authority must be on the books of one that is in its time.
///
/// Safe for all threads. Opens no connection and reads no file.
public final class EndpointTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager chains;

    private EndpointTrust(X509ExtendedTrustManager chains) {
        this.chains = chains;
    }

    /// @param authorities those that are believed; null for the ones that the Java runtime knows
    /// @param revoked lists of revoked certificates; none for no such check
    public static EndpointTrust in(
            @Nullable Collection<X509Certificate> authorities, Collection<X509CRL> revoked) {
        try {
            Collection<X509Certificate> believed =
                    authorities == null ? knownToTheRuntime() : authorities;
            PKIXBuilderParameters rules =
                    new PKIXBuilderParameters(
                            believed.stream()
                                    .map(authority -> new TrustAnchor(authority, null))
                                    .collect(Collectors.toSet()),
                            null);
            rules.setRevocationEnabled(!revoked.isEmpty());
            if (!revoked.isEmpty()) {
                rules.addCertStore(
                        CertStore.getInstance(
                                "Collection", new CollectionCertStoreParameters(revoked)));
                rules.addCertPathChecker(listsOnly());
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(rules));
            return new EndpointTrust(only(factory));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime cannot check certificates", e);
        }
    }

    private static PKIXRevocationChecker listsOnly() throws GeneralSecurityException {
        PKIXRevocationChecker checker =
                (PKIXRevocationChecker)
                        CertPathValidator.getInstance("PKIX").getRevocationChecker();
        checker.setOptions(
                EnumSet.of(
                        PKIXRevocationChecker.Option.PREFER_CRLS,
                        PKIXRevocationChecker.Option.NO_FALLBACK));
        return checker;
    }

    private static List<X509Certificate> knownToTheRuntime() throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return List.of(only(factory).getAcceptedIssuers());
    }

    private static X509ExtendedTrustManager only(TrustManagerFactory factory) {
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new IllegalStateException("the Java runtime has no way to check certificates");
    }

    // ---- checking

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            chains.checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw new CertificateRefused(reason(chain, e), e);
        }
        checkName(chain[0], Objects.requireNonNull(engine.getPeerHost()));
    }

    private static void checkName(X509Certificate certificate, String name)
            throws CertificateRefused {
        CertificateNames names = CertificateNames.of(certificate);
        byte @Nullable [] literal = NetUtil.createByteArrayFromIpAddressString(name);
        boolean covered =
                literal == null
                        ? names.cover(withoutLastDot(name).toLowerCase(Locale.ROOT))
                        : names.coverAddress(literal);
        if (!covered) {
            String all = names.all().isEmpty() ? "no name" : String.join(", ", names.all());
            throw new CertificateRefused(
                    new Failure(
                            Kind.TLS_CERTIFICATE_NAME,
                            "the certificate is for " + all + ", not for " + name));
        }
    }

    private static String withoutLastDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    // ---- why a chain is refused

    private static Failure reason(X509Certificate[] chain, CertificateException refusal) {
        if (isRevoked(refusal)) {
            return new Failure(
                    Kind.TLS_CERTIFICATE_REVOKED, "revoked: " + chain[0].getSubjectX500Principal());
        }
        for (X509Certificate certificate : chain) {
            String outOfTime = outOfTime(certificate);
            if (outOfTime != null) {
                return new Failure(Kind.TLS_CERTIFICATE_EXPIRED, outOfTime);
            }
        }
        return new Failure(Kind.TLS_CERTIFICATE_UNTRUSTED, untrusted(chain, refusal));
    }

    private static boolean isRevoked(Throwable refusal) {
        for (@Nullable Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateRevokedException
                    || (cause instanceof CertPathValidatorException invalid
                            && invalid.getReason() == BasicReason.REVOKED)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String outOfTime(X509Certificate certificate) {
        try {
            certificate.checkValidity();
            return null;
        } catch (CertificateExpiredException e) {
            return certificate.getSubjectX500Principal()
                    + " expired at "
                    + certificate.getNotAfter().toInstant();
        } catch (CertificateNotYetValidException e) {
            return certificate.getSubjectX500Principal()
                    + " is not valid before "
                    + certificate.getNotBefore().toInstant();
        }
    }

    private static String untrusted(X509Certificate[] chain, CertificateException refusal) {
        X509Certificate last = chain[chain.length - 1];
        boolean alone = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        if (isOfUnknownRevocation(refusal)) {
            return "no revocation list in its time tells of " + chain[0].getSubjectX500Principal();
        }
        return (alone ? "signed by itself and not trusted: " : "signed by nobody trusted: ")
                + Arrays.stream(chain)
                        .map(certificate -> certificate.getSubjectX500Principal().toString())
                        .collect(Collectors.joining(" < "))
                + (alone ? "" : " < " + last.getIssuerX500Principal());
    }

    private static boolean isOfUnknownRevocation(Throwable refusal) {
        for (@Nullable Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathValidatorException invalid
                    && invalid.getReason() == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
                return true;
            }
        }
        return false;
    }

    // ---- what nobody asks

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw nameless();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw nameless();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw nameless();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw nameless();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw nameless();
    }

    private static CertificateException nameless() {
        return new CertificateException("only endpoints by their engines are checked here");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return chains.getAcceptedIssuers();
    }
}
