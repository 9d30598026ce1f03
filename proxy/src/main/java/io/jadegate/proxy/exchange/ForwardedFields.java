package io.jadegate.proxy.exchange;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.HeaderFields.Selection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Which fields of a received head may go on to the other side: all but those of the connection
/// they came by (RFC 9110 §7.6.1), those that this gateway writes itself, and those that only a
/// trusted peer may set.
final class ForwardedFields {
    private static final Selection NOT_OF_CONNECTION =
            Selection.allBut(
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
    private static final Selection NOT_PROTECTED =
            Selection.allBut(
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

    /// Who the client is by its certificate: only the gateway can know (RFC 9440 §4).
    private static final FieldName[] IDENTITY = {
        FieldName.X_FORWARDED_CLIENT_CERT, FieldName.CLIENT_CERT, FieldName.CLIENT_CERT_CHAIN
    };

    private static final Selection NOT_IDENTITY = Selection.allBut(IDENTITY);

    /// Written by the gateway itself, or (`Proxy`, see "httpoxy") believed from nobody.
    private static final Selection NOT_OWN_OF_REQUEST =
            NOT_IDENTITY.and(
                    Selection.allBut(
                            FieldName.HOST,
                            FieldName.PROXY,
                            FieldName.X_FORWARDED_FOR,
                            FieldName.X_REQUEST_ID));

    private static final Selection NOT_FROM_TRUSTED =
            Selection.allBut(
                    FieldName.X_FORWARDED_PROTO,
                    FieldName.X_FORWARDED_HOST,
                    FieldName.X_FORWARDED_PORT,
                    FieldName.FORWARDED,
                    FieldName.X_REAL_IP);

    private static final Selection NOT_OWN_OF_RESPONSE =
            Selection.allBut(
                    FieldName.X_REQUEST_ID,
                    FieldName.LOCATION,
                    FieldName.CONTENT_LOCATION,
                    FieldName.REFRESH);

    private static final Selection OF_TRUSTED_REQUEST = NOT_OF_CONNECTION.and(NOT_OWN_OF_REQUEST);
    private static final Selection OF_REQUEST = OF_TRUSTED_REQUEST.and(NOT_FROM_TRUSTED);
    private static final Selection OF_RESPONSE = NOT_OF_CONNECTION.and(NOT_OWN_OF_RESPONSE);

    /// Trailer fields that mean something else, or something dangerous, where they come too late
    /// (RFC 9110 §6.5.1).
    private static final Selection IN_TRAILERS =
            NOT_OF_CONNECTION
                    .and(NOT_PROTECTED)
                    .and(NOT_IDENTITY)
                    .and(
                            Selection.allBut(
                                    FieldName.EXPECT,
                                    FieldName.MAX_FORWARDS,
                                    FieldName.PROXY,
                                    FieldName.LOCATION,
                                    FieldName.RETRY_AFTER,
                                    FieldName.DATE,
                                    FieldName.VARY,
                                    FieldName.ORIGIN,
                                    FieldName.CONTENT_LOCATION,
                                    FieldName.of("Content-Range"),
                                    FieldName.of("Range"),
                                    FieldName.of("If-Match"),
                                    FieldName.of("If-None-Match"),
                                    FieldName.of("If-Modified-Since"),
                                    FieldName.of("If-Unmodified-Since"),
                                    FieldName.of("If-Range"),
                                    FieldName.of("Age"),
                                    FieldName.of("Expires"),
                                    FieldName.of("Pragma"),
                                    // RFC 9110 §11.7.3: for the next client only
                                    FieldName.of("Proxy-Authentication-Info")));

    /// Of a request to a forward proxy: all but the connection's, and Host, which is written anew.
    private static final Selection OF_PLAIN_REQUEST =
            NOT_OF_CONNECTION.and(Selection.allBut(FieldName.HOST, FieldName.PROXY));

    private static final String PROXY_PREFIX = "proxy-";

    private static final byte[] KEEP_ALIVE = "keep-alive".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);

    private ForwardedFields() {}

    /// Takes away what a client says of its own certificate, before routes and filters can believe
    /// it.
    static void removeClaims(HeaderFields fields) {
        for (FieldName claim : IDENTITY) {
            fields.remove(claim);
        }
    }

    /// @param trusted whether the peer may say where the request came from
    /// @param old whether it is an HTTP/1.0 request, which expects nothing
    static Selection ofRequest(HeaderFields fields, boolean trusted, boolean old) {
        Selection selection = trusted ? OF_TRUSTED_REQUEST : OF_REQUEST;
        if (old && fields.contains(FieldName.EXPECT)) {
            selection = selection.without(List.of(FieldName.EXPECT));
        }
        return butNamedInConnection(fields, selection);
    }

    /// What a forward proxy passes on of a request: nothing that is meant for proxies.
    ///
    /// @param old whether it is an HTTP/1.0 request, which expects nothing
    static Selection ofPlainRequest(HeaderFields fields, boolean old) {
        List<FieldName> dropped = new ArrayList<>(0);
        if (old) {
            dropped.add(FieldName.EXPECT);
        }
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.name(i);
            if (name.regionMatches(
                    /* ignoreCase= */ true, 0, PROXY_PREFIX, 0, PROXY_PREFIX.length())) {
                dropped.add(FieldName.of(name));
            }
        }
        Selection selection =
                dropped.isEmpty() ? OF_PLAIN_REQUEST : OF_PLAIN_REQUEST.without(dropped);
        return butNamedInConnection(fields, selection);
    }

    /// What a forward proxy passes on of a response.
    ///
    /// @param length whether a Content-Length may go along
    static Selection ofPlainResponse(HeaderFields fields, boolean length) {
        Selection selection =
                length
                        ? NOT_OF_CONNECTION
                        : NOT_OF_CONNECTION.without(List.of(FieldName.CONTENT_LENGTH));
        return butNamedInConnection(fields, selection);
    }

    /// @param length whether a Content-Length may go along
    static Selection ofResponse(HeaderFields fields, boolean length) {
        Selection selection = OF_RESPONSE;
        if (!length && fields.contains(FieldName.CONTENT_LENGTH)) {
            selection = selection.without(List.of(FieldName.CONTENT_LENGTH));
        }
        return butNamedInConnection(fields, selection);
    }

    /// What may stand in a forwarded trailer section.
    static void cleanTrailers(HeaderFields trailers) {
        for (int i = trailers.size() - 1; i >= 0; i--) {
            if (!IN_TRAILERS.keeps(trailers, i)) {
                trailers.removeAt(i);
            }
        }
    }

    private static Selection butNamedInConnection(HeaderFields fields, Selection selection) {
        int connection = fields.find(FieldName.CONNECTION);
        if (connection < 0) {
            return selection;
        }
        List<FieldName> named = named(fields, connection);
        return named.isEmpty() ? selection : selection.without(named);
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
                    if (name.id() < 0
                            || (NOT_PROTECTED.keeps(name) && NOT_OF_CONNECTION.keeps(name))) {
                        named = named.isEmpty() ? new ArrayList<>(2) : named;
                        named.add(name);
                    }
                }
            }
        }
        return named;
    }
}
