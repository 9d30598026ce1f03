package io.jadegate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Octets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedFieldsTest {
    private static HeaderFields fields(String... lines) {
        HeaderFields fields = new HeaderFields();
        for (String line : lines) {
            int colon = line.indexOf(':');
            fields.add(FieldName.of(line.substring(0, colon)), line.substring(colon + 1).strip());
        }
        return fields;
    }

    private static String written(HeaderFields fields, HeaderFields.Selection selection) {
        Octets out = new Octets(16);
        fields.writeTo(out, selection);
        return out.toString();
    }

    private static String request(boolean trusted, boolean old, String... lines) {
        HeaderFields fields = fields(lines);
        return written(fields, ForwardedFields.ofRequest(fields, trusted, old));
    }

    private static String response(boolean length, String... lines) {
        HeaderFields fields = fields(lines);
        return written(fields, ForwardedFields.ofResponse(fields, length));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "Keep-Alive",
                "Proxy-Connection",
                "TE",
                "Transfer-Encoding",
                "Upgrade",
                "Trailer",
                "Proxy-Authenticate",
                "Proxy-Authorization",
                "HTTP2-Settings",
                "Host",
                "Proxy",
                "X-Forwarded-For",
                "X-Request-Id",
                "X-Forwarded-Client-Cert",
                "Client-Cert",
                "Client-Cert-Chain"
            })
    void neverGoesOnFromAnybody(String name) {
        assertThat(request(true, false, name + ": x", "X-A: b")).isEqualTo("X-A: b\r\n");
        assertThat(request(false, false, name + ": x", "X-A: b")).isEqualTo("X-A: b\r\n");
        assertThat(request(false, true, name + ": x", "X-A: b")).isEqualTo("X-A: b\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Proto",
                "X-Forwarded-Host",
                "X-Forwarded-Port",
                "Forwarded",
                "X-Real-IP"
            })
    void goesOnFromATrustedPeerOnly(String name) {
        assertThat(request(true, false, name + ": x")).isEqualTo(name + ": x\r\n");
        assertThat(request(false, false, name + ": x")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cookie",
                "Authorization",
                "Content-Length",
                "Accept",
                "Via",
                "X-Any",
                "Date"
            })
    void goesOn(String name) {
        assertThat(request(false, false, name + ": x")).isEqualTo(name + ": x\r\n");
    }

    @Test
    void anHttp10RequestExpectsNothing() {
        assertThat(request(false, true, "Expect: 100-continue")).isEmpty();
        assertThat(request(false, false, "Expect: 100-continue")).isNotEmpty();
    }

    @Test
    void whatConnectionNamesDoesNotGoOn() {
        assertThat(
                        request(
                                false,
                                false,
                                "X-Hop: 1",
                                "Connection: keep-alive, X-hop",
                                "x-HOP: 2",
                                "Accept-Encoding: br",
                                "Connection: accept-encoding,, ,@,",
                                "X-Stays: 3"))
                .isEqualTo("X-Stays: 3\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length",
                "Authorization",
                "Cookie",
                "Content-Type",
                "Content-Encoding",
                "Via",
                "X-Real-IP",
                "X-Forwarded-Proto",
                "Cache-Control"
            })
    void connectionCannotTakeAwayWhatDecides(String name) {
        assertThat(request(true, false, "Connection: " + name, name + ": x"))
                .isEqualTo(name + ": x\r\n");
    }

    @Test
    void aResponseLosesWhatIsOfTheConnection() {
        assertThat(
                        response(
                                true,
                                "Content-Length: 5",
                                "Transfer-Encoding: chunked",
                                "Connection: close, x-hop",
                                "X-Hop: 1",
                                "Set-Cookie: a=b",
                                "Location: /x",
                                "Keep-Alive: timeout=5"))
                .isEqualTo("Content-Length: 5\r\nSet-Cookie: a=b\r\n");
        assertThat(response(false, "Content-Length: 5", "Server: x")).isEqualTo("Server: x\r\n");
    }

    @Test
    void trailersCannotSayWhatBelongsInAHead() {
        HeaderFields trailers =
                fields(
                        "Content-Length: 1",
                        "X-Sum: 1",
                        "Host: a",
                        "Transfer-Encoding: chunked",
                        "Authorization: x",
                        "Set-Cookie: a",
                        "Content-Type: x",
                        "X-Forwarded-For: y",
                        "Location: /",
                        "X-Sum2: 2",
                        "Trailer: x");
        ForwardedFields.cleanTrailers(trailers);

        assertThat(trailers.toString()).isEqualTo("X-Sum: 1\nX-Sum2: 2\n");
    }
}
