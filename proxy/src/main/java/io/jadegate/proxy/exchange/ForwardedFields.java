package io.jadegate.proxy.exchange;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Which fields of a received head may go on to the other side: all but those of the connection
/// they came by (RFC 9110 §7.6.1), those that this gateway writes itself, and those that only a
/// trusted peer may set.
final class ForwardedFields {
    private static final boolean[] CONNECTION_ONLY =
            flags(
                    FieldName.CONNECTION,
                    FieldName.KEEP_ALIVE,
                    FieldName.PROXY_CONNECTION,
                    FieldName.TE,
                    FieldName.TRANSFER_ENCODING,
                    FieldName.UPGRADE,
                    FieldName.TRAILER,
                    FieldName.PROXY_AUTHENTICATE,
                    FieldName.PROXY_AUTHORIZATION,
                    FieldName.HTTP2_SETTINGS);

    /// Fields that no `Connection` option of a client may take away: what they say decides about
    /// access or framing.
    private static final boolean[] PROTECTED =
            flags(
                    FieldName.HOST,
                    FieldName.CONTENT_LENGTH,
                    FieldName.AUTHORIZATION,
                    FieldName.COOKIE,
                    FieldName.X_FORWARDED_FOR,
                    FieldName.X_FORWARDED_PROTO,
                    FieldName.X_FORWARDED_HOST,
                    FieldName.X_FORWARDED_PORT,
                    FieldName.FORWARDED,
                    FieldName.X_REAL_IP,
                    FieldName.VIA,
                    FieldName.X_REQUEST_ID,
                    FieldName.CONTENT_TYPE,
                    FieldName.CONTENT_ENCODING,
                    FieldName.SET_COOKIE,
                    FieldName.WWW_AUTHENTICATE,
                    FieldName.CACHE_CONTROL);

    /// Written by the gateway itself, or (`Proxy`, see "httpoxy"; certificates) believed from
    /// nobody.
    private static final boolean[] OWN_OF_REQUEST =
            flags(
                    FieldName.HOST,
                    FieldName.PROXY,
                    FieldName.X_FORWARDED_FOR,
                    FieldName.X_REQUEST_ID,
                    FieldName.X_FORWARDED_CLIENT_CERT,
                    FieldName.CLIENT_CERT,
                    FieldName.CLIENT_CERT_CHAIN);

    private static final boolean[] FROM_TRUSTED =
            flags(
                    FieldName.X_FORWARDED_PROTO,
                    FieldName.X_FORWARDED_HOST,
                    FieldName.X_FORWARDED_PORT,
                    FieldName.FORWARDED,
                    FieldName.X_REAL_IP);

    private static final boolean[] OWN_OF_RESPONSE =
            flags(
                    FieldName.X_REQUEST_ID,
                    FieldName.LOCATION,
                    FieldName.CONTENT_LOCATION,
                    FieldName.REFRESH);

    private static final boolean[] NO_LENGTH = flags(FieldName.CONTENT_LENGTH);

    private static final boolean[] NO_EXPECT = flags(FieldName.EXPECT);

    private static final boolean[] REQUEST = or(CONNECTION_ONLY, or(OWN_OF_REQUEST, FROM_TRUSTED));
    private static final boolean[] TRUSTED_REQUEST = or(CONNECTION_ONLY, OWN_OF_REQUEST);
    private static final boolean[] RESPONSE = or(CONNECTION_ONLY, OWN_OF_RESPONSE);

    private static final HeaderFields.Selection OF_REQUEST = but(REQUEST);
    private static final HeaderFields.Selection OF_TRUSTED_REQUEST = but(TRUSTED_REQUEST);
    private static final HeaderFields.Selection OF_OLD_REQUEST = but(or(REQUEST, NO_EXPECT));
    private static final HeaderFields.Selection OF_TRUSTED_OLD_REQUEST =
            but(or(TRUSTED_REQUEST, NO_EXPECT));
    private static final HeaderFields.Selection OF_RESPONSE = but(RESPONSE);
    private static final HeaderFields.Selection OF_RESPONSE_WITHOUT_LENGTH =
            but(or(RESPONSE, NO_LENGTH));

