package io.jadegate.proxy.listener;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jadegate.api.config.ListenerTlsConfig.ClientCertificateConfig.Forward;
import io.jadegate.api.http.FieldName;
import io.jadegate.proxy.stream.TlsSession;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/// What upstreams are told of a client's certificate, made once for a connection.
///
/// `X-Forwarded-Client-Cert` is written so that no reader can take a value for more than it is,
/// whatever an authority has signed: values hold neither quotes nor anything but printable ASCII,
/// and the only backslashes are those before two hexadecimal digits (RFC 2253 §2.4).
final class ClientIdentity {
    private static final int DNS_NAME = 2;
    private static final int URI = 6;

    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9*_][A-Za-z0-9*_.-]*");
    private static final HexFormat HEX = HexFormat.of();
    private static final HexFormat UPPER_HEX = HexFormat.of().withUpperCase();
    private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private ClientIdentity() {}

    /// @param chain of the client, its own certificate first; empty when it has shown none
    static List<TlsSession.Field> fields(Forward how, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            return List.of();
        }
        try {
            return switch (how) {
                case OFF -> List.of();
                case RFC9440 -> clientCert(chain);
                case XFCC ->
                        List.of(
                                new TlsSession.Field(
                                        FieldName.X_FORWARDED_CLIENT_CERT,
                                        forwardedClientCert(chain.getFirst())));
            };
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that came encoded has no encoding", e);
        }
    }

    // ---- RFC 9440

    private static List<TlsSession.Field> clientCert(List<X509Certificate> chain)
            throws CertificateEncodingException {
        List<String> octets = new ArrayList<>();
        for (X509Certificate certificate : linked(chain)) {
            octets.add(":" + Base64.getEncoder().encodeToString(certificate.getEncoded()) + ":");
        }
        List<TlsSession.Field> fields = new ArrayList<>();
        fields.add(new TlsSession.Field(FieldName.CLIENT_CERT, octets.removeFirst()));
        if (!octets.isEmpty()) {
            fields.add(
                    new TlsSession.Field(FieldName.CLIENT_CERT_CHAIN, String.join(", ", octets)));
        }
        return fields;
    }

    /// A client may send more than leads to an authority, in any order; of that only what each time
    /// has signed the one before is told.
    private static List<X509Certificate> linked(List<X509Certificate> chain) {
        List<X509Certificate> linked = new ArrayList<>();
        linked.add(chain.getFirst());
        for (X509Certificate next : chain.subList(1, chain.size())) {
            if (!isSigned(linked.getLast(), next)) {
                break;
            }
            linked.add(next);
        }
        return linked;
    }

    private static boolean isSigned(X509Certificate certificate, X509Certificate issuer) {
        try {
            certificate.verify(issuer.getPublicKey());
            return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    // ---- X-Forwarded-Client-Cert

    private static String forwardedClientCert(X509Certificate own)
            throws CertificateEncodingException {
        byte[] encoded = own.getEncoded();
        StringBuilder element = new StringBuilder(2048);
        element.append("Hash=").append(HEX.formatHex(sha256(encoded)));
        element.append(";Subject=\"").append(subject(own)).append('"');
        for (String uri : names(own, URI)) {
            element.append(";URI=").append(quoted(uri(uri)));
        }
        for (String name : names(own, DNS_NAME)) {
            if (HOST_NAME.matcher(name).matches()) {
                element.append(";DNS=").append(name);
            }
        }
        return element.append(";Cert=\"").append(pem(encoded)).append('"').toString();
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As RFC 2253 writes a name, with everything escaped by digits that is more than a letter.
    private static String subject(X509Certificate own) {
        String name = own.getSubjectX500Principal().getName(X500Principal.RFC2253);
        StringBuilder text = new StringBuilder(name.length() + 16);
        for (int i = 0; i < name.length(); ) {
            int c = name.codePointAt(i);
            i += Character.charCount(c);
            if (c == '\\' && HexFormat.isHexDigit(name.charAt(i))) {
                text.append('\\');
            } else if (c == '\\') {
                int escaped = name.codePointAt(i);
                i += Character.charCount(escaped);
                appendDigits(text, escaped, "\\");
            } else if (c == '"' || !isPrintable(c)) {
                appendDigits(text, c, "\\");
            } else {
                text.append((char) c);
            }
        }
        return text.toString();
    }

    /// A URI has no such octets unless an authority has signed what is none.
    private static String uri(String uri) {
        StringBuilder text = new StringBuilder(uri.length());
        uri.codePoints()
                .forEach(c -> {
                    if (c == ' ' || c == '"' || c == '\\' || !isPrintable(c)) {
                        appendDigits(text, c, "%");
                    } else {
                        text.append((char) c);
                    }
                });
        return text.toString();
    }

    private static String quoted(String value) {
        boolean plain = value.chars().noneMatch(c -> c == ',' || c == ';' || c == '=');
        return plain ? value : '"' + value + '"';
    }

    private static boolean isPrintable(int c) {
        return c >= ' ' && c < 0x7f;
    }

    private static void appendDigits(StringBuilder text, int c, String before) {
        for (byte octet : Character.toString(c).getBytes(UTF_8)) {
            text.append(before).append(UPPER_HEX.toHexDigits(octet));
        }
    }

    private static List<String> names(X509Certificate own, int kind) {
        try {
            @Nullable Collection<List<?>> names = own.getSubjectAlternativeNames();
            if (names == null) {
                return List.of();
            }
            return names.stream()
                    .filter(name -> name.get(0) instanceof Integer is && is == kind)
                    .map(name -> String.valueOf(name.get(1)))
                    .toList();
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
    }

    private static String pem(byte[] encoded) {
        String text =
                "-----BEGIN CERTIFICATE-----\n"
                        + PEM.encodeToString(encoded)
                        + "\n-----END CERTIFICATE-----\n";
        return text.replace("\n", "%0A")
                .replace(" ", "%20")
                .replace("+", "%2B")
                .replace("/", "%2F")
                .replace("=", "%3D");
    }
}
