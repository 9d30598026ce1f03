package io.jadegate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionAuthenticationTest {
    private static HeaderFields fields(FieldName name, String value) {
        HeaderFields fields = new HeaderFields();
        fields.add(name, "Other realm=\"x\"");
        fields.add(name, value);
        return fields;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NTLM",
                "ntlm TlRMTVNTUAAB",
                "Negotiate",
                "NEGOTIATE YII=",
                "Negotiate\tYII=",
                "Basic realm=\"a\", NTLM",
                "Basic realm=\"a\",Negotiate , Digest realm=\"b\"",
                ",, NTLM",
                "Basic realm=\"a, NTLM\"",
            })
    void findsASchemeWhereverItStands(String value) {
        assertThat(ConnectionAuthentication.isTriedBy(fields(FieldName.AUTHORIZATION, value)))
                .isTrue();
        assertThat(ConnectionAuthentication.isOfferedBy(fields(FieldName.WWW_AUTHENTICATE, value)))
                .isTrue();
        assertThat(
                        ConnectionAuthentication.isOfferedBy(
                                fields(FieldName.PROXY_AUTHENTICATE, value)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "Basic TlRMTQ==",
                "Bearer NTLM",
                "NTLM2",
                "NTL",
                "Basic realm=\"NTLM\"",
                "Negotiated x, XNegotiate",
            })
    void findsNothingElse(String value) {
        assertThat(ConnectionAuthentication.isTriedBy(fields(FieldName.AUTHORIZATION, value)))
                .isFalse();
        assertThat(ConnectionAuthentication.isOfferedBy(fields(FieldName.WWW_AUTHENTICATE, value)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Authorization", "Cookie", "Proxy-Authorization"})
    void looksAtNoOtherField(String name) {
        HeaderFields fields = new HeaderFields();
        fields.add(FieldName.of(name), "NTLM");

        assertThat(ConnectionAuthentication.isTriedBy(fields)).isFalse();
        assertThat(ConnectionAuthentication.isOfferedBy(fields)).isFalse();
    }
}