    /// Trailer fields that mean something else, or something dangerous, where they come too late
    /// (RFC 9110 §6.5.1).
    private static final boolean[] NOT_IN_TRAILERS =
            or(
                    or(CONNECTION_ONLY, PROTECTED),
                    flags(
                            FieldName.EXPECT,
                            FieldName.MAX_FORWARDS,
                            FieldName.PROXY,
                            FieldName.LOCATION,
                            FieldName.RETRY_AFTER,
                            FieldName.DATE,
                            FieldName.VARY,
                            FieldName.ORIGIN));

    private static final byte[] KEEP_ALIVE = "keep-alive".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);

    private ForwardedFields() {}

    /// @param trusted whether the peer may say where the request came from
    /// @param old whether it is an HTTP/1.0 request, which expects nothing
    static HeaderFields.Selection ofRequest(HeaderFields fields, boolean trusted, boolean old) {
        HeaderFields.Selection selection =
                trusted
                        ? (old ? OF_TRUSTED_OLD_REQUEST : OF_TRUSTED_REQUEST)
                        : (old ? OF_OLD_REQUEST : OF_REQUEST);
        return butNamedInConnection(fields, selection);
    }

    /// @param length whether a Content-Length may go along
    static HeaderFields.Selection ofResponse(HeaderFields fields, boolean length) {
        return butNamedInConnection(fields, length ? OF_RESPONSE : OF_RESPONSE_WITHOUT_LENGTH);
    }

    /// What may stand in a forwarded trailer section.
    static void cleanTrailers(HeaderFields trailers) {
        for (int i = trailers.size() - 1; i >= 0; i--) {
            int id = trailers.id(i);
            if (id >= 0 && NOT_IN_TRAILERS[id]) {
                trailers.removeAt(i);
            }
        }
    }

    private static HeaderFields.Selection butNamedInConnection(
            HeaderFields fields, HeaderFields.Selection selection) {
        int connection = fields.find(FieldName.CONNECTION);
        if (connection < 0) {
            return selection;
        }
        List<FieldName> named = named(fields, connection);
        if (named.isEmpty()) {
            return selection;
        }
        return (all, i) -> selection.keeps(all, i) && !isNamed(all, i, named);
    }

    private static boolean isNamed(HeaderFields fields, int i, List<FieldName> named) {
        for (FieldName name : named) {
            if (fields.is(i, name)) {
                return true;
            }
        }
        return false;
    }

    /// The fields that the `Connection` field names besides those that never go on anyway.
    private static List<FieldName> named(HeaderFields fields, int connection) {
        List<FieldName> named = List.of();
        for (int i = connection; i >= 0; i = fields.find(FieldName.CONNECTION, i + 1)) {
            if (fields.valueIs(i, KEEP_ALIVE) || fields.valueIs(i, CLOSE)) {
                continue;
            }
            for (String option : fields.value(i).split(",", -1)) {
                String text = option.strip();
                if (Ascii.isToken(text)) {
                    FieldName name = FieldName.of(text);
                    int id = name.id();
                    if (id < 0 || !(PROTECTED[id] || CONNECTION_ONLY[id])) {
                        named = named.isEmpty() ? new ArrayList<>(2) : named;
                        named.add(name);
                    }
                }
            }
        }
        return named;
    }

    private static HeaderFields.Selection but(boolean[] dropped) {
        return (fields, i) -> {
            int id = fields.id(i);
            return id < 0 || !dropped[id];
        };
    }

    private static boolean[] flags(FieldName... names) {
        boolean[] flags = new boolean[FieldName.KNOWN_NAMES];
        for (FieldName name : names) {
            flags[name.id()] = true;
        }
        return flags;
    }

    private static boolean[] or(boolean[] a, boolean[] b) {
        boolean[] both = new boolean[a.length];
        for (int i = 0; i < a.length; i++) {
            both[i] = a[i] || b[i];
        }
        return both;
    }
}
