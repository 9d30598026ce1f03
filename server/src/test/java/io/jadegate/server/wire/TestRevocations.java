package io.jadegate.server.wire;

import io.jadegate.proxy.tls.Credential;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// Lists of revoked certificates (RFC 5280 §5), signed by authorities whose keys are on P-256.
final class TestRevocations {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int UTC_TIME = 0x17;
    private static final int SEQUENCE = 0x30;

    /// `ecdsa-with-SHA256`.
    private static final byte[] ALGORITHM = HexFormat.of().parseHex("300a06082a8648ce3d040302");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private TestRevocations() {}

    /// A list as PEM.
    ///
    /// @param until when the next one is due
    static String pem(
            Credential authority, Instant from, Instant until, X509Certificate... revoked) {
        byte[] entries =
                join(
                        Arrays.stream(revoked)
                                .map(each ->
                                        value(SEQUENCE, number(each.getSerialNumber()), time(from)))
                                .toArray(byte[][]::new));
        byte[] content =
                value(
                        SEQUENCE,
                        // Version 2 is written as 1.
                        number(BigInteger.ONE),
                        ALGORITHM,
                        authority.own().getSubjectX500Principal().getEncoded(),
                        time(from),
                        time(until),
                        entries.length == 0 ? entries : value(SEQUENCE, entries));
        byte[] list =
                value(
                        SEQUENCE,
                        content,
                        ALGORITHM,
                        value(BIT_STRING, new byte[1], signature(authority, content)));
        return "-----BEGIN X509 CRL-----\n"
                + Base64.getMimeEncoder().encodeToString(list)
                + "\n-----END X509 CRL-----\n";
    }

    private static byte[] signature(Credential authority, byte[] content) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(authority.key());
            signature.update(content);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] number(BigInteger number) {
        return value(INTEGER, number.toByteArray());
    }

    private static byte[] time(Instant time) {
        return value(UTC_TIME, TIME.format(time).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] value(int tag, byte[]... contents) {
        byte[] content = join(contents);
        byte[] length =
                content.length < 128
                        ? new byte[] {(byte) content.length}
                        : new byte[] {
                            (byte) 0x82, (byte) (content.length >> 8), (byte) content.length
                        };
        return join(new byte[] {(byte) tag}, length, content);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
