package io.jadegate.proxy.http2;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
import io.jadegate.api.http.Method;
import io.jadegate.api.http.RequestHead;
import io.jadegate.proxy.stream.OutgoingRequest;
import io.jadegate.proxy.stream.OutgoingResponse;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A head that is about to be sent, as Netty's HPACK encoder wants to see it: names in lower case,
/// pseudo-header fields first, nothing that belongs to a connection. One field is shown at a time,
/// in the same entry. Values are copied, since the encoder keeps those that it may refer to later.
final class OutgoingFields extends NettyHeaders {
    private static final AsciiString[] FIELD_NAMES = new AsciiString[FieldName.count()];
    private static final AsciiString[] STATUSES = new AsciiString[600];
    private static final AsciiString STATUS = AsciiString.cached(":status");
    private static final AsciiString METHOD = AsciiString.cached(":method");
    private static final AsciiString SCHEME = AsciiString.cached(":scheme");
    private static final AsciiString AUTHORITY = AsciiString.cached(":authority");
    private static final AsciiString PATH = AsciiString.cached(":path");
    private static final AsciiString PROTOCOL = AsciiString.cached(":protocol");
    private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
    private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
    private static final AsciiString GET = AsciiString.cached("GET");
    private static final AsciiString POST = AsciiString.cached("POST");
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");
    private static final AsciiString TE = AsciiString.cached("te");
    private static final AsciiString TRAILERS = AsciiString.cached("trailers");

    /// The most pseudo-header fields that a head has.
    private static final int PSEUDO = 5;

    /// Fields of one hop (RFC 9113 §8.2.2), and those that prove a handshake of HTTP/1.1 (RFC 8441
    /// §5).
    private static final HeaderFields.Selection BUT_CONNECTION =
            HeaderFields.Selection.allBut(
                    FieldName.CONNECTION,
                    FieldName.PROXY_CONNECTION,
                    FieldName.KEEP_ALIVE,
                    FieldName.TRANSFER_ENCODING,
                    FieldName.UPGRADE,
                    FieldName.SEC_WEBSOCKET_KEY,
                    FieldName.SEC_WEBSOCKET_ACCEPT,
                    FieldName.HOST);

    /// Never kept in a table: secrets, which must not be guessed by what compresses well (RFC 7541
    /// §7.1.3), and values that do not come again.
    private static final Set<AsciiString> NEVER_INDEXED =
            Set.of(
                    AsciiString.cached("authorization"),
                    AsciiString.cached("proxy-authorization"),
                    AsciiString.cached("cookie"),
                    AsciiString.cached("set-cookie"),
                    AsciiString.cached("www-authenticate"),
                    AsciiString.cached("x-request-id"),
                    AsciiString.cached("content-length"),
                    AsciiString.cached("etag"));

    /// Tells the encoder.
    static final Http2HeadersEncoder.SensitivityDetector SENSITIVE =
            (name, _) -> name instanceof AsciiString text && NEVER_INDEXED.contains(text);

    static {
        for (int id = 0; id < FIELD_NAMES.length; id++) {
            FIELD_NAMES[id] = AsciiString.cached(FieldName.withId(id).text());
        }
        for (int status = 0; status < STATUSES.length; status++) {
            STATUSES[status] = AsciiString.cached(Integer.toString(status));
        }
    }

    private final Cursor cursor = new Cursor();
    private final AsciiString[] pseudoNames = new AsciiString[PSEUDO];
    private final AsciiString[] pseudoValues = new AsciiString[PSEUDO];
    private int pseudo;
    private boolean te;
    private HeaderFields fields = new HeaderFields(0, 1);
    private HeaderFields.Selection selection = HeaderFields.Selection.ALL;
    private @Nullable HeaderFields extra;

    /// Shows a response head, until the next call.
    OutgoingFields of(OutgoingResponse response) {
        begin(response.extra());
        // A tunnel begins with 200 here (RFC 8441 §5).
        int code = response.head().status();
        pseudo(STATUS, STATUSES[code == 101 ? 200 : code]);
        fields = response.head().fields();
        selection = response.selection();
        return this;
    }

    /// Shows a request head, until the next call.
    ///
    /// @param secure whether it goes out on a connection that is encrypted
    OutgoingFields of(OutgoingRequest request, boolean secure) {
        begin(request.extra());
        RequestHead head = request.head();
        pseudo(METHOD, request.upgrade() ? CONNECT : method(head.method()));
        if (request.upgrade()) {
            pseudo(PROTOCOL, WEBSOCKET);
        }
        pseudo(SCHEME, secure ? HTTPS : HTTP);
        pseudo(AUTHORITY, authority(request));
        pseudo(PATH, path(head));
        fields = head.fields();
        selection = request.selection();
        te = request.acceptsTrailers();
        return this;
    }

