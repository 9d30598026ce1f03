package io.jadegate.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The name of a header or trailer field (RFC 9110 §5.1), compared without regard to case.
///
/// Names that the gateway itself works with are constants with a small number, their [#id()]; a
/// head scanner finds that number once, so that later questions compare two ints. Any other name is
/// a value made by [#of(String)]. Immutable.
public final class FieldName {
    /// The key of a field that was removed; no name has it.
    static final int REMOVED = Integer.MIN_VALUE;

    /// The numbers of the constants are below this.
    public static final int KNOWN_NAMES = 64;

    private static final Table KNOWN = new Table();

    public static final FieldName HOST = known("Host");
    public static final FieldName CONNECTION = known("Connection");
    public static final FieldName CONTENT_LENGTH = known("Content-Length");
    public static final FieldName TRANSFER_ENCODING = known("Transfer-Encoding");
    public static final FieldName CONTENT_TYPE = known("Content-Type");
    public static final FieldName UPGRADE = known("Upgrade");
    public static final FieldName TE = known("TE");
    public static final FieldName TRAILER = known("Trailer");
    public static final FieldName EXPECT = known("Expect");
    public static final FieldName KEEP_ALIVE = known("Keep-Alive");
    public static final FieldName PROXY_CONNECTION = known("Proxy-Connection");
    public static final FieldName PROXY_AUTHENTICATE = known("Proxy-Authenticate");
    public static final FieldName PROXY_AUTHORIZATION = known("Proxy-Authorization");
    public static final FieldName PROXY = known("Proxy");
    public static final FieldName HTTP2_SETTINGS = known("HTTP2-Settings");
    public static final FieldName X_FORWARDED_FOR = known("X-Forwarded-For");
    public static final FieldName X_FORWARDED_PROTO = known("X-Forwarded-Proto");
    public static final FieldName X_FORWARDED_HOST = known("X-Forwarded-Host");
    public static final FieldName X_FORWARDED_PORT = known("X-Forwarded-Port");
    public static final FieldName FORWARDED = known("Forwarded");
    public static final FieldName X_REAL_IP = known("X-Real-IP");
    public static final FieldName X_FORWARDED_CLIENT_CERT = known("X-Forwarded-Client-Cert");
    public static final FieldName CLIENT_CERT = known("Client-Cert");
    public static final FieldName CLIENT_CERT_CHAIN = known("Client-Cert-Chain");
    public static final FieldName VIA = known("Via");
    public static final FieldName X_REQUEST_ID = known("X-Request-Id");
    public static final FieldName DATE = known("Date");
    public static final FieldName SERVER = known("Server");
    public static final FieldName LOCATION = known("Location");
    public static final FieldName CONTENT_LOCATION = known("Content-Location");
    public static final FieldName REFRESH = known("Refresh");
    public static final FieldName PROXY_STATUS = known("Proxy-Status");
    public static final FieldName RETRY_AFTER = known("Retry-After");
    public static final FieldName ORIGIN = known("Origin");
    public static final FieldName VARY = known("Vary");
    public static final FieldName COOKIE = known("Cookie");
    public static final FieldName SET_COOKIE = known("Set-Cookie");
    public static final FieldName AUTHORIZATION = known("Authorization");
    public static final FieldName WWW_AUTHENTICATE = known("WWW-Authenticate");
    public static final FieldName ACCEPT = known("Accept");
    public static final FieldName ACCEPT_ENCODING = known("Accept-Encoding");
    public static final FieldName CONTENT_ENCODING = known("Content-Encoding");
    public static final FieldName CACHE_CONTROL = known("Cache-Control");
    public static final FieldName ETAG = known("ETag");
    public static final FieldName USER_AGENT = known("User-Agent");
    public static final FieldName REFERER = known("Referer");
    public static final FieldName MAX_FORWARDS = known("Max-Forwards");
    public static final FieldName ALLOW = known("Allow");
    public static final FieldName STRICT_TRANSPORT_SECURITY = known("Strict-Transport-Security");
    public static final FieldName SEC_WEBSOCKET_KEY = known("Sec-WebSocket-Key");
    public static final FieldName SEC_WEBSOCKET_VERSION = known("Sec-WebSocket-Version");
    public static final FieldName SEC_WEBSOCKET_ACCEPT = known("Sec-WebSocket-Accept");
    public static final FieldName SEC_WEBSOCKET_EXTENSIONS = known("Sec-WebSocket-Extensions");
    public static final FieldName ACCESS_CONTROL_REQUEST_METHOD =
            known("Access-Control-Request-Method");
    public static final FieldName ACCESS_CONTROL_REQUEST_HEADERS =
            known("Access-Control-Request-Headers");
    public static final FieldName ACCESS_CONTROL_ALLOW_ORIGIN =
            known("Access-Control-Allow-Origin");
    public static final FieldName GRPC_STATUS = known("grpc-status");
    public static final FieldName GRPC_MESSAGE = known("grpc-message");
    public static final FieldName GRPC_TIMEOUT = known("grpc-timeout");

