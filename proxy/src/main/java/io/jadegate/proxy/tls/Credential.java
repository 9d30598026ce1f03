package io.jadegate.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jadegate.api.config.Secret;
import io.jadegate.proxy.tls.TlsFileException.Part;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who somebody is: a chain of certificates and the private key of the first.
///
/// Two are equal when chain and key are, wherever they were read from.
///
/// @param chain the owner's own certificate first
public record Credential(List<X509Certificate> chain, PrivateKey key) {
    private static final byte[] PROBE = "does the key belong to it?".getBytes(US_ASCII);

    public Credential {
        chain = List.copyOf(chain);
    }

    /// Reads chain and key and sees to it that they belong together. Blocks.
    ///
    /// @param certificate a PEM file with the chain, or a PKCS#12 file with chain and key
    /// @param key a PEM file with the key (PKCS#8, PKCS#1 or SEC 1); null when it is in the first
    ///   file
    /// @param passphrase what the key, or the PKCS#12 file, is encrypted by; null when by nothing
    /// @throws TlsFileException for the first thing that is wrong
    public static Credential read(Path certificate, @Nullable Path key, @Nullable Secret passphrase)
            throws TlsFileException {
        char @Nullable [] password = passphrase == null ? null : passphrase.reveal().toCharArray();
        try {
            byte[] octets = Certificates.octets(certificate, Part.CERTIFICATE);
            if (!Pem.is(octets) && octets.length > 0 && octets[0] == Der.SEQUENCE) {
                return fromPkcs12(octets, certificate, key, password);
            }
            List<Pem> blocks = Certificates.pem(octets, certificate, Part.CERTIFICATE);
            List<X509Certificate> chain = Certificates.of(blocks, certificate, Part.CERTIFICATE);
            if (chain.isEmpty()) {
                throw new TlsFileException(
                        Part.CERTIFICATE, "\"" + certificate + "\" holds no certificate");
            }
            PrivateKey secret =
                    key == null
                            ? key(blocks, certificate, password)
                            : key(Certificates.pem(key, Part.KEY), key, password);
            return matching(chain, secret, key == null ? certificate : key);
        } finally {
            if (password != null) {
                Arrays.fill(password, '\0');
            }
        }
    }

    private static PrivateKey key(List<Pem> blocks, Path file, char @Nullable [] passphrase)
            throws TlsFileException {
        for (Pem pem : blocks) {
            if (PrivateKeys.isKey(pem)) {
                return PrivateKeys.of(pem, file.toString(), passphrase);
            }
        }
        throw new TlsFileException(Part.KEY, "\"" + file + "\" holds no private key");
    }

    // ---- PKCS#12

    private static Credential fromPkcs12(
            byte[] octets, Path file, @Nullable Path key, char @Nullable [] passphrase)
            throws TlsFileException {
        if (key != null) {
            throw new TlsFileException(
                    Part.KEY, "does not go with \"" + file + "\", which holds its key itself");
        }
        char[] password = passphrase == null ? new char[0] : passphrase;
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(octets), password);
            List<String> keys =
                    Collections.list(store.aliases()).stream()
                            .filter(alias -> isKey(store, alias))
                            .toList();
            if (keys.size() != 1) {
                throw new TlsFileException(
                        Part.CERTIFICATE,
                        "\"" + file + "\" must hold one private key, not " + keys.size());
            }
            Certificate @Nullable [] chain = store.getCertificateChain(keys.getFirst());
            if (!(store.getKey(keys.getFirst(), password) instanceof PrivateKey secret)
                    || chain == null) {
                throw new TlsFileException(
                        Part.CERTIFICATE, "\"" + file + "\" holds no certificate for its key");
            }
            return matching(
                    Arrays.stream(chain).map(X509Certificate.class::cast).toList(), secret, file);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw wrongPassphrase(file, passphrase);
            }
            throw new TlsFileException(
                    Part.CERTIFICATE,
                    "\"" + file + "\" is neither PEM nor PKCS#12: " + e.getMessage());
        } catch (UnrecoverableKeyException e) {
            throw wrongPassphrase(file, passphrase);
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(
                    Part.CERTIFICATE, "\"" + file + "\" is broken: " + e.getMessage());
        }
    }

    private static boolean isKey(KeyStore store, String alias) {
        try {
            return store.isKeyEntry(alias);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TlsFileException wrongPassphrase(Path file, char @Nullable [] passphrase) {
        return passphrase == null
                ? new TlsFileException(
                        Part.CERTIFICATE,
                        "\"" + file + "\" is encrypted; give its passphrase beside it")
                : PrivateKeys.wrongPassphrase(file.toString());
    }

    // ---- belonging together

    private static Credential matching(List<X509Certificate> chain, PrivateKey key, Path file)
            throws TlsFileException {
        if (belong(chain.getFirst(), key)) {
            return new Credential(chain, key);
        }
        for (X509Certificate other : chain) {
            if (belong(other, key)) {
                throw new TlsFileException(
                        Part.CERTIFICATE,
                        "the first certificate must be that of the key, with those of the"
                                + " authorities behind it");
            }
        }
        throw new TlsFileException(Part.KEY, "\"" + file + "\" is not the key of the certificate");
    }

    private static boolean belong(X509Certificate certificate, PrivateKey key) {
        PublicKey known = certificate.getPublicKey();
        boolean curve = key.getAlgorithm().equals("EC");
        if (curve != known.getAlgorithm().equals("EC")) {
            return false;
        }
        try {
            String algorithm = curve ? "SHA256withECDSA" : "SHA256withRSA";
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(PROBE);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(known);
            verifier.update(PROBE);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    // ---- looking

    /// The owner's own certificate.
    public X509Certificate own() {
        return chain.getFirst();
    }

    /// When the first certificate of the chain to end ends.
    public Instant expiry() {
        return chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /// When the last certificate of the chain to begin begins.
    Instant beginning() {
        return chain.stream()
                .map(certificate -> certificate.getNotBefore().toInstant())
                .max(Instant::compareTo)
                .orElseThrow();
    }

    /// Never shows the key.
    @Override
    public String toString() {
        return "Credential[" + own().getSubjectX500Principal() + "]";
    }
}