    private static AsciiString method(Method method) {
        if (method.equals(Method.GET)) {
            return GET;
        }
        return method.equals(Method.POST) ? POST : new AsciiString(method.name());
    }

    private static AsciiString authority(OutgoingRequest request) {
        if (!request.authority().isEmpty()) {
            return new AsciiString(request.authority());
        }
        RequestHead head = request.head();
        int start = head.authorityStart();
        return new AsciiString(
                head.fields().bytes(), start, head.authorityEnd() - start, /* copy= */ true);
    }

    /// Path and query as one.
    private static AsciiString path(RequestHead head) {
        byte[] bytes = head.fields().bytes();
        int start = head.pathStart();
        int length = head.pathEnd() - start;
        if (head.queryStart() < 0) {
            return new AsciiString(bytes, start, length, /* copy= */ true);
        }
        int queryLength = head.queryEnd() - head.queryStart();
        byte[] whole = new byte[length + 1 + queryLength];
        System.arraycopy(bytes, start, whole, 0, length);
        whole[length] = '?';
        System.arraycopy(bytes, head.queryStart(), whole, length + 1, queryLength);
        return new AsciiString(whole, /* copy= */ false);
    }

    private void begin(@Nullable HeaderFields extra) {
        this.extra = extra;
        pseudo = 0;
        te = false;
    }

    private void pseudo(AsciiString name, AsciiString value) {
        pseudoNames[pseudo] = name;
        pseudoValues[pseudo++] = value;
    }

    /// Shows trailer fields, until the next call.
    OutgoingFields of(HeaderFields trailers) {
        begin(null);
        fields = trailers;
        selection = HeaderFields.Selection.ALL;
        return this;
    }

    @Override
    public Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
        cursor.begin();
        return cursor;
    }

    /// Goes through the fields, and is the entry that it stands on.
    private final class Cursor
            implements Iterator<Map.Entry<CharSequence, CharSequence>>,
                    Map.Entry<CharSequence, CharSequence> {
        private @Nullable HeaderFields current;
        private int next;
        private int nextPseudo;
        private boolean teNext;
        private AsciiString name = AsciiString.EMPTY_STRING;
        private AsciiString value = AsciiString.EMPTY_STRING;

        void begin() {
            nextPseudo = 0;
            teNext = te;
            current = fields;
            next = 0;
            skip();
        }

        /// Stands before the next field that goes along.
        private void skip() {
            while (current != null) {
                while (next < current.size()) {
                    if (goes(current, next)) {
                        return;
                    }
                    next++;
                }
                current = current == fields ? extra : null;
                next = 0;
            }
        }

        private boolean goes(HeaderFields from, int i) {
            return BUT_CONNECTION.keeps(from, i) && (from != fields || selection.keeps(from, i));
        }

        @Override
        public boolean hasNext() {
            return nextPseudo < pseudo || current != null || teNext;
        }

        @Override
        public Map.Entry<CharSequence, CharSequence> next() {
            if (nextPseudo < pseudo) {
                name = pseudoNames[nextPseudo];
                value = pseudoValues[nextPseudo++];
                return this;
            }
            HeaderFields from = current;
            if (from == null) {
                return te();
            }
            int i = next++;
            int id = from.id(i);
            name = id >= 0 ? FIELD_NAMES[id] : lower(from, from.nameStart(i), from.nameEnd(i));
            int start = from.valueStart(i);
            value =
                    new AsciiString(
                            from.bytes(), start, from.valueEnd(i) - start, /* copy= */ true);
            skip();
            return this;
        }

        private Map.Entry<CharSequence, CharSequence> te() {
            if (!teNext) {
                throw new NoSuchElementException();
            }
            teNext = false;
            name = TE;
            value = TRAILERS;
            return this;
        }

        private static AsciiString lower(HeaderFields from, int start, int end) {
            byte[] lower = new byte[end - start];
            for (int i = 0; i < lower.length; i++) {
                lower[i] = Ascii.lower(from.bytes()[start + i]);
            }
            return new AsciiString(lower, /* copy= */ false);
        }

        @Override
        public CharSequence getKey() {
            return name;
        }

        @Override
        public CharSequence getValue() {
            return value;
        }

        @Override
        public CharSequence setValue(CharSequence value) {
            throw new UnsupportedOperationException("a field that is sent is not changed");
        }
    }
}
