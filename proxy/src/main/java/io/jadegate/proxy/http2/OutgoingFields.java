package io.jadegate.proxy.http2;

import io.jadegate.api.http.Ascii;
import io.jadegate.api.http.FieldName;
import io.jadegate.api.http.HeaderFields;
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
    private @Nullable AsciiString status;
    private HeaderFields fields = new HeaderFields(0, 1);
    private HeaderFields.Selection selection = HeaderFields.Selection.ALL;
    private @Nullable HeaderFields extra;

    /// Shows a response head, until the next call.
    OutgoingFields of(OutgoingResponse response) {
        // A tunnel begins with 200 here (RFC 8441 §5).
        int code = response.head().status();
        status = STATUSES[code == 101 ? 200 : code];
        fields = response.head().fields();
        selection = response.selection();
        extra = response.extra();
        return this;
    }

    /// Shows trailer fields, until the next call.
    OutgoingFields of(HeaderFields trailers) {
        status = null;
        fields = trailers;
        selection = HeaderFields.Selection.ALL;
        extra = null;
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
        private boolean statusNext;
        private AsciiString name = AsciiString.EMPTY_STRING;
        private AsciiString value = AsciiString.EMPTY_STRING;

        void begin() {
            statusNext = status != null;
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
            return statusNext || current != null;
        }

        @Override
        public Map.Entry<CharSequence, CharSequence> next() {
            AsciiString code = status;
            HeaderFields from = current;
            if (statusNext && code != null) {
                statusNext = false;
                name = STATUS;
                value = code;
                return this;
            }
            if (from == null) {
                throw new NoSuchElementException();
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
