package io.jadegate.proxy.exchange;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import java.nio.charset.StandardCharsets;

/// The schemes that authenticate a connection and not a request (NTLM; Negotiate, RFC 4559): an
/// endpoint takes whatever comes by it later for the same user's.
final class ConnectionAuthentication {
    private static final byte[][] SCHEMES = {
        "ntlm".getBytes(StandardCharsets.US_ASCII), "negotiate".getBytes(StandardCharsets.US_ASCII)
    };

    private ConnectionAuthentication() {}

    /// Whether somebody says by such a scheme who he is. Of a request only `Authorization` goes to
    /// an endpoint.
    static boolean isTriedBy(HeaderFields request) {
        return names(request, FieldName.AUTHORIZATION);
    }

    /// Whether an answer asks for it by such a scheme, or goes on with what has been begun.
    static boolean isOfferedBy(HeaderFields response) {
        return names(response, FieldName.WWW_AUTHENTICATE)
                || names(response, FieldName.PROXY_AUTHENTICATE);
    }

    private static boolean names(HeaderFields fields, FieldName name) {
        for (int i = fields.find(name); i >= 0; i = fields.find(name, i + 1)) {
            if (names(fields.bytes(), fields.valueStart(i), fields.valueEnd(i))) {
                return true;
            }
        }
        return false;
    }

    /// Whether a list of challenges has one of the schemes. A comma in a quoted string is taken for
    /// the list's: better one connection that is shared no more than one too many.
    private static boolean names(byte[] bytes, int start, int end) {
        boolean begins = true;
        for (int at = start; at < end; at++) {
            byte octet = bytes[at];
            if (begins && octet != ' ' && octet != '\t' && octet != ',') {
                if (isScheme(bytes, at, end)) {
                    return true;
                }
                begins = false;
            }
            begins |= octet == ',';
        }
        return false;
    }

    private static boolean isScheme(byte[] bytes, int start, int end) {
        int over = start;
        while (over < end && Ascii.isTokenChar(bytes[over])) {
            over++;
        }
        for (byte[] scheme : SCHEMES) {
            if (Ascii.equalsIgnoreCase(bytes, start, over, scheme)) {
                return true;
            }
        }
        return false;
    }
}
