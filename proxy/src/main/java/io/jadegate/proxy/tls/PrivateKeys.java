package io.jadegate.proxy.tls;

import io.jadegate.proxy.tls.TlsFileException.Part;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/// Private keys out of the forms that PEM files have them in: PKCS#8 (RFC 5958), encrypted or not,
/// PKCS#1 for RSA (RFC 8017), SEC 1 for elliptic curves (RFC 5915). The JDK reads PKCS#8 only, so
/// the other two are wrapped into it.
final class PrivateKeys {
    private static final byte[] ZERO = {Der.INTEGER, 1, 0};
    private static final byte[] NULL = {0x05, 0};

    private static final String RSA = "1.2.840.113549.1.1.1";
    private static final String EC = "1.2.840.10045.2.1";

    private PrivateKeys() {}

    /// Reads a key.
    ///
    /// @param file as people name it
    /// @param passphrase null when there is none
    static PrivateKey of(Pem pem, String file, char @Nullable [] passphrase)
            throws TlsFileException {
        return switch (pem.label()) {
            case "PRIVATE KEY" -> pkcs8(pem.content(), file);
            case "ENCRYPTED PRIVATE KEY" -> pkcs8(decrypted(pem.content(), file, passphrase), file);
            case "RSA PRIVATE KEY" -> {
                refuseOldEncryption(pem, file);
                yield pkcs8(fromPkcs1(pem.content()), file);
            }
            case "EC PRIVATE KEY" -> {
                refuseOldEncryption(pem, file);
                yield pkcs8(fromSec1(pem.content(), file), file);
            }
            default ->
                    throw new TlsFileException(
                            Part.KEY, "\"" + file + "\" holds an unknown \"" + pem.label() + "\"");
        };
    }

    static boolean isKey(Pem pem) {
        return pem.label().endsWith("PRIVATE KEY");
    }

    private static void refuseOldEncryption(Pem pem, String file) throws TlsFileException {
        if (pem.headers()) {
            throw new TlsFileException(
                    Part.KEY,
                    "\""
                            + file
                            + "\" is encrypted in OpenSSL's old form; convert it by \"openssl pkcs8"
                            + " -topk8 -in OLD -out NEW\"");
        }
    }

    private static PrivateKey pkcs8(byte[] encoded, String file) throws TlsFileException {
        try {
            return KeyFactory.getInstance(algorithm(encoded, file))
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(
                    Part.KEY, "\"" + file + "\" holds a broken key: " + e.getMessage());
        }
    }

    private static String algorithm(byte[] encoded, String file) throws TlsFileException {
        Der[] info = Der.sequence(encoded);
        if (info.length >= 3 && info[1].tag() == Der.SEQUENCE) {
            Der[] algorithm = Der.sequence(info[1].encoded());
            if (algorithm.length > 0 && algorithm[0].tag() == Der.OBJECT_IDENTIFIER) {
                return algorithm(algorithm[0], file);
            }
        }
        throw new TlsFileException(Part.KEY, "\"" + file + "\" holds a broken key");
    }

    private static String algorithm(Der identifier, String file) throws TlsFileException {
        if (Arrays.equals(identifier.encoded(), Der.oid(RSA))) {
            return "RSA";
        }
        if (Arrays.equals(identifier.encoded(), Der.oid(EC))) {
            return "EC";
        }
        throw new TlsFileException(
                Part.KEY, "\"" + file + "\" holds a key that is neither RSA nor EC");
    }

    private static byte[] decrypted(byte[] encoded, String file, char @Nullable [] passphrase)
            throws TlsFileException {
        if (passphrase == null) {
            throw new TlsFileException(
                    Part.KEY, "\"" + file + "\" is encrypted; give its passphrase beside it");
        }
        PBEKeySpec password = new PBEKeySpec(passphrase);
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encoded);
            // With PBES2 it is the parameters that name the algorithms.
            String name =
                    info.getAlgName().equals("PBES2")
                            ? info.getAlgParameters().toString()
                            : info.getAlgName();
            SecretKey key = SecretKeyFactory.getInstance(name).generateSecret(password);
            Cipher cipher = Cipher.getInstance(name);
            cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
            return info.getKeySpec(cipher).getEncoded();
        } catch (IOException e) {
            throw new TlsFileException(
                    Part.KEY, "\"" + file + "\" holds a broken key: " + e.getMessage());
        } catch (InvalidKeyException | InvalidKeySpecException e) {
            throw wrongPassphrase(file);
        } catch (GeneralSecurityException e) {
            throw new TlsFileException(
                    Part.KEY, "\"" + file + "\" is encrypted in an unknown way: " + e.getMessage());
        } finally {
            password.clearPassword();
        }
    }

    static TlsFileException wrongPassphrase(String file) {
        return new TlsFileException(Part.PASSPHRASE, "does not open \"" + file + "\"");
    }

    private static byte[] fromPkcs1(byte[] key) {
        byte[] rsa = Der.oid(RSA);
        return Der.sequenceOf(ZERO, Der.sequenceOf(rsa, NULL), Der.encode(Der.OCTET_STRING, key));
    }

    private static byte[] fromSec1(byte[] key, String file) throws TlsFileException {
        Der curve =
                Arrays.stream(Der.sequence(key))
                        .filter(value -> value.tag() == Der.FIRST_CONTEXT)
                        .findFirst()
                        .orElseThrow(() ->
                                new TlsFileException(
                                        Part.KEY,
                                        "\"" + file + "\" does not name the key's curve"));
        byte[] ec = Der.oid(EC);
        return Der.sequenceOf(
                ZERO, Der.sequenceOf(ec, curve.content()), Der.encode(Der.OCTET_STRING, key));
    }
}
