package io.jadegate.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.config.ListenerTlsConfig.ClientCertificateConfig.Forward;
import io.jadegate.api.http.FieldName;
import io.jadegate.proxy.stream.TlsSession;
import io.jadegate.proxy.tls.CertificateAuthority;
import io.jadegate.proxy.tls.Credential;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What upstreams are told of a client, octet by octet.
class ClientIdentityTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(30));
    private static final CertificateAuthority AUTHORITY =
            CertificateAuthority.create("Clients", NOW, LATER);
    private static final Credential ALICE = AUTHORITY.issue(List.of("alice.test"), NOW, LATER);

    private static X509Certificate alice() {
        return ALICE.own();
    }

    private static String octets(X509Certificate certificate) throws Exception {
        return ":" + Base64.getEncoder().encodeToString(certificate.getEncoded()) + ":";
    }

    @Test
    void tellsNothingWhenItIsNotToOrThereIsNothing() {
        assertThat(ClientIdentity.fields(Forward.OFF, List.of(alice()))).isEmpty();
        assertThat(ClientIdentity.fields(Forward.RFC9440, List.of())).isEmpty();
        assertThat(ClientIdentity.fields(Forward.XFCC, List.of())).isEmpty();
    }

    @Test
    void writesTheCertificateAsAByteSequence() throws Exception {
        assertThat(ClientIdentity.fields(Forward.RFC9440, List.of(alice())))
                .containsExactly(new TlsSession.Field(FieldName.CLIENT_CERT, octets(alice())));
    }

    @Test
    void writesThoseWhoSignedItAsAListOfItsOwn() throws Exception {
        X509Certificate authority = AUTHORITY.credential().own();

        assertThat(ClientIdentity.fields(Forward.RFC9440, List.of(alice(), authority, authority)))
                .containsExactly(
                        new TlsSession.Field(FieldName.CLIENT_CERT, octets(alice())),
                        new TlsSession.Field(
                                FieldName.CLIENT_CERT_CHAIN,
                                octets(authority) + ", " + octets(authority)));
    }

    @Test
    void leavesOutWhatTheClientSentBesides() throws Exception {
        X509Certificate sameName =
                CertificateAuthority.create("Clients", NOW, LATER).credential().own();
        X509Certificate authority = AUTHORITY.credential().own();

        assertThat(ClientIdentity.fields(Forward.RFC9440, List.of(alice(), sameName, authority)))
                .containsExactly(new TlsSession.Field(FieldName.CLIENT_CERT, octets(alice())));
    }

    @Test
    void writesTheElementsThatEnvoyDocuments() throws Exception {
        String value = forwardedClientCert(alice());

        assertThat(value)
                .matches(
                        "Hash=[0-9a-f]{64};Subject=\"CN=alice\\.test\";DNS=alice\\.test;"
                                + "Cert=\"-----BEGIN%20CERTIFICATE-----%0A[A-Za-z0-9%]*"
                                + "%0A-----END%20CERTIFICATE-----%0A\"");
        String pem = value.substring(value.indexOf("Cert=\"") + 6, value.length() - 1);
        assertThat(URLDecoder.decode(pem, StandardCharsets.US_ASCII))
                .isEqualTo(CertificateAuthority.chainPem(ALICE));
    }

    /// Subject `O = Küche, "Bad" \ S(line feed)hne; a=b` and `CN = alice\`, and a URI with a
    /// semicolon.
    @Test
    void letsNoNameOfACertificatePassForMoreThanAName() throws Exception {
        X509Certificate odd;
        try (InputStream in =
                Objects.requireNonNull(getClass().getResourceAsStream("odd-client.pem"))) {
            odd = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }

        assertThat(forwardedClientCert(odd))
                .startsWith(
                        "Hash=1232ff68966546f574a5d9834b3d1a8a8396f05797c5db007be3413374e378ce;"
                                + "Subject=\"CN=alice\\5C,O=K\\C3\\BCche\\2C \\22Bad\\22 \\5C"
                                + " S\\0Ahne\\3B a\\3Db\";"
                                + "URI=\"spiffe://shop.test/ns/a;b\";"
                                + "URI=https://shop.test/x;"
                                + "DNS=alice.shop.test;DNS=*.alice.shop.test;Cert=\"");
    }

    private static String forwardedClientCert(X509Certificate own) {
        List<TlsSession.Field> fields = ClientIdentity.fields(Forward.XFCC, List.of(own));
        assertThat(fields).hasSize(1);
        assertThat(fields.getFirst().name()).isEqualTo(FieldName.X_FORWARDED_CLIENT_CERT);
        return fields.getFirst().value();
    }
}
