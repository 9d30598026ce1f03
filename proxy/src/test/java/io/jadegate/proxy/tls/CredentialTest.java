package io.jadegate.proxy.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jadegate.api.config.Secret;
import io.jadegate.proxy.tls.TlsFileException.Part;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Chain and key from every form of file they come in, and what is said about the others.
class CredentialTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(30));
    private static final CertificateAuthority AUTHORITY =
            CertificateAuthority.create("Test authority", NOW, LATER);
    private static final Credential SHOP = AUTHORITY.issue(List.of("shop.test"), NOW, LATER);

    @TempDir private Path folder;

    // ---- forms

    @Test
    void readsAChainAndAPkcs8Key() throws Exception {
        assertThat(Credential.read(chain(), key("PRIVATE KEY", SHOP.key().getEncoded()), null))
                .isEqualTo(SHOP);
    }

    @Test
    void readsAKeyFromTheFileOfTheChain() throws Exception {
        Path both =
                write(
                        "both.pem",
                        CertificateAuthority.keyPem(SHOP) + CertificateAuthority.chainPem(SHOP));

        assertThat(Credential.read(both, null, null)).isEqualTo(SHOP);
    }

    @Test
    void readsASec1Key() throws Exception {
        byte[] sec1 = sec1(SHOP.key().getEncoded());

        Credential read = Credential.read(chain(), key("EC PRIVATE KEY", sec1), null);

        assertThat(read.key().getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void readsAPkcs1Key() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        byte[] pkcs1 = Der.sequence(pair.getPrivate().getEncoded())[2].content();

        Pem pem = new Pem("RSA PRIVATE KEY", /* headers= */ false, pkcs1);

        assertThat(PrivateKeys.of(pem, "a.key", null)).isEqualTo(pair.getPrivate());
    }

    @Test
    void readsAnEncryptedKeyWithItsPassphrase() throws Exception {
        Path key = key("ENCRYPTED PRIVATE KEY", encrypted(SHOP.key().getEncoded(), "open sesame"));

        assertThat(Credential.read(chain(), key, secret("open sesame"))).isEqualTo(SHOP);
        assertRefused(
                Part.PASSPHRASE, "does not open", () -> Credential.read(chain(), key, secret("x")));
        assertRefused(Part.KEY, "is encrypted", () -> Credential.read(chain(), key, null));
    }

    @Test
    void readsPkcs12() throws Exception {
        Path store = pkcs12("open sesame", SHOP);

        assertThat(Credential.read(store, null, secret("open sesame"))).isEqualTo(SHOP);
        assertRefused(
                Part.PASSPHRASE, "does not open", () -> Credential.read(store, null, secret("x")));
        assertRefused(Part.CERTIFICATE, "is encrypted", () -> Credential.read(store, null, null));
        assertRefused(
                Part.KEY,
                "which holds its key itself",
                () -> Credential.read(store, store, secret("open sesame")));
    }

    // ---- what is wrong

    @Test
    void saysThatAFileIsMissing() {
        assertRefused(
                Part.CERTIFICATE,
                "none.pem\" does not exist",
                () -> Credential.read(folder.resolve("none.pem"), null, null));
        assertRefused(
                Part.KEY,
                "none.key\" does not exist",
                () -> Credential.read(chain(), folder.resolve("none.key"), null));
    }

    @Test
    void saysThatAFileIsNoPem() throws Exception {
        Path nonsense = write("nonsense.pem", "nonsense");

        assertRefused(Part.CERTIFICATE, "is not PEM", () -> Credential.read(nonsense, null, null));
        assertRefused(Part.KEY, "is not PEM", () -> Credential.read(chain(), nonsense, null));
        assertRefused(
                Part.CERTIFICATE,
                "is not PEM",
                () -> Credential.read(write("empty", ""), null, null));
    }

    @Test
    void saysThatAFileIsBroken() throws Exception {
        Path cut = write("cut.pem", CertificateAuthority.chainPem(SHOP).substring(0, 200));
        Path other =
                write(
                        "other.pem",
                        "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n");
        Path base64 =
                write("base.pem", "-----BEGIN CERTIFICATE-----\n$$$$\n-----END CERTIFICATE-----\n");
        Path der = folder.resolve("a.der");
        Files.write(der, SHOP.own().getEncoded());

        for (Path file : List.of(cut, other, base64)) {
            assertRefused(Part.CERTIFICATE, "is broken", () -> Credential.read(file, null, null));
        }
        assertRefused(
                Part.CERTIFICATE,
                "neither PEM nor PKCS#12",
                () -> Credential.read(der, null, null));
    }

    @Test
    void saysThatAKeyIsMissingOrOfAnUnknownKind() throws Exception {
        assertRefused(Part.KEY, "holds no private key", () -> Credential.read(chain(), null, null));
        byte[] edwards =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate().getEncoded();
        assertRefused(
                Part.KEY,
                "neither RSA nor EC",
                () -> Credential.read(chain(), key("PRIVATE KEY", edwards), null));
        assertRefused(
                Part.KEY,
                "broken key",
                () -> Credential.read(chain(), key("PRIVATE KEY", new byte[] {0x30, 0x05}), null));
    }

    @Test
    void saysThatTheOldEncryptionIsNotRead() throws Exception {
        Path old =
                write(
                        "old.key",
                        """
                        -----BEGIN EC PRIVATE KEY-----
                        Proc-Type: 4,ENCRYPTED
                        DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

                        AAAA
                        -----END EC PRIVATE KEY-----
                        """);

        assertRefused(Part.KEY, "openssl pkcs8", () -> Credential.read(chain(), old, secret("a")));
    }

    @Test
    void saysThatAKeyIsAnothers() throws Exception {
        Credential other = AUTHORITY.issue(List.of("other.test"), NOW, LATER);

        assertRefused(
                Part.KEY,
                "is not the key of the certificate",
                () -> Credential.read(chain(), key("PRIVATE KEY", other.key().getEncoded()), null));
    }

    @Test
    void saysThatTheChainIsInTheWrongOrder() throws Exception {
        Path wrong =
                write(
                        "wrong.pem",
                        CertificateAuthority.chainPem(AUTHORITY.credential())
                                + CertificateAuthority.chainPem(SHOP));

        assertRefused(
                Part.CERTIFICATE,
                "the first certificate",
                () -> Credential.read(wrong, key("PRIVATE KEY", SHOP.key().getEncoded()), null));
    }

    // ---- names, authorities

    @Test
    void knowsTheNamesOfACertificate() {
        CertificateNames names =
                CertificateNames.of(
                        AUTHORITY
                                .issue(
                                        List.of("shop.test", "*.Shop.test", "::1", "10.0.0.1"),
                                        NOW,
                                        LATER)
                                .own());

        assertThat(names.cover("shop.test")).isTrue();
        assertThat(names.cover("a.shop.test")).isTrue();
        assertThat(names.cover("*.shop.test")).isTrue();
        assertThat(names.cover("a.b.shop.test")).isFalse();
        assertThat(names.cover("other.test")).isFalse();
        assertThat(names.all())
                .containsExactly("shop.test", "*.shop.test", "0:0:0:0:0:0:0:1", "10.0.0.1");
    }

    @Test
    void readsAuthorities() throws Exception {
        Path file = write("ca.pem", CertificateAuthority.chainPem(AUTHORITY.credential()));

        List<X509Certificate> trusted = Certificates.trusted(file);

        assertThat(trusted).isEqualTo(AUTHORITY.credential().chain());
        SHOP.own().verify(trusted.getFirst().getPublicKey());
        assertRefused(
                Part.TRUSTED,
                "holds no certificate",
                () -> Certificates.trusted(key("PRIVATE KEY", SHOP.key().getEncoded())));
        assertRefused(Part.REVOKED, "holds no list", () -> Certificates.revoked(file));
    }

    @Test
    void neverShowsAKey() {
        assertThat(SHOP.toString()).isEqualTo("Credential[CN=shop.test]");
    }

    // ---- files

    private interface Reading {
        void run() throws Exception;
    }

    private static void assertRefused(Part part, String message, Reading reading) {
        assertThatExceptionOfType(TlsFileException.class)
                .isThrownBy(reading::run)
                .withMessageContaining(message)
                .satisfies(refused -> assertThat(refused.part()).isEqualTo(part));
    }

    private static Secret secret(String value) {
        return new Secret("env PASSPHRASE", value);
    }

    private Path chain() throws Exception {
        return write("chain.pem", CertificateAuthority.chainPem(SHOP));
    }

    private Path key(String label, byte[] content) throws Exception {
        return write(
                "a.key",
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(label, Base64.getMimeEncoder().encodeToString(content), label));
    }

    private Path write(String name, String content) throws Exception {
        return Files.writeString(folder.resolve(name), content, US_ASCII);
    }

    private static byte[] encrypted(byte[] pkcs8, String passphrase) throws Exception {
        String name = "PBEWithHmacSHA256AndAES_256";
        SecretKey key =
                SecretKeyFactory.getInstance(name)
                        .generateSecret(new PBEKeySpec(passphrase.toCharArray()));
        Cipher cipher = Cipher.getInstance(name);
        cipher.init(Cipher.ENCRYPT_MODE, key, new PBEParameterSpec(new byte[16], 2048));
        byte[] pbes2 = Der.oid("1.2.840.113549.1.5.13");
        return Der.sequenceOf(
                Der.sequenceOf(pbes2, cipher.getParameters().getEncoded()),
                Der.encode(Der.OCTET_STRING, cipher.doFinal(pkcs8)));
    }

    /// A key as SEC 1 has it, its curve with it: what PKCS#8 says about the curve beside the key.
    private static byte[] sec1(byte[] pkcs8) {
        Der[] info = Der.sequence(pkcs8);
        byte[] curve = Der.sequence(info[1].encoded())[1].encoded();
        Der[] key = Der.sequence(info[2].content());
        return Der.sequenceOf(
                key[0].encoded(), key[1].encoded(), Der.encode(Der.FIRST_CONTEXT, curve));
    }

    private Path pkcs12(String passphrase, Credential credential) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "a",
                credential.key(),
                passphrase.toCharArray(),
                credential.chain().toArray(X509Certificate[]::new));
        Path file = folder.resolve("a.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, passphrase.toCharArray());
        }
        assertThat(Arrays.copyOf(Files.readAllBytes(file), 1)).containsExactly(Der.SEQUENCE);
        return file;
    }
}
