package io.jadegate.proxy.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.api.http.ResponseHead;
import io.jadegate.proxy.stream.HeadLimits;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FramingTest {
    private static void fill(HeaderFields fields, String text) {
        for (String field : text.split("; ?", -1)) {
            if (!field.isBlank()) {
                int colon = field.indexOf(':');
                String name = field.substring(0, colon).strip();
                fields.add(
                        FieldName.of(
                                switch (name) {
                                    case "CL" -> "Content-Length";
                                    case "TE" -> "Transfer-Encoding";
                                    default -> name;
                                }),
                        field.substring(colon + 1).strip());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    1 | ''                          | -2
                    1 | CL: 0                       | 0
                    1 | CL: 42                      | 42
                    1 | CL: 0042                    | 42
                    1 | CL: 999999999999999999      | 999999999999999999
                    1 | CL: 9999999999999999999     | -3
                    1 | CL: 000000000000000000001   | -3
                    1 | CL: +1                      | -3
                    1 | CL: -1                      | -3
                    1 | CL: 0x1                     | -3
                    1 | CL: 1 1                     | -3
                    1 | CL: 1, 1                    | -3
                    1 | CL:                         | -3
                    1 | CL: 1; CL: 1                | -3
                    1 | CL: 1; CL: 2                | -3
                    1 | TE: chunked                 | -1
                    1 | TE: CHUNKED                 | -1
                    1 | TE: chunked; TE: chunked    | -3
                    1 | TE: chunked, chunked        | -3
                    1 | TE: gzip, chunked           | -3
                    1 | TE: chunked, identity       | -3
                    1 | TE: identity                | -3
                    1 | TE: xchunked                | -3
                    1 | TE:                         | -3
                    1 | TE: chunked; CL: 1          | -3
                    1 | CL: 1; TE: chunked          | -3
                    0 | TE: chunked                 | -3
                    0 | CL: 5                       | 5
                    0 | ''                          | -2
                    """)
    void ofARequest(int minorVersion, String fields, long length) {
        RequestHead head = new RequestHead();
        head.minorVersion(minorVersion);
        fill(head.fields(), fields);

        assertThat(Framing.ofRequest(head)).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    GET  | 200 | 1 | ''                  | -4
                    GET  | 200 | 1 | CL: 7               | 7
                    GET  | 200 | 1 | TE: chunked         | -1
                    GET  | 200 | 0 | TE: chunked         | -3
                    GET  | 200 | 1 | TE: chunked; CL: 7  | -3
                    GET  | 200 | 1 | TE: gzip            | -3
                    GET  | 200 | 1 | CL: 7; CL: 7        | -3
                    HEAD | 200 | 1 | CL: 7               | -2
                    HEAD | 200 | 1 | TE: chunked         | -2
                    HEAD | 200 | 1 | CL: x               | -3
                    GET  | 204 | 1 | CL: 7               | -2
                    GET  | 304 | 1 | CL: 7               | -2
                    GET  | 103 | 1 | ''                  | -2
                    GET  | 205 | 1 | CL: 0               | 0
                    POST | 500 | 1 | ''                  | -4
                    """)
    void ofAResponse(String method, int status, int minorVersion, String fields, long length) {
        ResponseHead head = new ResponseHead();
        head.status(status);
        head.minorVersion(minorVersion);
        fill(head.fields(), fields);

        assertThat(Framing.ofResponse(head, Method.of(method))).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Content-Length: 1~Transfer-Encoding: chunked | Content-Length beside Transfer-Encoding (RFC 9112 6.1) at octet 0
                    Transfer-Encoding: chunked~Content-Length: 1 | Content-Length beside Transfer-Encoding (RFC 9112 6.1) at octet 28
                    Transfer-Encoding: gzip                      | a Transfer-Encoding that is not chunked alone (RFC 9112 6.1) at octet 19
                    Transfer-Encoding: chunked~Transfer-Encoding: chunked | a Transfer-Encoding that is not chunked alone (RFC 9112 6.1) at octet 28
                    Content-Length: 1~Content-Length: 1          | more than one Content-Length (RFC 9112 6.3) at octet 19
                    Content-Length: 12x                          | not a length (RFC 9110 8.6) at octet 18
                    Content-Length: +1                           | not a length (RFC 9110 8.6) at octet 16
                    Content-Length:                              | not a length (RFC 9110 8.6) at octet 15
                    Content-Length: 1234567890123456789          | not a length (RFC 9110 8.6) at octet 34
                    """)
    void saysWhatIsWrongAndWhere(String fields, String detail) {
        ResponseHead head = new ResponseHead();
        byte[] octets = (fields.replace("~", "\r\n") + "\r\n\r\n").getBytes(ISO_8859_1);
        HeadScanner scanner = HeadScanner.ofResponses(new HeadLimits(1024, 10, 100));
        scanner.beginTrailers();
        assertThat(scanner.scan(Unpooled.wrappedBuffer(octets), head.fields())).isZero();

        assertThat(Framing.ofResponse(head, Method.GET)).isEqualTo(Framing.FAULTY);
        assertThat(Framing.fault(head).detail()).isEqualTo(detail);
    }
}
