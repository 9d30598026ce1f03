package io.jadegate.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.security.auth.x500.X500Principal;

/// An authority for development: made when it is needed, believed by nobody who was not told to.
/// Its certificates are X.509 v3 (RFC 5280) with keys on the curve P-256.
public final class CertificateAuthority {
    private static final byte[] TRUE = {0x01, 1, (byte) 0xff};
    private static final int BIT_STRING = 0x03;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;

    /// Tags of names in a certificate, and of an authority's key.
    private static final int DNS_NAME = 0x82;

    private static final int IP_ADDRESS = 0x87;
    private static final int KEY_ID = 0x80;

    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String SUBJECT_KEY_ID = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String SUBJECT_NAMES = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String AUTHORITY_KEY_ID = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

    /// Key usages, first the number of unused bits.
    private static final byte[] SIGNS_CERTIFICATES = {1, 0x06};

    private static final byte[] SIGNS = {7, (byte) 0x80};

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Credential credential;

    private CertificateAuthority(Credential credential) {
        this.credential = credential;
    }

    /// Makes an authority with a key and a certificate of its own.
    ///
    /// @param name its common name
    public static CertificateAuthority create(String name, Instant from, Instant until) {
        KeyPair keys = keys();
        X500Principal subject = new X500Principal("CN=" + name);
        List<byte[]> extensions =
                List.of(
                        critical(BASIC_CONSTRAINTS, Der.sequenceOf(TRUE)),
                        critical(KEY_USAGE, Der.encode(BIT_STRING, SIGNS_CERTIFICATES)),
                        extension(
                                SUBJECT_KEY_ID,
                                Der.encode(Der.OCTET_STRING, keyId(keys.getPublic()))));
        X509Certificate certificate =
                certificate(
                        subject,
                        subject,
                        keys.getPublic(),
                        from,
                        until,
                        extensions,
                        keys.getPrivate());
        return new CertificateAuthority(new Credential(List.of(certificate), keys.getPrivate()));
    }

    /// The authority's own certificate and key.
    public Credential credential() {
        return credential;
    }

    /// Makes a key and a certificate for it, for servers and clients alike.
    ///
    /// @param names DNS names, wildcards among them, and IP addresses; the first is the common name
    ///   too
    public Credential issue(List<String> names, Instant from, Instant until) {
        KeyPair keys = keys();
        byte[] authority = keyId(credential.own().getPublicKey());
        List<byte[]> extensions =
                List.of(
                        critical(BASIC_CONSTRAINTS, Der.sequenceOf()),
                        critical(KEY_USAGE, Der.encode(BIT_STRING, SIGNS)),
                        extension(
                                EXTENDED_KEY_USAGE,
                                Der.sequenceOf(Der.oid(SERVER), Der.oid(CLIENT))),
                        extension(
                                SUBJECT_KEY_ID,
                                Der.encode(Der.OCTET_STRING, keyId(keys.getPublic()))),
                        extension(AUTHORITY_KEY_ID, Der.sequenceOf(Der.encode(KEY_ID, authority))),
                        extension(
                                SUBJECT_NAMES,
                                Der.sequenceOf(
                                        names.stream()
                                                .map(CertificateAuthority::name)
                                                .toArray(byte[][]::new))));
        X509Certificate certificate =
                certificate(
                        credential.own().getSubjectX500Principal(),
                        new X500Principal("CN=" + names.getFirst()),
                        keys.getPublic(),
                        from,
                        until,
                        extensions,
                        credential.key());
        return new Credential(List.of(certificate), keys.getPrivate());
    }

    /// The chain as PEM.
    public static String chainPem(Credential credential) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : credential.chain()) {
            try {
                text.append(pem("CERTIFICATE", certificate.getEncoded()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        return text.toString();
    }

    /// The private key as PEM (PKCS#8).
    public static String keyPem(Credential credential) {
        return pem("PRIVATE KEY", credential.key().getEncoded());
    }

    private static String pem(String label, byte[] content) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    // ---- the parts of a certificate

    private static X509Certificate certificate(
            X500Principal issuer,
            X500Principal subject,
            PublicKey key,
            Instant from,
            Instant until,
            List<byte[]> extensions,
            PrivateKey signer) {
        byte[] algorithm = Der.sequenceOf(Der.oid(ECDSA_WITH_SHA256));
        byte[] content =
                Der.sequenceOf(
                        // Version 3 is written as 2.
                        Der.encode(Der.FIRST_CONTEXT, Der.encode(Der.INTEGER, new byte[] {2})),
                        Der.encode(
                                Der.INTEGER,
                                new BigInteger(127, RANDOM).add(BigInteger.ONE).toByteArray()),
                        algorithm,
                        issuer.getEncoded(),
                        Der.sequenceOf(time(from), time(until)),
                        subject.getEncoded(),
                        key.getEncoded(),
                        Der.encode(
                                Der.FIRST_CONTEXT + 3,
                                Der.sequenceOf(extensions.toArray(byte[][]::new))));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(signer);
            signature.update(content);
            byte[] encoded =
                    Der.sequenceOf(
                            content,
                            algorithm,
                            Der.encode(BIT_STRING, new byte[1], signature.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(encoded));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] keyId(PublicKey key) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(key.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] extension(String id, byte[] value) {
        return Der.sequenceOf(Der.oid(id), Der.encode(Der.OCTET_STRING, value));
    }

    private static byte[] critical(String id, byte[] value) {
        return Der.sequenceOf(Der.oid(id), TRUE, Der.encode(Der.OCTET_STRING, value));
    }

    private static byte[] name(String name) {
        return name.indexOf(':') >= 0 || name.matches("[0-9.]+")
                ? Der.encode(IP_ADDRESS, InetAddress.ofLiteral(name).getAddress())
                : Der.encode(DNS_NAME, name.getBytes(US_ASCII));
    }

    /// Two digits say the year until 2049 (RFC 5280 §4.1.2.5).
    private static byte[] time(Instant time) {
        boolean early = time.atZone(ZoneOffset.UTC).getYear() < 2050;
        String text =
                DateTimeFormatter.ofPattern(
                                early ? "yyMMddHHmmss'Z'" : "yyyyMMddHHmmss'Z'", Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(time);
        return Der.encode(early ? UTC_TIME : GENERALIZED_TIME, text.getBytes(US_ASCII));
    }
}
