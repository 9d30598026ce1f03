package io.jadegate.filters.authenticate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.identity.Credentials;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Reads `Authorization` and `Proxy-Authorization`: a scheme, spaces, and what belongs to it (RFC
/// 9110 §11.4).
final class CredentialsField {
    private CredentialsField() {}

    /// @return null when the field is there twice, malformed, or of a scheme that nobody knows
    static @Nullable Credentials read(HeaderFields fields, FieldName name) {
        if (fields.count(name) != 1) {
            return null;
        }
        String value = fields.value(fields.find(name));
        int space = value.indexOf(' ');
        if (space < 0) {
            return null;
        }
        String scheme = value.substring(0, space);
        String rest = value.substring(space).strip();
        if (scheme.equalsIgnoreCase("basic")) {
            return basic(rest);
        }
        return scheme.equalsIgnoreCase("bearer") && !rest.isEmpty()
                ? new Credentials.Token(rest)
                : null;
    }

    /// Name and password in base64, with a colon between them that no name holds (RFC 7617 §2).
    private static @Nullable Credentials basic(String text) {
        byte[] octets;
        try {
            octets = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException _) {
            return null;
        }
        int colon = -1;
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == ':' && colon < 0) {
                colon = i;
            } else if ((octets[i] >= 0 && octets[i] < ' ') || octets[i] == 0x7f) {
                return null;
            }
        }
        return colon < 0
                ? null
                : new Credentials.Password(
                        new String(octets, 0, colon, ISO_8859_1),
                        Arrays.copyOfRange(octets, colon + 1, octets.length));
    }
}