    private final String text;
    private final byte[] display;
    private final byte[] lower;
    private final int key;

    private FieldName(String text, int id) {
        this.text = text.toLowerCase(Locale.ROOT);
        this.display = text.getBytes(ISO_8859_1);
        this.lower = this.text.getBytes(ISO_8859_1);
        this.key = id >= 0 ? id : hash(lower, 0, lower.length) | REMOVED;
    }

    /// The name that `text` spells, in any case.
    ///
    /// @throws IllegalArgumentException when `text` is not a token
    public static FieldName of(String text) {
        if (!Ascii.isToken(text)) {
            throw new IllegalArgumentException("not a field name: \"" + text + "\"");
        }
        byte[] bytes = text.getBytes(ISO_8859_1);
        FieldName known = find(bytes, 0, bytes.length, hash(bytes, 0, bytes.length));
        return known != null ? known : new FieldName(text, -1);
    }

    /// The name that the gateway works with whose [#id()] is `id`.
    public static FieldName withId(int id) {
        return KNOWN.names[id];
    }

    /// How many names the gateway works with: their numbers are below this.
    public static int count() {
        return KNOWN.count;
    }

    /// The lower-case spelling.
    public String text() {
        return text;
    }

    /// The number of a name the gateway works with, or a negative number for any other.
    public int id() {
        return key;
    }

    int key() {
        return key;
    }

    /// The spelling used when the gateway writes the field into an HTTP/1 head. Not to be modified.
    byte[] display() {
        return display;
    }

    byte[] lower() {
        return lower;
    }

    /// Whether the name in `bytes[start, end)` would be one the gateway works with if each of its
    /// underscores were a dash, as CGI and its heirs read it.
    public static boolean isKnownWithDashes(byte[] bytes, int start, int end) {
        byte[] dashed = Arrays.copyOfRange(bytes, start, end);
        for (int i = 0; i < dashed.length; i++) {
            if (dashed[i] == '_') {
                dashed[i] = '-';
            }
        }
        return find(dashed, 0, dashed.length, hash(dashed, 0, dashed.length)) != null;
    }

    /// The key of the name in `bytes[start, end)`, whose folded hash is `hash`.
    static int keyOf(byte[] bytes, int start, int end, int hash) {
        FieldName known = find(bytes, start, end, hash);
        return known != null ? known.key : hash | REMOVED;
    }

    /// One step of the folded hash; `lower` is the lower-case octet.
    static int hashStep(int hash, int lower) {
        return hash * 31 + lower;
    }

    /// The end of a folded hash: spreads it and keeps it apart from [#REMOVED].
    static int hashEnd(int hash) {
        int spread = hash ^ (hash >>> 15);
        return spread == 0 || spread == REMOVED ? 1 : spread;
    }

    private static int hash(byte[] bytes, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = hashStep(hash, Ascii.lower(bytes[i]));
        }
        return hashEnd(hash);
    }

    private static @Nullable FieldName find(byte[] bytes, int start, int end, int hash) {
        return KNOWN.find(bytes, start, end, hash);
    }

    private static FieldName known(String text) {
        return KNOWN.register(text);
    }

    /// The names with a number, by folded hash with linear probing; filled while the class loads.
    private static final class Table {
        private final FieldName[] slots = new FieldName[256];
        private final FieldName[] names = new FieldName[KNOWN_NAMES];
        private int count;

        FieldName register(String text) {
            if (count == KNOWN_NAMES) {
                throw new IllegalStateException("more names than " + KNOWN_NAMES);
            }
            FieldName name = new FieldName(text, count);
            names[count++] = name;
            int slot = hash(name.lower, 0, name.lower.length) & 255;
            while (slots[slot] != null) {
                slot = (slot + 1) & 255;
            }
            slots[slot] = name;
            return name;
        }

        @Nullable FieldName find(byte[] bytes, int start, int end, int hash) {
            for (int slot = hash & 255; ; slot = (slot + 1) & 255) {
                FieldName known = slots[slot];
                if (known == null || Ascii.equalsIgnoreCase(bytes, start, end, known.lower)) {
                    return known;
                }
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FieldName name && name.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
